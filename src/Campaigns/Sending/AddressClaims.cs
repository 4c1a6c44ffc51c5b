using Campaigns.Storage;
using Marten;

namespace Campaigns.Sending;

/// <summary>To which addresses a campaign writes, and as whose message: one message an address, campaign and step.</summary>
static class AddressClaims
{
    static readonly string ClaimAddresses = Sql.Beside(typeof(AddressClaims), nameof(ClaimAddresses));
    static readonly string ReleaseClaims = Sql.Beside(typeof(AddressClaims), nameof(ReleaseClaims));

    /// <summary>With this commit, which is refused where another recipient was faster.</summary>
    public static void Claim(IDocumentSession session, Guid campaignId, IEnumerable<QueuedRecipient> of) => Change(ClaimAddresses, session, campaignId, of);

    /// <summary>Of those who for certain got nothing.</summary>
    public static void Release(IDocumentSession session, Guid campaignId, IEnumerable<QueuedRecipient> of) => Change(ReleaseClaims, session, campaignId, of);

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
