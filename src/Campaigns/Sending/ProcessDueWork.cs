using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Http;
using Campaigns.Planning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sending;

/// <summary>
/// Does due work inside a request: a round of it for operation by cron, with the workers switched off by <c>Workers:Enabled=false</c>, or a small campaign
/// from its launch to its end.
/// </summary>
public static class ProcessDueWork
{
    /// <summary>The longest that a request works on a campaign, in seconds.</summary>
    const int LongestWait = 300;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/process", async (ApiRequest request, MessageWorkers workers, CancellationToken ct) =>
            {
                var started = request.Now;
                var handled = new Dictionary<string, int>(StringComparer.Ordinal);
                foreach (var queue in workers.Queues)
                {
                    handled[queue] = await workers.RunOnce(queue, ct: ct);
                }

                return TypedResults.Ok(new ProcessResult(started, handled.Values.Sum(), handled));
            })
            .WithName(nameof(ProcessDueWork)).WithSummary("Do one round of the work that is due now, and say what was done").Produces<ProcessResult>();

        api.MapPost("/campaigns/{id:guid}/run", async (Guid id, int? seconds, ApiRequest request, MessageWorkers workers, CancellationToken ct) =>
            {
                if (seconds is < 1 or > LongestWait)
                {
                    return new Refusal("seconds-out-of-range", $"1 to {LongestWait} seconds.", RefusalKind.Invalid).ToProblem();
                }

                if (CampaignRules.Exists((await request.Store.Load<Campaign>(request.TenantId, id, ct)).State) is { } refusal)
                {
                    return refusal.ToProblem();
                }

                await WorkUntilNothingIsDue(workers, request.Store.Clock, TimeSpan.FromSeconds(seconds ?? 30), ct);
                var campaign = await request.Store.Load<Campaign>(request.TenantId, id, ct);
                request.SetETag(campaign.Version);
                return Results.Ok(CampaignView.Of(id, campaign.Version, campaign.State));
            })
            .WithName("RunCampaign").WithSummary("Do all work that is due inside this request, until nothing is or the time is up; for small campaigns")
            .Produces<CampaignView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    static async Task WorkUntilNothingIsDue(MessageWorkers workers, TimeProvider clock, TimeSpan atMost, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + atMost;
        while (clock.GetUtcNow() < until && await workers.RunOnce(ct: ct) > 0)
        {
        }
    }
}

/// <param name="Handled">Messages.</param>
/// <param name="Queues">The same by queue.</param>
public sealed record ProcessResult(DateTimeOffset StartedAt, int Handled, IReadOnlyDictionary<string, int> Queues);
