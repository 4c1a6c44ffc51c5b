using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Ledger;
using Campaigns.Planning;

namespace Campaigns.Sending;

public sealed class CampaignCompletion(EventStore store)
{
    public Task Handle(CompleteCampaign message, Delivery delivery, CancellationToken ct) =>
        EventStore.InRace(async () =>
        {
            // Counted after the campaign was read: whoever is queued again in between makes it move on, and this is decided anew.
            var campaign = await store.Load<Campaign>(delivery.TenantId, message.CampaignId, ct);
            var counts = await CampaignCounts.Read(store, delivery.TenantId, message.CampaignId, ct);
            var session = delivery.OpenSession();
            session.Add(campaign, Decide(campaign.State, message.CampaignId, counts));
            await session.Commit(ct);
        }, ct);

    public async Task Handle(LeaveDoubts message, Delivery delivery, CancellationToken ct) =>
        await store.Decide<Campaign>(delivery.OpenSession, message.CampaignId, (campaign, _) => Decide(campaign.State, message), ct);

    public static Outcome Decide(Campaign campaign, Guid id, CampaignCounts counts)
    {
        if (campaign.Status is CampaignStatus.Completed or CampaignStatus.Partial or CampaignStatus.Failed)
        {
            var end = End(counts);
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

        return Outcome.Record(new CampaignCompleted(End(counts)));
    }

    static CampaignEnd End(CampaignCounts counts) =>
        counts.Failed + counts.InDoubt == 0 ? CampaignEnd.Completed : counts.Sent > 0 ? CampaignEnd.Partial : CampaignEnd.Failed;

    public static Outcome Decide(Campaign campaign, LeaveDoubts message) => campaign.DoubtfulBatches.Contains(message.Batch)
        ? Outcome.Record(new DoubtsLeft(message.Batch)).Send(new CompleteCampaign(message.CampaignId))
        : Outcome.Nothing;
}
