using Marten;
using Campaigns.Storage;
namespace Campaigns.Planning;

/// <summary>How the messages of a campaign were received. Stored in events: members may be added.</summary>
/// <param name="Bounced">Refused for good, or dropped by the provider.</param>
public sealed record CampaignHealth(long Sent, long Bounced, long Complained)
{
    static readonly string ReadHealth = Sql.Beside<CampaignHealth>(nameof(ReadHealth));

    public static async Task<CampaignHealth> Read(IDocumentStore store, string tenantId, Guid campaignId, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ReadHealth, reader => new CampaignHealth(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), ct, tenantId, campaignId);
        return rows.SingleOrDefault() ?? new CampaignHealth(0, 0, 0);
    }

    public CampaignHealth Since(CampaignHealth? before) =>
        before is null ? this : new CampaignHealth(Sent - before.Sent, Bounced - before.Bounced, Complained - before.Complained);
}
