using Campaigns.Recipients;
using Campaigns.Sending;
using Campaigns.Storage;
using Marten;
using Npgsql;

namespace Campaigns.Tracking;

public static class TimeOutOpensHandler
{
    static readonly string ReadUnopened = Sql.Beside(typeof(TimeOutOpensHandler), nameof(ReadUnopened));

    public static async Task Handle(TimeOutOpens message, IDocumentSession session, NpgsqlDataSource database, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var unopened = await database.Query(
            ReadUnopened, reader => (Id: reader.GetGuid(0), Version: reader.GetInt64(1)), ct,
            session.TenantId, message.CampaignId, first, last, message.Batch);
        foreach (var (id, version) in unopened)
        {
            // At exactly the version that was read: an open in this very moment wins, and this is decided again.
            session.Append<Recipient>(id, ExpectedVersion.Exactly(version), new OpenTimedOut());
        }
    }
}
