using Campaigns.Http;
using Campaigns.Storage;
using Campaigns.Tenancy;
using System.Text.Json.Serialization;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine.Attributes;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Due at the time for which a campaign was scheduled; too late or superseded, it changes nothing.</summary>
/// <param name="At">The time it was scheduled for: another one means that it was scheduled anew since.</param>
/// <param name="Force">A person resumed it, having read why it could not begin: also where nobody would get it, or most messages would fail.</param>
[MessageIdentity("launch_scheduled")]
public sealed record LaunchScheduled(
    Guid CampaignId,
    DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Force = false) : ICampaignWork;

/// <summary>Has a campaign begin at a time, or at another time than it was to.</summary>
public sealed record ScheduleCampaign(Guid CampaignId, DateTimeOffset At);

public static class ScheduleCampaignHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(
        ScheduleCampaign command, IDocumentSession session, Caller caller, Launching launching, TimeProvider clock, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        // Who would get it is looked at when its time has come: its lists may be filled until then.
        var (launchable, organisation) = await launching.Look(session.TenantId, campaign.State(), force: true, ct);
        return caller.Record(
            campaign,
            Decide(campaign.State(), command.CampaignId, command.At, launchable, organisation, launching.FarthestSchedule, clock.Microseconds()));
    }

    public static Outcome Decide(
        Campaign campaign, Guid id, DateTimeOffset at, Launchable launchable, OrganisationSettings organisation, TimeSpan farthest, DateTimeOffset now)
    {
        // Scheduled again, it begins at the other time: what was due at the one before changes nothing. So does one that could not begin at its time.
        var isCleared = campaign is { Status: CampaignStatus.Scheduled } or { Status: CampaignStatus.Paused, IsLaunched: false }
            ? null
            : CampaignRules.IsCleared(campaign, organisation);
        if ((isCleared ?? CampaignRules.IsComplete(campaign.Settings)
                ?? launchable.RefusalFor(campaign.Settings)) is { } refusal)
        {
            return Outcome.Refuse(refusal);
        }

        if (at <= now || at > now + farthest)
        {
            return Outcome.Refuse(new Refusal(
                "schedule-out-of-range", $"Choose a time in the future, at most {farthest.TotalDays:0} days ahead.", RefusalKind.Invalid));
        }

        return campaign.Status == CampaignStatus.Scheduled && campaign.ScheduledAt == at
            ? Outcome.Nothing
            : Outcome.Record(new CampaignScheduled(at)).Schedule(new LaunchScheduled(id, at), at);
    }
}

static class ScheduleCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/schedule", async (Guid id, ScheduleInput input, ApiRequest request, CancellationToken ct) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new ScheduleCampaign(id, input.At.ToUniversalTime()), ct), ct))
            .WithName(nameof(ScheduleCampaign)).WithSummary("Launch at a time, at most 14 days ahead; again, at another time").Describe();
}

public sealed record ScheduleInput([property: JsonRequired] DateTimeOffset At);
