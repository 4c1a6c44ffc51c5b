using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;

namespace Campaigns.Sending;

/// <summary>What follows for the campaign from the results of a batch.</summary>
public static class BatchClosing
{
    /// <param name="queued">Recipients still queued, without those of this batch that are again. Counted before: a retry may have queued more since.</param>
    public static Outcome Decide(Campaign campaign, SendBatch batch, BatchResults results, long queued, SendingOptions options, DateTimeOffset now)
    {
        if (campaign.OpenBatch is not { } open || open.Number != batch.Number)
        {
            return Outcome.Nothing;
        }

        var remaining = Math.Max(queued, open.Requeued) + results.Returned + results.Deferred;
        var outcome = Outcome.Record(
            new BatchCompleted(batch.Number, results.Sent, results.Failed, results.InDoubt, results.Returned, remaining, results.Deferred));
        if (results.InDoubt > 0)
        {
            outcome = outcome.Schedule(new LeaveDoubts(batch.CampaignId, batch.Number), now + options.InDoubtFor);
        }

        if ((results.InDoubt > 0 || results.HasTexts) && options.Checks is [var first, ..])
        {
            outcome = outcome.Schedule(new LookUpMessages(batch.CampaignId, batch.Number, 1), now + first);
        }

        var next = Next(campaign, batch, open, results, now);
        switch (campaign.Status)
        {
            case CampaignStatus.Cancelled:
                return results.Returned + results.Deferred > 0 ? outcome.Send(new WithdrawQueued(batch.CampaignId)) : outcome;
            case CampaignStatus.Sending when results.Breaker is { } reason:
                return outcome.And(next, new CampaignPaused(PausedBy.Breaker, reason)); // resuming sends it, at its time
            case CampaignStatus.Sending when remaining == 0:
                return outcome.Send(new CompleteCampaign(batch.CampaignId));
            case CampaignStatus.Sending:
                return outcome.And(next).Schedule(new SendBatch(batch.CampaignId, next.Number), next.At, now, campaign.Settings.Priority);
            default:
                return remaining > 0 ? outcome.And(next) : outcome; // paused: resuming sends it, or at once what finds nobody and completes
        }
    }

    // When nothing went out there is nothing to keep a distance from: a daily limit is not spent by a node that stopped.
    static NextBatchScheduled Next(Campaign campaign, SendBatch batch, OpenBatch open, BatchResults results, DateTimeOffset now)
    {
        var isUnspent = results.Returned + results.Deferred == open.Size || (results.IsCut && campaign.Settings.Pace.Daily is null);
        var at = isUnspent ? now : campaign.Settings.Pace.Next(batch.CampaignId, batch.Number, open.Size, open.StartedAt, now);
        return results.Accounts.SlowAt(at) is { SlowUntil: { } slowUntil } slow
            ? new NextBatchScheduled(batch.Number + 1, slowUntil, slow.SlowWords)
            : new NextBatchScheduled(batch.Number + 1, at);
    }
}
