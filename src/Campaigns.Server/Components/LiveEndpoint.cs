using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Campaigns.Http;
using Campaigns.Insight;

namespace Campaigns.Server.Components;

/// <summary>The stream behind the page of a campaign: an update, ready to be shown, whenever something changed.</summary>
static class LiveEndpoint
{
    public static void MapLive(this IEndpointRouteBuilder dashboard) =>
        dashboard.MapGet("/campaigns/{id:guid}/live", async (
                Guid id, HttpContext http, ProgressQuery campaigns, ProgressStream progress, IHostApplicationLifetime host, CancellationToken ct) =>
            {
                var tenantId = http.User.TenantId();
                http.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that collects answers would make this one late
                return await campaigns.Find(tenantId, id, ct) is null
                    ? Results.NotFound()
                    : TypedResults.ServerSentEvents(Updates(progress, http.User, tenantId, id, host.ApplicationStopping, ct));
            })
            .ExcludeFromDescription();

    // A server that stops does not wait for its watchers: they come back to the next one.
    static async IAsyncEnumerable<SseItem<LiveUpdate>> Updates(
        ProgressStream progress, ClaimsPrincipal user, string tenantId, Guid id, CancellationToken stopping, [EnumeratorCancellation] CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, ct);
        await using var updates = progress.Watch(user, tenantId, id, either.Token).GetAsyncEnumerator(CancellationToken.None);
        while (await Next(updates, either.Token))
        {
            yield return new SseItem<LiveUpdate>(LiveUpdate.Of(updates.Current.Data), "progress");
        }
    }

    static async Task<bool> Next<T>(IAsyncEnumerator<T> updates, CancellationToken ct)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
