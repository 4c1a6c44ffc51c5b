using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Npgsql;
using Wolverine;

namespace Campaigns.Sending;

/// <summary>
/// Recipient ids follow from campaign and contact, so going over the same contacts twice adds nobody twice. Every chunk commits
/// with the message for the next one: a node may die at any moment.
/// </summary>
public static class HydrateAudienceHandler
{
    static readonly string ReadAudience = Sql.Beside(typeof(HydrateAudienceHandler), nameof(ReadAudience));

    public static async Task<OutgoingMessages> Handle(
        HydrateAudience message, IDocumentSession session, NpgsqlDataSource database, IOptions<SendingOptions> options, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        if (Stopped(campaign.State(), message.CampaignId) is { } stopped)
        {
            return campaign.Record(stopped).Messages;
        }

        var limit = options.Value.HydrationChunk;
        var chunk = await database.Query(
            ReadAudience,
            reader => new AudienceMember(
                reader.GetGuid(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5), reader.GetBoolean(6)),
            ct,
            [session.TenantId, .. campaign.State().Settings.Whom!.Arguments, message.After ?? Guid.Empty, (long)limit]);
        var recipients = Recipients(message.CampaignId, campaign.State().Settings.Channels, chunk);
        Add(session, message.CampaignId, recipients);
        var next = Count(message, chunk, recipients);
        return chunk.Count == limit
            ? [next]
            : campaign.Record(Decide(campaign.State(), message.CampaignId, new AudienceHydrated(next.Queued, next.Skipped))).Messages;
    }

    /// <summary>What is left to do when no more contacts are to be added; null while they are.</summary>
    public static Outcome? Stopped(Campaign campaign, Guid id) => campaign switch
    {
        { IsHydrated: true } => Outcome.Nothing,
        // A chunk that was on its way when the campaign was cancelled may have come after the withdrawal.
        { Status: CampaignStatus.Cancelled } => Outcome.Nothing.Send(new WithdrawQueued(id)),
        _ => null,
    };

    /// <summary>The last contact is in.</summary>
    public static Outcome Decide(Campaign campaign, Guid id, AudienceHydrated hydrated) => campaign switch
    {
        { IsHydrated: true } => Outcome.Nothing,
        { Status: CampaignStatus.Sending } => Outcome.Record(hydrated).Send(new SendBatch(id, 1), campaign.Settings.Priority),
        { Status: CampaignStatus.Cancelled } => Outcome.Record(hydrated).Send(new WithdrawQueued(id)),
        _ => Outcome.Record(hydrated), // paused: resuming starts the first batch
    };

    /// <summary>In the order of their ids, so that each index is filled from left to right.</summary>
    public static List<NewRecipient> Recipients(Guid campaignId, CampaignChannels channels, IReadOnlyList<AudienceMember> members)
    {
        var each = channels.Each();
        return
        [
            .. from member in members
               from channel in each
               let id = DerivedId.Recipient(campaignId, member.ContactId, channel)
               orderby id
               select new NewRecipient(id, member.ContactId, channel, member.MayNot(channel)),
        ];
    }

    static HydrateAudience Count(HydrateAudience message, List<AudienceMember> chunk, List<NewRecipient> recipients)
    {
        var skipped = recipients.Count(recipient => recipient.MayNot is not null);
        return message with
        {
            After = chunk.Count > 0 ? chunk[^1].ContactId : message.After,
            Queued = message.Queued + recipients.Count - skipped,
            Skipped = message.Skipped + skipped,
        };
    }

    static void Add(IDocumentSession session, Guid campaignId, List<NewRecipient> recipients)
    {
        foreach (var recipient in recipients)
        {
            session.Start<Recipient>(recipient.Id, recipient.MayNot is { } reason
                ? new RecipientSkipped(campaignId, recipient.ContactId, reason, recipient.Channel)
                : new RecipientQueued(campaignId, recipient.ContactId, recipient.Channel));
        }
    }
}

/// <summary>A contact in the audience of a campaign, as far as it matters for who gets something.</summary>
public sealed record AudienceMember(Guid ContactId, bool IsExcepted, bool IsDeleted, bool HasEmail, bool IsEmailSuppressed, bool HasPhone, bool IsPhoneSuppressed)
{
    public SkipReason? MayNot(Channel channel) => IsExcepted ? SkipReason.Excepted
        : channel == Channel.Sms
        ? Eligibility.WhyNot(IsDeleted, HasPhone, IsPhoneSuppressed)
        : Eligibility.WhyNot(IsDeleted, HasEmail, IsEmailSuppressed);
}

/// <param name="MayNot">Why this person must not be written to over this channel; null when it is fine.</param>
public sealed record NewRecipient(Guid Id, Guid ContactId, Channel Channel, SkipReason? MayNot);
