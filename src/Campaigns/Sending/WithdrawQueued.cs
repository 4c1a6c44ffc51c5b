using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;

namespace Campaigns.Sending;

/// <summary>Gives everybody who is still queued in a cancelled campaign their end, a chunk at a time.</summary>
public sealed record WithdrawQueued(Guid CampaignId);

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

        var queued = await Read(delivery.TenantId, message.CampaignId, ct);
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

    async Task<List<Guid>> Read(string tenantId, Guid campaignId, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(campaignId);
        await using var command = store.Database.CreateCommand(ReadQueued);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = campaignId });
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = last });
        command.Parameters.Add(new() { Value = Chunk });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var queued = new List<Guid>();
        while (await reader.ReadAsync(ct))
        {
            queued.Add(reader.GetGuid(0));
        }

        return queued;
    }
}
