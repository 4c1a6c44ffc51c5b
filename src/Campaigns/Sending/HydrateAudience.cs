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
/// Who is in the audience is fixed first, at one moment and in parts. Recipient ids follow from campaign and contact, so going over the same contacts
/// twice adds nobody twice. Every part commits with the message for the next one: a node may die at any moment.
/// </summary>
public static class HydrateAudienceHandler
{
    static readonly string CountParts = Sql.Beside(typeof(HydrateAudienceHandler), nameof(CountParts));
    static readonly string TakeSnapshot = Sql.Beside(typeof(HydrateAudienceHandler), nameof(TakeSnapshot));
    static readonly string ReadAudience = Sql.Beside(typeof(HydrateAudienceHandler), nameof(ReadAudience));
    static readonly string ForgetSnapshots = Sql.Beside(typeof(HydrateAudienceHandler), nameof(ForgetSnapshots));

    public static async Task<OutgoingMessages> Handle(
        HydrateAudience message, IDocumentSession session, Envelope envelope, NpgsqlDataSource database, IOptions<SendingOptions> options, TimeProvider clock,
        CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        if (Stopped(campaign.State(), message.CampaignId) is { } stopped)
        {
            session.Sql(ForgetSnapshots, session.TenantId, message.CampaignId);
            return campaign.Record(stopped).Messages;
        }

        var settings = campaign.State().Settings;
        var done = message.Snapshot is null ? await Fix(message, session, envelope.Id, settings.Whom!, clock.GetUtcNow(), options.Value.HydrationChunk, ct) : message;
        if (done.Part < done.Parts)
        {
            var members = await Read(database, session.TenantId, done, ct);
            var offers = await OfferBook.Read(session.DocumentStore, session.TenantId, settings.Offers, campaign.State().FormulaVersion, ct) is { } book
                ? await book.Quote(database, session.TenantId, [.. members.Where(member => !member.IsExcepted).Select(member => member.ContactId)], ct)
                : null;
            var recipients = Recipients(message.CampaignId, settings.Channels, members, offers);
            Add(session, message.CampaignId, recipients);
            done = Count(done, recipients);
        }

        if (done.Part < done.Parts)
        {
            return [done];
        }

        session.Sql(ForgetSnapshots, session.TenantId, message.CampaignId);
        return campaign.Record(Decide(campaign.State(), message.CampaignId, new AudienceHydrated(done.Queued, done.Skipped, done.Segments))).Messages;
    }

    /// <summary>
    /// Writes down who is in the audience at this moment. It takes seconds for a million contacts, so it is a commit of its own, and who begins again with
    /// the same message finds it there.
    /// </summary>
    static async Task<HydrateAudience> Fix(
        HydrateAudience message, IDocumentSession session, Guid envelopeId, CampaignAudience audience, DateTimeOffset now, int part, CancellationToken ct)
    {
        var whom = await AudienceQuery.Prepare(session.DocumentStore, session.TenantId, audience, now, ct);
        var snapshot = DerivedId.Named("snapshot", session.TenantId, $"{envelopeId} {string.Join(' ', whom.Used ?? [])}");
        var found = await session.DocumentStore.Database.Query(CountParts, reader => reader.GetInt32(0), ct, session.TenantId, message.CampaignId, snapshot);
        var parts = found is [var taken and > 0] ? taken : await whom.Run(TakeSnapshot, ct, message.CampaignId, snapshot, (long)part, message.After ?? Guid.Empty);
        return message with { Snapshot = snapshot, Parts = parts, Segments = whom.Used };
    }

    /// <summary>A part of the snapshot, with what is true of each contact by now.</summary>
    static async Task<List<AudienceMember>> Read(NpgsqlDataSource database, string tenantId, HydrateAudience message, CancellationToken ct)
    {
        var members = await database.Query(
            ReadAudience,
            reader => new AudienceMember(
                reader.GetGuid(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4), reader.GetBoolean(5), reader.GetBoolean(6)),
            ct, tenantId, message.CampaignId, message.Snapshot, message.Part);
        // Rather stop than forget them.
        return members.Count > 0 ? members : throw new InvalidOperationException($"Part {message.Part} of the audience of campaign {message.CampaignId} is gone.");
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
    /// <param name="offers">By contact; null where the campaign is about no offers.</param>
    public static List<NewRecipient> Recipients(
        Guid campaignId, CampaignChannels channels, IReadOnlyList<AudienceMember> members, ILookup<Guid, QuotedOffer>? offers = null)
    {
        var each = channels.Each();
        return
        [
            .. from member in members
               from channel in each
               let id = DerivedId.Recipient(campaignId, member.ContactId, channel)
               orderby id
               let offered = offers?[member.ContactId].ToList()
               select new NewRecipient(
                   id, member.ContactId, channel, member.MayNot(channel) ?? (offered is { Count: 0 } ? SkipReason.NoOffer : null), offered),
        ];
    }

    static HydrateAudience Count(HydrateAudience message, List<NewRecipient> recipients)
    {
        var skipped = recipients.Count(recipient => recipient.MayNot is not null);
        return message with { Part = message.Part + 1, Queued = message.Queued + recipients.Count - skipped, Skipped = message.Skipped + skipped };
    }

    static void Add(IDocumentSession session, Guid campaignId, List<NewRecipient> recipients)
    {
        foreach (var recipient in recipients)
        {
            session.Start<Recipient>(recipient.Id, recipient.MayNot is { } reason
                ? new RecipientSkipped(campaignId, recipient.ContactId, reason, recipient.Channel)
                : new RecipientQueued(campaignId, recipient.ContactId, recipient.Channel, Offers: recipient.Offers));
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
/// <param name="Offers">What the message is about; null where the campaign is about no offers.</param>
public sealed record NewRecipient(Guid Id, Guid ContactId, Channel Channel, SkipReason? MayNot, IReadOnlyList<QuotedOffer>? Offers = null);
