using System.Globalization;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http;
using Wolverine;

namespace Campaigns.Http;

/// <summary>Who asks, and the way from a request to a command.</summary>
public sealed class ApiRequest(IDocumentStore store, IMessageBus bus, IHttpContextAccessor accessor)
{
    HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    public IDocumentStore Store => store;

    public string TenantId => Http.User.TenantId();

    public string UserName => Http.User.Identity!.Name!;

    public DateTimeOffset Now => store.Clock.Microseconds();

    /// <summary>Has a command carried out in the caller's name. An <c>Idempotency-Key</c> goes on record with the effect, <c>If-Match</c> guards it.</summary>
    /// <returns>The handler's answer.</returns>
    public Task<TAnswer> Send<TAnswer>(object command, CancellationToken ct)
    {
        var ifMatch = Http.Request.Headers.IfMatch.ToString();
        return bus.InvokeAsync<TAnswer>(
            command,
            Caller.Delivery(TenantId, UserName, Http.TraceIdentifier, ifMatch.Length == 0 ? null : ifMatch, Http.Features.Get<IdempotentRequest>()), ct);
    }

    /// <summary>The same for a command about one stream.</summary>
    public Task<Decided<TState>> Decide<TState>(object command, CancellationToken ct)
        where TState : class => Send<Decided<TState>>(command, ct);

    /// <summary>Sets the version that a later <c>If-Match</c> can name.</summary>
    public void SetETag(long version) => Http.Response.Headers.ETag = $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>Sets when to come again, in whole seconds.</summary>
    public void SetRetryAfter(TimeSpan wait) => Http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    public void SetLocation(string location) => Http.Response.Headers.Location = location;
}
