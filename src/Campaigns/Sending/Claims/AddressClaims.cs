using Campaigns.Storage;
using Marten;

namespace Campaigns.Sending.Claims;

/// <summary>To which addresses a campaign writes, and as whose message: one message an address, campaign and step.</summary>
static class AddressClaims
{
    static readonly string ClaimAddresses = Sql.Beside(typeof(AddressClaims), nameof(ClaimAddresses));
    static readonly string ReadClaims = Sql.Beside(typeof(AddressClaims), nameof(ReadClaims));
    static readonly string ReleaseClaims = Sql.Beside(typeof(AddressClaims), nameof(ReleaseClaims));

    /// <summary>With this commit, which is refused where another recipient was faster.</summary>
    public static void Claim(IDocumentSession session, Guid campaignId, IEnumerable<QueuedRecipient> of) => Change(ClaimAddresses, session, campaignId, of);

    /// <summary>Of those who for certain got nothing.</summary>
    public static void Release(IDocumentSession session, Guid campaignId, IEnumerable<QueuedRecipient> of) => Change(ReleaseClaims, session, campaignId, of);

    /// <returns>By recipient, for whom the address was claimed; without those whose address nobody has claimed.</returns>
    public static async Task<Dictionary<Guid, Guid>> Read(
        IDocumentStore store, string tenantId, Guid campaignId, IEnumerable<QueuedRecipient> of, CancellationToken ct)
    {
        var asked = of.ToArray();
        return asked.Length == 0
            ? []
            : (await store.Database.Query(
                ReadClaims, reader => (Id: reader.GetGuid(0), By: reader.GetGuid(1)), ct, tenantId, campaignId,
                asked.Select(recipient => recipient.Id).ToArray(), asked.Select(recipient => recipient.Step).ToArray(),
                asked.Select(recipient => recipient.Address).ToArray()))
            .ToDictionary(claim => claim.Id, claim => claim.By);
    }

    static void Change(string statement, IDocumentSession session, Guid campaignId, IEnumerable<QueuedRecipient> of)
    {
        var recipients = of.ToArray();
        if (recipients.Length > 0)
        {
            session.Sql(
                statement, session.TenantId, campaignId, recipients.Select(recipient => recipient.Id).ToArray(),
                recipients.Select(recipient => recipient.Step).ToArray(), recipients.Select(recipient => recipient.Address).ToArray());
        }
    }
}
