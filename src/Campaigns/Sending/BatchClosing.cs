using Campaigns.Engine.Events;
using Campaigns.Planning;

namespace Campaigns.Sending;

/// <summary>What follows for the campaign from the results of a batch.</summary>
public static class BatchClosing
{
    /// <param name="queued">Recipients still queued, without the returned ones of this batch.</param>
    public static Outcome Decide(Campaign campaign, SendBatch batch, BatchResults results, long queued, TimeSpan inDoubtFor, DateTimeOffset now)
    {
        if (campaign.OpenBatch is not { } open || open.Number != batch.Number)
        {
            return Outcome.Nothing;
        }

        var remaining = queued + results.Returned;
        var outcome = Outcome.Record(new BatchCompleted(batch.Number, results.Sent, results.Failed, results.InDoubt, results.Returned, remaining));
        if (results.InDoubt > 0)
        {
            outcome = outcome.Schedule(new LeaveDoubts(batch.CampaignId, batch.Number), now + inDoubtFor);
        }

        switch (campaign.Status)
        {
            case CampaignStatus.Cancelled:
                return results.Returned > 0 ? outcome.Send(new WithdrawQueued(batch.CampaignId)) : outcome;
            case CampaignStatus.Sending when results.Breaker is { } reason:
                return outcome.And(new CampaignPaused(PausedBy.Breaker, reason));
            case CampaignStatus.Sending when remaining == 0:
                return outcome.Send(new CompleteCampaign(batch.CampaignId));
        }

        var next = new SendBatch(batch.CampaignId, batch.Number + 1);
        var at = campaign.Settings.Pace.Next(batch.CampaignId, batch.Number, open.StartedAt, now);
        outcome = outcome.And(new NextBatchScheduled(next.Number, at));
        return campaign.Status == CampaignStatus.Sending ? outcome.Schedule(next, at) : outcome; // paused: resuming sends it
    }
}
