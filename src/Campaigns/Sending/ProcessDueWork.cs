using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sending;

/// <summary>
/// Does due work inside a request, where the workers are switched off by <c>Workers:Enabled=false</c>: a round of it for operation by cron, or a small
/// campaign from its launch to its end. It is the work of all organisations, as that of the workers is.
/// </summary>
public static class ProcessDueWork
{
    /// <summary>The longest that a request works on a campaign, in seconds.</summary>
    const int LongestWait = 300;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/process", async (ApiRequest request, DueWork work) =>
            {
                var started = request.Now;
                var handled = await work.Round();
                return handled is { } count ? Results.Ok(new ProcessResult(started, count)) : Refused(work);
            })
            .WithName(nameof(ProcessDueWork)).WithSummary("Do one round of the work that is due now, and say what was done").Produces<ProcessResult>()
            .ProducesProblem(StatusCodes.Status409Conflict);

        api.MapPost("/campaigns/{id:guid}/run", async (Guid id, int? seconds, ApiRequest request, DueWork work, CancellationToken ct) =>
            {
                if (seconds is < 1 or > LongestWait)
                {
                    return new Refusal("seconds-out-of-range", $"1 to {LongestWait} seconds.", RefusalKind.Invalid).ToProblem();
                }

                if (CampaignRules.Exists((await request.Store.Load<Campaign>(request.TenantId, id, ct)).State) is { } refusal)
                {
                    return refusal.ToProblem();
                }

                if (!await work.UntilNothingIsDue(TimeSpan.FromSeconds(seconds ?? 30)))
                {
                    return Refused(work);
                }

                var campaign = await request.Store.Load<Campaign>(request.TenantId, id, ct);
                request.SetETag(campaign.Version);
                return Results.Ok(await CampaignView.Read(request.Store, request.TenantId, campaign, ct));
            })
            .WithName("RunCampaign").WithSummary("Do all work that is due inside this request, until nothing is or the time is up; for small campaigns")
            .Produces<CampaignView>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    static IResult Refused(DueWork work) => (work.IsDoneByWorkers
        ? new Refusal("workers-run", "The workers of this server do what is due by themselves: switch them off with Workers:Enabled=false.")
        : new Refusal("work-under-way", "Another request is doing it on this node. Try again when it has ended.")).ToProblem();
}

/// <param name="Handled">Messages.</param>
public sealed record ProcessResult(DateTimeOffset StartedAt, int Handled);
