using Campaigns.Consent;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Wolverine;

namespace Campaigns.Sending.Claims;

/// <summary>
/// Takes out to which addresses a person was written who was forgotten since. While the campaign is under way another contact with the same
/// number would get its message then: so it waits for the end of the campaign, though no longer than a person may be kept waiting.
/// </summary>
public static class ForgetClaimsHandler
{
    /// <summary>A person who asks to be forgotten is owed it within a month (GDPR, article 12.3).</summary>
    static readonly TimeSpan Longest = TimeSpan.FromDays(25);

    static readonly TimeSpan LooksAgain = TimeSpan.FromDays(1);

    static readonly string DeleteClaims = Sql.Beside(typeof(ForgetClaimsHandler), nameof(DeleteClaims));

    public static async Task<OutgoingMessages> Handle(RecipientErased message, IDocumentSession session, TimeProvider clock, CancellationToken ct)
    {
        var campaign = await session.DocumentStore.Load<Campaign>(session.TenantId, message.CampaignId, ct);
        var now = clock.Microseconds();
        if (!campaign.State.IsFinished && now < message.At + Longest)
        {
            var messages = new OutgoingMessages();
            messages.Schedule(message, now + LooksAgain);
            return messages;
        }

        session.Sql(
            DeleteClaims, session.TenantId, message.CampaignId,
            Enum.GetValues<Channel>().Select(channel => DerivedId.Recipient(message.CampaignId, message.ContactId, channel)).ToArray());
        return [];
    }
}
