using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Stops sending until it is resumed.</summary>
public sealed record PauseCampaign(Guid CampaignId, string? Reason);

/// <summary>Goes on where it was paused.</summary>
public sealed record ResumeCampaign(Guid CampaignId);

/// <summary>Ends it for good.</summary>
public sealed record CancelCampaign(Guid CampaignId, string? Reason);

/// <summary>Pause, resume, cancel: what a person can do to a campaign under way.</summary>
public static class PauseCampaignHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(PauseCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Pause(campaign.State(), command.Reason));
    }

    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(
        ResumeCampaign command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        var resumed = caller.Record(campaign, Resume(campaign.State(), command.CampaignId, clock.Microseconds()));
        if (resumed.Decided.Refusal is null)
        {
            StrandCampaignHandler.Revive(session, command.CampaignId);
        }

        return resumed;
    }

    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(CancelCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Cancel(campaign.State(), command.CampaignId, command.Reason));
    }

    public static Outcome Pause(Campaign campaign, string? reason) => campaign.Status switch
    {
        CampaignStatus.Paused => Outcome.Nothing,
        CampaignStatus.Sending => Outcome.Record(new CampaignPaused(PausedBy.Person, reason ?? "Paused by a person")),
        _ => Outcome.Refuse(CampaignRules.Exists(campaign)
            ?? new Refusal("campaign-not-sending", $"The campaign is {CampaignRules.Words(campaign.Status)}: there is nothing to pause.")),
    };

    /// <summary>Goes on exactly where it was: not before the time at which the next batch was due anyway.</summary>
    public static Outcome Resume(Campaign campaign, Guid id, DateTimeOffset now) => campaign.Status switch
    {
        CampaignStatus.Sending => Outcome.Nothing,
        // Could not begin at its time: it is tried again, with the template as it is by then.
        CampaignStatus.Paused when !campaign.IsLaunched => Outcome.Record(new CampaignScheduled(now)).Send(new LaunchScheduled(id, now, Force: true)),
        // Not hydrated yet: hydration goes on during a pause and starts the first batch itself. Open batch: its end starts the next.
        CampaignStatus.Paused when !campaign.IsHydrated || campaign.OpenBatch is not null => Outcome.Record(new CampaignResumed()),
        // What held it may have changed since, a limit or a window for instance: it is looked at anew.
        CampaignStatus.Paused when campaign.HeldBy is not null => Outcome.Record(new CampaignResumed(), new NextBatchScheduled(campaign.LastBatch + 1, now))
            .Send(new SendBatch(id, campaign.LastBatch + 1), campaign.Settings.Priority),
        CampaignStatus.Paused => Outcome.Record(new CampaignResumed())
            .Schedule(new SendBatch(id, campaign.LastBatch + 1), campaign.NextBatchAt ?? now, now, campaign.Settings.Priority),
        _ => Outcome.Refuse(CampaignRules.Exists(campaign)
            ?? new Refusal("campaign-not-paused", $"The campaign is {CampaignRules.Words(campaign.Status)}, not paused.")),
    };

    public static Outcome Cancel(Campaign campaign, Guid id, string? reason) => campaign.Status switch
    {
        CampaignStatus.Cancelled => Outcome.Nothing,
        CampaignStatus.Sending or CampaignStatus.Paused => Outcome.Record(new CampaignCancelled(reason)).Send(new WithdrawQueued(id)),
        CampaignStatus.Scheduled or CampaignStatus.Approved or CampaignStatus.InReview => Outcome.Record(new CampaignCancelled(reason)),
        CampaignStatus.Draft => Outcome.Refuse(new Refusal("campaign-is-draft", "A draft is not cancelled but deleted.")),
        _ => Outcome.Refuse(CampaignRules.Exists(campaign)
            ?? new Refusal("campaign-finished", $"The campaign is {CampaignRules.Words(campaign.Status)}: nothing goes out any more.")),
    };
}

static class PauseCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/campaigns/{id:guid}/pause", async (Guid id, GivenReason? given, ApiRequest request, CancellationToken ct) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new PauseCampaign(id, given?.Reason), ct), ct))
            .WithName("PauseCampaign").WithSummary("Stop sending until it is resumed; whoever was not handed over yet goes back to the queue").Describe();
        api.MapPost("/campaigns/{id:guid}/resume", Resume)
            .WithName("ResumeCampaign").WithSummary("Go on where it was paused; the answer names its senders who are paused themselves, and how to resume each").Describe();
        api.MapPost("/campaigns/{id:guid}/cancel", async (Guid id, GivenReason? given, ApiRequest request, CancellationToken ct) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new CancelCampaign(id, given?.Reason), ct), ct))
            .WithName("CancelCampaign").WithSummary("End it for good; whoever is still queued gets nothing").Describe();
    }

    static async Task<IResult> Resume(Guid id, ApiRequest request, CancellationToken ct)
    {
        var decided = await request.Decide<Campaign>(new ResumeCampaign(id), ct);
        return await CampaignView.Answer(
            request, decided, ct,
            decided.Refusal is null ? await PausedSender.Find(request.Store, request.TenantId, decided.Stream.State.Settings, ct) : null);
    }
}
