using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Campaigns.Recipients;

namespace Campaigns.Sending;

public sealed class QueueWithdrawal(EventStore store)
{
    const int Chunk = 2000;

    static readonly string ReadQueued = Sql.Beside<QueueWithdrawal>(nameof(ReadQueued));

    public async Task Handle(WithdrawQueued message, Delivery delivery, CancellationToken ct)
    {
        var campaign = await store.Load<Campaign>(delivery.TenantId, message.CampaignId, ct);
        if (campaign.State.Status != CampaignStatus.Cancelled)
        {
            return;
        }

        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var queued = await store.Database.Query(
            ReadQueued, reader => reader.GetGuid(0), ct, delivery.TenantId, message.CampaignId, first, last, Chunk);
        var session = delivery.OpenSession();
        foreach (var recipient in queued)
        {
            session.Append<Recipient>(recipient, ExpectedVersion.MustExist, new RecipientWithdrawn(SkipReason.CampaignCancelled));
        }

        if (queued.Count == Chunk)
        {
            session.Send(message);
        }

        await session.Commit(ct);
    }
}
