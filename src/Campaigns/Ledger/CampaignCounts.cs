using Marten;
using Campaigns.Storage;
namespace Campaigns.Ledger;

/// <summary>The recipients of a campaign by where they are.</summary>
/// <param name="Undelivered">Of the sent ones those that bounced, were dropped or not delivered, whenever that was heard.</param>
/// <param name="Skipped">Beside all the others: they were to get none.</param>
public sealed record CampaignCounts(
    long Queued,
    long Sending,
    long Sent,
    long Failed,
    long InDoubt,
    long Undelivered = 0,
    long Skipped = 0)
{
    static readonly string ReadCounts = Sql.Beside<CampaignCounts>(nameof(ReadCounts));

    public static async Task<CampaignCounts> Read(IDocumentStore store, string tenantId, Guid campaignId, CancellationToken ct)
    {
        var counts = await store.Database.Query(
            ReadCounts,
            reader => new CampaignCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
                reader.GetInt64(5), reader.GetInt64(6)),
            ct, tenantId, campaignId);
        return counts.SingleOrDefault() ?? new CampaignCounts(0, 0, 0, 0, 0);
    }
}
