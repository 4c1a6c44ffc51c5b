using System.Text.Json;
using Campaigns.Consent;
using Campaigns.Planning;
using Campaigns.Providers.SendGrid;
using Campaigns.Providers.Twilio;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Senders;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Npgsql;
using Wolverine.Attributes;
using Wolverine;

namespace Campaigns.Tracking;

/// <summary>A webhook body waits to be worked on.</summary>
[MessageIdentity("record_facts")]
public sealed record RecordFacts(Guid BodyId);

/// <summary>
/// Turns webhook bodies into events: each fact once, whatever comes twice, in whatever order. That a fact was recorded commits
/// with the event, so two nodes at the same body come to one event: the slower one's commit is refused and looks again.
/// </summary>
public sealed class FactRecorder(IDocumentStore store, SendGridEvents sendGrid, TwilioEvents twilio, IOptions<ConsentOptions> consent)
{
    static readonly string ReadKnownKeys = Sql.Beside<FactRecorder>(nameof(ReadKnownKeys));
    static readonly string ReadLastTexted = Sql.Beside<FactRecorder>(nameof(ReadLastTexted));
    static readonly string ReadRecipients = Sql.Beside<FactRecorder>(nameof(ReadRecipients));
    static readonly string InsertKeys = Sql.Beside<FactRecorder>(nameof(InsertKeys));
    static readonly string MarkProcessed = Sql.Beside<FactRecorder>(nameof(MarkProcessed));

    internal async Task<OutgoingMessages> Record(IReadOnlyList<RecordFacts> messages, IDocumentSession session, CancellationToken ct)
    {
        var (outgoing, time) = (new OutgoingMessages(), store.Clock.Microseconds());
        var stored = await StoredBody.Read(store, outgoing, messages.Select(message => message.BodyId), id => new RecordFacts(id), ct);
        var bodies = stored.Select(Parse).ToList();
        var all = bodies.SelectMany(body => body.Facts).ToList();
        var repliedTo = await LastTexted(session.TenantId, all, ct);
        var known = await KnownKeys(session.TenantId, all, ct);
        var recipients = await Recipients(session.TenantId, [.. all.Select(fact => fact.Recipient).OfType<Guid>(), .. repliedTo.Values], ct);
        var addresses = await AddressBook.Read(store, session.TenantId, all, consent.Value, ct);

        var newKeys = new HashSet<Guid>();
        var badlyReceived = new List<TrackedRecipient>();
        foreach (var body in bodies)
        {
            foreach (var fact in body.Facts)
            {
                if (fact.Keys.Any(known.Contains))
                {
                    body.Duplicates++;
                }
                else
                {
                    var id = fact is { IsReply: true, Address: { } from } ? repliedTo.GetValueOrDefault(from) : fact.Recipient ?? Guid.Empty;
                    var isKnown = recipients.TryGetValue(id, out var recipient);
                    var concernsRecipient = isKnown && fact.Fact is not null;
                    if (concernsRecipient)
                    {
                        recipient!.Record(session, outgoing, fact.Fact!);
                        if (fact.Fact is MessageBounced or MessageDropped or MessageUndelivered or SpamReported)
                        {
                            badlyReceived.Add(recipient);
                        }
                    }

                    // A person's own word, and the end of an address, hold also where nobody knows the message that it is about.
                    var concernsConsent = (isKnown || fact.IsReply || fact.Recipient is null) && addresses.Record(session, fact with { Recipient = isKnown ? id : null });
                    if (!concernsRecipient && !concernsConsent)
                    {
                        body.Unmatched++;
                        continue; // not remembered: nothing of it was recorded
                    }

                    body.Recorded++;
                }

                // Also of a repeat: it may carry an id that the first one had not.
                newKeys.UnionWith(fact.Keys.Where(known.Add));
            }

            session.Sql(MarkProcessed, body.Id, time, body.Recorded, body.Duplicates, body.Unmatched, body.Malformed);
        }

        foreach (var campaign in badlyReceived.Select(recipient => recipient.CampaignId).Distinct())
        {
            outgoing.Add(new CheckHealth(campaign));
        }

        foreach (var sender in badlyReceived.Select(recipient => recipient.SenderId).OfType<Guid>().Distinct())
        {
            outgoing.Add(new CheckSenderHealth(sender));
        }

        if (newKeys.Count > 0)
        {
            session.Sql(InsertKeys, session.TenantId, newKeys.ToArray());
        }

        return outgoing;
    }

    WebhookBody Parse(StoredBody stored)
    {
        try
        {
            if (stored.Provider == TwilioCredentials.Provider)
            {
                return twilio.Read(stored.Target ?? "", stored.Content, stored.ReceivedAt) is { } fact
                    ? new WebhookBody(stored.Id, [fact])
                    : new WebhookBody(stored.Id, []) { Malformed = 1 };
            }

            return new WebhookBody(stored.Id, sendGrid.Read(stored.Content, out var malformed)) { Malformed = malformed };
        }
        catch (JsonException)
        {
            return new WebhookBody(stored.Id, []) { Malformed = 1 }; // kept, counted, and no reason to try again
        }
    }

    async Task<HashSet<Guid>> KnownKeys(string tenantId, List<ProviderFact> facts, CancellationToken ct) =>
    [
        .. await store.Database.Query(
            ReadKnownKeys, reader => reader.GetGuid(0), ct, tenantId, facts.SelectMany(fact => fact.Keys).ToArray()),
    ];

    async Task<Dictionary<string, Guid>> LastTexted(string tenantId, List<ProviderFact> facts, CancellationToken ct)
    {
        var phones = facts.Where(fact => fact.IsReply).Select(fact => fact.Address).OfType<string>().Distinct().ToArray();
        return phones.Length == 0
            ? []
            : (await store.Database.Query(ReadLastTexted, reader => (Phone: reader.GetString(0), Id: reader.GetGuid(1)), ct, tenantId, phones))
            .ToDictionary(row => row.Phone, row => row.Id, StringComparer.Ordinal);
    }

    async Task<Dictionary<Guid, TrackedRecipient>> Recipients(string tenantId, Guid[] ids, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ReadRecipients,
            reader => new TrackedRecipient(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.ValueOrNull<Guid>(3)),
            ct, tenantId, ids.Distinct().ToArray());
        return rows.ToDictionary(row => row.Id);
    }

    sealed record WebhookBody(Guid Id, IReadOnlyList<ProviderFact> Facts)
    {
        public int Recorded { get; set; }

        public int Duplicates { get; set; }

        public int Unmatched { get; set; }

        public int Malformed { get; set; }
    }
}

/// <summary>Several bodies of one organisation in one commit. Wolverine ends their messages after it: a body that was worked on is passed over.</summary>
public static class RecordFactsTogether
{
    public static Task<OutgoingMessages> Handle(RecordFacts[] messages, IDocumentSession session, FactRecorder recorder, CancellationToken ct) =>
        recorder.Record(messages, session, ct);
}

/// <summary>One body, where work is done by passes.</summary>
public static class RecordFactsAlone
{
    public static Task<OutgoingMessages> Handle(RecordFacts message, IDocumentSession session, FactRecorder recorder, CancellationToken ct) =>
        recorder.Record([message], session, ct);
}
