using Campaigns.Storage;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Campaigns.Http;
using Campaigns.Ledger;
using Campaigns.Planning;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Campaigns.Insight;

/// <summary>Progress as it happens: woken by notifications, at most every quarter of a second, at least every second while it moves.</summary>
public sealed class ProgressStream(
    ProgressQuery query, ApiKeys keys, Notifications notifications, TimeProvider clock, IHostApplicationLifetime host)
{
    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>How long a stream may go on whose key was revoked.</summary>
    static readonly TimeSpan KeyLookedAt = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/progress/stream", async (Guid id, ApiRequest request, ProgressStream stream, HttpContext http, CancellationToken ct) =>
            {
                var tenantId = request.TenantId; // the request's own services end before the stream does
                return CampaignRules.Exists((await request.Store.Load<Campaign>(tenantId, id, ct)).State) is { } refusal
                    ? refusal.ToProblem()
                    : TypedResults.ServerSentEvents(stream.Watch(http.User, tenantId, id, ct));
            })
            .WithName("StreamProgress").WithSummary("The same as Server-Sent Events: an event named progress whenever something changed")
            .Produces<CampaignProgress>(contentType: "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound);

    public async IAsyncEnumerable<SseItem<CampaignProgress>> Watch(
        ClaimsPrincipal user, string tenantId, Guid campaignId, [EnumeratorCancellation] CancellationToken ct)
    {
        var changed = new Signal();
        using var subscription = notifications.Subscribe(CampaignLedger.Topic(tenantId), changed.Ring);
        CampaignProgress? last = null;
        var lookAgain = clock.GetUtcNow() + KeyLookedAt;
        while (!host.ApplicationStopping.IsCancellationRequested && await query.Find(tenantId, campaignId, ct) is { } now)
        {
            // What moves with the clock alone is no news.
            if (last is null || WithoutClock(now) != WithoutClock(last))
            {
                yield return new SseItem<CampaignProgress>(now, "progress");
                last = now;
            }

            await Pause(changed, ct);
            if (clock.GetUtcNow() >= lookAgain)
            {
                if (!await keys.StillOpens(user, ct))
                {
                    yield break;
                }

                lookAgain = clock.GetUtcNow() + KeyLookedAt;
            }
        }
    }

    // A rate that comes or goes is news.
    static CampaignProgress WithoutClock(CampaignProgress progress) =>
        progress with { EstimatedCompletion = null, MessagesPerSecond = progress.MessagesPerSecond is null ? null : 0 };

    // A server that stops waits for its open answers: this one must not keep it waiting.
    async Task Pause(Signal changed, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStopping);
        try
        {
            await changed.Wait(Longest, clock, either.Token);
            await Task.Delay(Shortest, clock, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The stream ends.
        }
    }
}
