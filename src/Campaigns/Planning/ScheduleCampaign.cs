using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>Due at the time for which a campaign was scheduled; too late or superseded, it changes nothing.</summary>
/// <param name="At">The time it was scheduled for: another one means that it was scheduled anew since.</param>
public sealed record LaunchScheduled(Guid CampaignId, DateTimeOffset At) : ICampaignWork;

public static class ScheduleCampaign
{
    public static Outcome Decide(
        Campaign campaign, Guid id, DateTimeOffset at, Launchable launchable, OrganisationSettings organisation, TimeSpan farthest, DateTimeOffset now)
    {
        if ((CampaignRules.IsCleared(campaign, organisation) ?? CampaignRules.IsComplete(campaign.Settings)
                ?? launchable.RefusalFor(campaign.Settings)) is { } refusal)
        {
            return Outcome.Refuse(refusal);
        }

        if (at <= now || at > now + farthest)
        {
            return Outcome.Refuse(new Refusal(
                "schedule-out-of-range", $"Choose a time in the future, at most {farthest.TotalDays:0} days ahead.", RefusalKind.Invalid));
        }

        return Outcome.Record(new CampaignScheduled(at)).Schedule(new LaunchScheduled(id, at), at);
    }

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/schedule", async (Guid id, ScheduleInput input, ApiRequest request, Launching launching, CancellationToken ct) =>
            {
                var (launchable, organisation) = await launching.Look(request.TenantId, id, ct);
                return CampaignView.Answer(request, await request.Decide<Campaign>(
                    id, (campaign, now) => Decide(campaign, id, input.At.ToUniversalTime(), launchable, organisation, launching.FarthestSchedule, now), ct));
            })
            .WithName(nameof(ScheduleCampaign)).WithSummary("Launch at a time, at most 14 days ahead").Describe();
}

public sealed record ScheduleInput(DateTimeOffset At);
