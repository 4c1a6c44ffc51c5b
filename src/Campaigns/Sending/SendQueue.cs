using System.Text.Json;
using Marten;
using Campaigns.Sending.Claims;
using Campaigns.Storage;
using Campaigns.Audience;
using Campaigns.Limits;
using Campaigns.Recipients;
using Npgsql;

namespace Campaigns.Sending;

/// <summary>The recipients of a campaign who are next, with what is needed to write to them, or the reason not to.</summary>
public sealed class SendQueue(IDocumentStore store)
{
    static readonly string NextRecipients = Sql.Beside<SendQueue>(nameof(NextRecipients));
    static readonly string ReadQuotedOffers = Sql.Beside<SendQueue>(nameof(ReadQuotedOffers));
    static readonly string NextDeferral = Sql.Beside<SendQueue>(nameof(NextDeferral));

    /// <param name="after">The queue is looked at behind this one.</param>
    /// <param name="atMost">Of those whose own time has come, and of the queue.</param>
    public async Task<List<QueuedRecipient>> Next(string tenantId, Guid campaignId, Guid? after, int atMost, DateTimeOffset now, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(campaignId);
        var next = await store.Database.Query(NextRecipients, Read, ct, tenantId, campaignId, after ?? first, last, atMost, now);
        var claims = await AddressClaims.Read(store, tenantId, campaignId, next.Where(MayBeClaimed), ct);
        return claims.Count == 0 ? next : next.ConvertAll(recipient => recipient with { WrittenTo = claims.TryGetValue(recipient.Id, out var other) ? other : null });
    }

    /// <summary>What the messages of a campaign that is about offers are about, by recipient.</summary>
    public static async Task<IReadOnlyDictionary<Guid, IReadOnlyList<QuotedOffer>>> ReadOffers(IDocumentStore store, string tenantId, Guid[] recipients, CancellationToken ct) =>
        (await store.Database.Query(
            ReadQuotedOffers,
            reader => (Id: reader.GetGuid(0), Offers: reader.TextOrNull(1) is { } offers ? JsonSerializer.Deserialize<List<QuotedOffer>>(offers, StoredJson.Options)! : []),
            ct, tenantId, recipients))
        .ToDictionary(each => each.Id, each => (IReadOnlyList<QuotedOffer>)each.Offers);

    /// <summary>When the next one comes back who was put off, and why; null when nobody was.</summary>
    public async Task<Deferral?> FirstDeferral(string tenantId, Guid campaignId, CancellationToken ct) =>
        (await store.Database.Query(
            NextDeferral, reader => new Deferral(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1)), ct, tenantId, campaignId)).SingleOrDefault();

    // An e-mail address is one contact's: only of one that was changed meanwhile can another one's message have gone there.
    static bool MayBeClaimed(QueuedRecipient recipient) =>
        recipient.Address is not null && (recipient.Channel == Channel.Sms || recipient.TriedVersion is not null || recipient.WasChanged);

    static QueuedRecipient Read(NpgsqlDataReader reader)
    {
        var contactId = reader.ValueOrNull<Guid>(1);
        var addressee = contactId is null ? null : Addressee.Read(reader, column: 2, phoneColumn: 12);
        var channel = Enum.Parse<Channel>(reader.GetString(11), ignoreCase: true);
        return new QueuedRecipient(reader.GetGuid(0))
        {
            ContactId = contactId,
            Channel = channel,
            Addressee = addressee,
            TimeZone = reader.TextOrNull(5),
            MayNot = Eligibility.WhyNot(isDeleted: contactId is null, addressee?.Address(channel) is not null, isSuppressed: reader.GetBoolean(7)),
            TriedVersion = reader.ValueOrNull<long>(8),
            Attempts = reader.GetInt32(9),
            WasDeferred = reader.GetBoolean(10),
            Step = reader.GetInt32(13),
            WasChanged = reader.GetBoolean(14),
        };
    }
}

/// <summary>Somebody who is next in a campaign.</summary>
public sealed record QueuedRecipient(Guid Id)
{
    /// <summary>Null when the contact is gone.</summary>
    public Guid? ContactId { get; init; }

    public Channel Channel { get; init; }

    /// <summary>Of the campaign; 1 where it has no plan.</summary>
    public int Step { get; init; } = 1;

    /// <summary>Their contact was changed after they were queued.</summary>
    public bool WasChanged { get; init; }

    /// <summary>A text message that comes to nothing for this contact goes nowhere: another one with the same number may get it.</summary>
    public bool CannotBeWritten { get; init; }

    /// <summary>Who the message comes from.</summary>
    public CampaignSender? Sender { get; init; }

    /// <summary>The parts in which a text travels, each of which counts against the limit of its number.</summary>
    public int Segments { get; init; } = 1;

    /// <summary>Null when the contact is gone.</summary>
    public Addressee? Addressee { get; init; }

    /// <summary>The fields of what the message is about; null where the campaign is about no offers.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string?>>? Offers { get; init; }

    /// <summary>Where they unsubscribe; null where the server cannot make links.</summary>
    public Uri? Unsubscribe { get; init; }

    /// <summary>IANA name; null when it is not known.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Why this person must not be written to; null when it is fine.</summary>
    public SkipReason? MayNot { get; init; }

    /// <summary>At which version the stream of one who was in a batch before was seen in the queue; null for everybody else.</summary>
    public long? TriedVersion { get; init; }

    /// <summary>Failed attempts so far.</summary>
    public int Attempts { get; init; }

    /// <summary>Was put off, and the time has come.</summary>
    public bool WasDeferred { get; init; }

    /// <summary>The recipient for whom a batch has claimed the address before; null when none has.</summary>
    public Guid? WrittenTo { get; init; }

    /// <summary>The batch claims the address, which nobody has yet.</summary>
    public bool ClaimsAddress => WrittenTo is null && !CannotBeWritten;

    /// <summary>Where the message goes; null where the contact is gone or cannot be reached over the channel.</summary>
    public string? Address => Addressee?.Address(Channel);

    /// <summary>The limits that the message counts against beside those for everybody.</summary>
    public IReadOnlyList<Limit> Limits { get; init; } = [];

    /// <summary>Of these the contact's own and that of the address, over all campaigns; empty where there is no cap.</summary>
    public IEnumerable<Limit> FrequencyCaps => Limits.Where(limit => limit.Kind == LimitKind.FrequencyCap);

    /// <summary>How much it counts against a limit. A text longer than its number may send at once goes all the same.</summary>
    public int Units(Limit limit) => limit.Kind == LimitKind.NumberSegments ? Math.Min(Segments, limit.Most) : 1;
}

/// <param name="Email">Null where there is none.</param>
/// <param name="Phone">E.164; null where there is none.</param>
/// <param name="Fields">What the template can name.</param>
public sealed record Addressee(string? Email, string? Phone, string Name, IReadOnlyDictionary<string, string?> Fields)
{
    /// <summary>Where a message over the channel goes; null where the contact cannot be reached over it.</summary>
    public string? Address(Channel channel) => channel == Channel.Sms ? Phone : Email;

    /// <param name="column">Of the e-mail address; first name, last name, time zone and attributes follow.</param>
    internal static Addressee Read(NpgsqlDataReader reader, int column, int phoneColumn)
    {
        var (email, firstName, lastName) = (reader.TextOrNull(column), reader.TextOrNull(column + 1), reader.TextOrNull(column + 2));
        var phone = reader.TextOrNull(phoneColumn);
        return new Addressee(
            email, phone, $"{firstName} {lastName}".Trim(),
            Contact.MergeFields(email, phone, firstName, lastName, reader.TextOrNull(column + 3), reader.GetString(column + 4)));
    }
}

/// <param name="Due">When the next ones come back.</param>
public sealed record Deferral(DateTimeOffset Due, string Reason);
