using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Npgsql;
using Wolverine;

namespace Campaigns.Sending;

public static class WithdrawQueuedHandler
{
    const int Chunk = 2000;

    static readonly string ReadQueued = Sql.Beside(typeof(WithdrawQueuedHandler), nameof(ReadQueued));
    static readonly string ForgetSnapshots = Sql.Beside(typeof(WithdrawQueuedHandler), nameof(ForgetSnapshots));

    public static async Task<OutgoingMessages> Handle(WithdrawQueued message, IDocumentSession session, NpgsqlDataSource database, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        if (campaign.State().Status != CampaignStatus.Cancelled)
        {
            return [];
        }

        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var queued = await database.Query(ReadQueued, reader => reader.GetGuid(0), ct, session.TenantId, message.CampaignId, first, last, Chunk);
        foreach (var recipient in queued)
        {
            session.Append<Recipient>(recipient, ExpectedVersion.MustExist, new RecipientWithdrawn(SkipReason.CampaignCancelled));
        }

        session.Sql(ForgetSnapshots, session.TenantId, message.CampaignId);
        return queued.Count == Chunk ? [message] : [];
    }
}
