using Marten;
using Campaigns.Storage;
namespace Campaigns.Ledger;

/// <summary>The recipients of a campaign by where they are.</summary>
public sealed record CampaignCounts(long Queued, long Sending, long Sent, long Failed, long InDoubt)
{
    static readonly string ReadCounts = Sql.Beside<CampaignCounts>(nameof(ReadCounts));

    public static async Task<CampaignCounts> Read(IDocumentStore store, string tenantId, Guid campaignId, CancellationToken ct)
    {
        var counts = await store.Database.Query(
            ReadCounts,
            reader => new CampaignCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)),
            ct, tenantId, campaignId);
        return counts.SingleOrDefault() ?? new CampaignCounts(0, 0, 0, 0, 0);
    }
}
