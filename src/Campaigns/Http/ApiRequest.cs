using System.Globalization;
using Campaigns.Engine.Events;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>Who asks, and the way from a request to a commit.</summary>
public sealed class ApiRequest(EventStore store, IHttpContextAccessor accessor)
{
    HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    public EventStore Store => store;

    public string TenantId => Http.User.TenantId();

    public string UserName => Http.User.Identity!.Name!;

    public DateTimeOffset Now => store.Clock.GetUtcNow();

    /// <summary>Begins a commit in the caller's name. The first one of a request with an <c>Idempotency-Key</c> records the key with it.</summary>
    public Session OpenSession()
    {
        var session = store.OpenSession(TenantId, new Metadata(Http.TraceIdentifier, null, UserName));
        Http.Features.Get<IdempotentRequest>()?.AddTo(session);
        return session;
    }

    /// <summary>Loads a stream, decides, commits.</summary>
    public Task<Decided<TState>> Decide<TState>(Guid id, Func<TState, DateTimeOffset, Outcome> decide, CancellationToken ct)
        where TState : class => Decide(OpenSession, id, decide, ct);

    /// <summary>The same in a commit that holds more than what is decided.</summary>
    public Task<Decided<TState>> Decide<TState>(Func<Session> open, Guid id, Func<TState, DateTimeOffset, Outcome> decide, CancellationToken ct)
        where TState : class =>
        store.Decide<TState>(open, id, (loaded, now) => IfMatch(loaded.Version) ?? decide(loaded.State, now), ct);

    /// <summary>The same, and dead messages about this stream come again.</summary>
    /// <param name="member">What names the stream in their bodies.</param>
    public Task<Decided<TState>> DecideAndReplay<TState>(Guid id, string member, Func<TState, DateTimeOffset, Outcome> decide, CancellationToken ct)
        where TState : class =>
        Decide(
            () =>
            {
                var session = OpenSession();
                session.ReplayDead(member, id);
                return session;
            },
            id, decide, ct);

    /// <summary>Sets the version that a later <c>If-Match</c> can name.</summary>
    public void SetETag(long version) => Http.Response.Headers.ETag = $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Sets when to come again, in whole seconds.</summary>
    public void SetRetryAfter(TimeSpan wait) => Http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    public void SetLocation(string location) => Http.Response.Headers.Location = location;

    Outcome? IfMatch(long version)
    {
        var wanted = Http.Request.Headers.IfMatch.ToString();
        return wanted.Length == 0 || wanted == "*" || wanted == $"\"{version.ToString(CultureInfo.InvariantCulture)}\""
            ? null
            : Outcome.Refuse(new Refusal(
                "outdated", $"It was changed since you read it: it is at version {version}. Read it again and decide again.", RefusalKind.Outdated));
    }
}
