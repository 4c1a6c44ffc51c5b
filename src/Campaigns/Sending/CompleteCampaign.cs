using Campaigns.Ledger;
using Campaigns.Planning;
using Campaigns.Storage;
using Marten;
using Wolverine;

namespace Campaigns.Sending;

public static class CompleteCampaignHandler
{
    public static async Task<OutgoingMessages> Handle(CompleteCampaign message, IDocumentSession session, CancellationToken ct)
    {
        // Counted after the campaign was read: whoever is queued again in between makes it move on, and this is decided anew.
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        var counts = await CampaignCounts.Read(session.DocumentStore, session.TenantId, message.CampaignId, ct);
        return campaign.Record(Decide(campaign.State(), message.CampaignId, counts)).Messages;
    }

    public static async Task<OutgoingMessages> Handle(LeaveDoubts message, IDocumentSession session, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        return campaign.Record(Decide(campaign.State(), message)).Messages;
    }

    public static Outcome Decide(Campaign campaign, Guid id, CampaignCounts counts)
    {
        if (campaign.Status is CampaignStatus.Completed or CampaignStatus.Partial or CampaignStatus.Failed)
        {
            var (end, _) = Judge(counts);
            return Campaign.Ended(end) == campaign.Status ? Outcome.Nothing : Outcome.Record(new CampaignReassessed(end));
        }

        if (campaign is not { Status: CampaignStatus.Sending, IsHydrated: true, OpenBatch: null, Retrying: null } || counts.Sending > 0)
        {
            return Outcome.Nothing;
        }

        if (counts.Queued > 0)
        {
            // Somebody was returned to the queue after the last batch had been thought to be the last.
            return campaign.NextBatchAt is null ? Outcome.Nothing.Send(new SendBatch(id, campaign.LastBatch + 1), campaign.Settings.Priority) : Outcome.Nothing;
        }

        if (counts.InDoubt > 0 && campaign.DoubtfulBatches.Count > 0)
        {
            return Outcome.Nothing; // the provider's word, or the end of its time, comes back here
        }

        var (ended, reason) = Judge(counts);
        return Outcome.Record(new CampaignCompleted(ended, reason));
    }

    /// <summary>
    /// How it ended, by what came of the messages: one that was handed over and then bounced is as little a success as one that failed.
    /// </summary>
    static (CampaignEnd End, string? Reason) Judge(CampaignCounts counts)
    {
        var arrived = counts.Sent - counts.Undelivered;
        var missed = counts.Failed + counts.InDoubt + counts.Undelivered;
        return (arrived, missed, counts.Skipped) switch
        {
            (0, 0, 0) => (CampaignEnd.Failed, "There was nobody to write to: nobody is in its audience."),
            (0, 0, var skipped) => (CampaignEnd.Failed, $"There was nobody to write to: all {skipped} were skipped, each for a reason that its recipient names."),
            (0, _, _) => (CampaignEnd.Failed, null),
            (_, 0, _) => (CampaignEnd.Completed, null),
            _ => (CampaignEnd.Partial, null),
        };
    }

    public static Outcome Decide(Campaign campaign, LeaveDoubts message) => campaign.DoubtfulBatches.Contains(message.Batch)
        ? Outcome.Record(new DoubtsLeft(message.Batch)).Send(new CompleteCampaign(message.CampaignId))
        : Outcome.Nothing;
}
