using System.Globalization;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Providers;

/// <summary>
/// Messages that somebody asks for one by one and waits for: tests, and links that confirm an address. They count against limits as those of campaigns do, or
/// whoever has a key could flood any address through us.
/// </summary>
public sealed class SingleMessages(IDocumentStore store, Permits permits, LimitMetrics metrics, MessageProviders providers)
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>Hands a message over whose permits were taken under its claim by an earlier commit.</summary>
    public async Task<SendResult> Send(OutgoingMessage message, Channel channel, Guid claim, CancellationToken ct)
    {
        var result = await providers.For(channel).Send(message, ct);
        await using var session = store.LightweightSession(message.TenantId);
        Permits.Release(session, claim, store.Clock.Microseconds(), new Dictionary<string, int>());
        await session.SaveChangesAsync(CancellationToken.None);
        return result;
    }

    /// <summary>The answer when a commit that takes permits was refused: which limit it is, and when to come again.</summary>
    public async Task<IResult> LimitReached(ApiRequest request, IReadOnlyDictionary<Limit, int> uses, CancellationToken ct)
    {
        var availability = await permits.Read([.. uses.Keys], Guid.Empty, wanted: 1, weight: 1, request.Now, ct);
        var full = availability.States.Where(state => state.Used + uses[state.Limit] > state.Limit.Most).MaxBy(state => availability.FreeAt(state.Limit));
        if (full is not null)
        {
            metrics.Refuse(full.Limit.Kind, 1);
        }

        var wait = full is null ? Soon : availability.FreeAt(full.Limit) - request.Now;
        request.SetRetryAfter(wait > Soon ? wait : Soon);
        return Problems.Problem(
            "limit-reached", full is null ? "Somebody else was faster with a limit. Try again." : $"A limit is used up: {full.Limit.Words}. Retry-After says when to try again.",
            StatusCodes.Status429TooManyRequests);
    }
}
