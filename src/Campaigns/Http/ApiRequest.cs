using System.Globalization;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http;
using Wolverine;

namespace Campaigns.Http;

/// <summary>Who asks, and the way from a request to a command.</summary>
public sealed class ApiRequest(IDocumentStore store, IMessageBus bus, IHttpContextAccessor accessor)
{
    /// <summary>How often a change in part is merged anew where others change the same thing at the same moment.</summary>
    const int MostMerges = 5;

    string? readVersion;

    HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    public IDocumentStore Store => store;

    public string TenantId => Http.User.TenantId();

    public string UserName => Http.User.Identity!.Name!;

    /// <summary>What this same request began before, and did not end; null where it is new. Told to endpoints with <see cref="GoesOn"/> only.</summary>
    public Guid? Begun => Http.Features.Get<UnfinishedRequest>() is { } unfinished ? Guid.Parse(unfinished.Location.AsSpan()[^36..]) : null;

    public DateTimeOffset Now => store.Clock.Microseconds();

    /// <summary>Has a command carried out in the caller's name. An <c>Idempotency-Key</c> goes on record with the effect, <c>If-Match</c> guards it.</summary>
    /// <returns>The handler's answer.</returns>
    public Task<TAnswer> Send<TAnswer>(object command, CancellationToken ct) =>
        bus.CarryOut<TAnswer>(
            command, Caller.Delivery(TenantId, UserName, Http.TraceIdentifier, IfMatch ?? readVersion, Http.Features.Get<IdempotentRequest>()), ct);

    /// <summary>The same for a command about one stream.</summary>
    public Task<Decided<TState>> Decide<TState>(object command, CancellationToken ct)
        where TState : class => Send<Decided<TState>>(command, ct);

    /// <summary>The same where it holds for the version that was read only.</summary>
    public Task<Decided<TState>> Decide<TState>(object command, long version, CancellationToken ct)
        where TState : class
    {
        readVersion = Tag(version);
        return Decide<TState>(command, ct);
    }

    /// <summary>
    /// Changes what is there in part: it holds for what was read only. Where somebody else changed it meanwhile it is read and merged again, but for a
    /// caller who named the version themselves.
    /// </summary>
    /// <param name="read">What is there, and its version.</param>
    /// <param name="change">The same as for a whole change.</param>
    public async Task<IResult> ChangeInPart<T>(Func<Task<(T State, long Version)>> read, Func<T, Task<IResult>> change)
    {
        for (var merges = 1; ; merges++)
        {
            (var state, var number) = await read();
            readVersion = Tag(number);
            var answer = await change(state);
            if (IfMatch is not null || merges == MostMerges || answer is not IStatusCodeHttpResult { StatusCode: StatusCodes.Status412PreconditionFailed })
            {
                return answer;
            }
        }
    }

    /// <summary>Sets the version that a later <c>If-Match</c> can name.</summary>
    public void SetETag(long version) => Http.Response.Headers.ETag = Tag(version);

    /// <summary>Sets when to come again, in whole seconds.</summary>
    public void SetRetryAfter(TimeSpan wait) => Http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    string? IfMatch => Http.Request.Headers.IfMatch.ToString() is { Length: > 0 } and not "*" and var given ? given : null; // any version is no version

    static string Tag(long version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    public void SetLocation(string location) => Http.Response.Headers.Location = location;
}
