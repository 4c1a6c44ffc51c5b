using System.Text.Json;
using Campaigns.Consent;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Providers.SendGrid;
using Campaigns.Sending;

namespace Campaigns.Tracking;

/// <summary>A webhook body waits to be worked on.</summary>
public sealed record RecordFacts(Guid BodyId)
{
    public const string SendGrid = "sendgrid";
}

/// <summary>What a provider says about one message.</summary>
/// <param name="Recipient">Null when the entry carries no id of ours.</param>
/// <param name="Fact">Null when there is nothing to record.</param>
/// <param name="Suppresses">Why the address must not be written to any more, if it must not.</param>
/// <param name="Keys">Any of them seen before makes it a repeat.</param>
public sealed record ProviderFact(Guid? Recipient, object? Fact, SuppressionReason? Suppresses, string? Address, Guid[] Keys);

/// <summary>
/// Turns webhook bodies into events: each fact once, whatever comes twice, in whatever order. That a fact was recorded commits
/// with the event, so two nodes at the same body come to one event: the slower one's commit is refused and looks again.
/// </summary>
public sealed class FactRecorder(EventStore store, SendGridEvents sendGrid)
{
    static readonly string ReadBodies = Sql.Beside<FactRecorder>(nameof(ReadBodies));
    static readonly string ReadKnownKeys = Sql.Beside<FactRecorder>(nameof(ReadKnownKeys));
    static readonly string ReadRecipients = Sql.Beside<FactRecorder>(nameof(ReadRecipients));
    static readonly string ReadSuppressed = Sql.Beside<FactRecorder>(nameof(ReadSuppressed));
    static readonly string InsertKeys = Sql.Beside<FactRecorder>(nameof(InsertKeys));
    static readonly string MarkProcessed = Sql.Beside<FactRecorder>(nameof(MarkProcessed));

    public async Task Handle(IReadOnlyList<RecordFacts> messages, Session session, CancellationToken ct)
    {
        var bodies = await store.Database.Query(
            ReadBodies, reader => Parse(reader.GetGuid(0), reader.GetFieldValue<byte[]>(1)), ct, messages.Select(message => message.BodyId).ToArray());
        var all = bodies.SelectMany(body => body.Facts).ToList();
        var known = await KnownKeys(session.TenantId, all, ct);
        var recipients = await Recipients(session.TenantId, all, ct);
        var suppressed = await Suppressed(session.TenantId, all, ct);

        var newKeys = new HashSet<Guid>();
        var badlyReceived = new HashSet<Guid>();
        foreach (var body in bodies)
        {
            foreach (var fact in body.Facts)
            {
                if (fact.Keys.Any(known.Contains))
                {
                    body.Duplicates++;
                }
                else if (fact is { Fact: not null, Recipient: { } id } && recipients.TryGetValue(id, out var recipient))
                {
                    body.Recorded++;
                    recipient.Record(session, fact.Fact);
                    if (fact.Fact is MessageBounced or MessageDropped or SpamReported)
                    {
                        badlyReceived.Add(recipient.CampaignId);
                    }

                    Suppress(session, fact, $"recipient {id}", suppressed);
                }
                else if (fact is { Recipient: null, Suppresses: not null, Address: not null })
                {
                    body.Recorded++; // about no message that we know, but the person's word or the address's end all the same
                    Suppress(session, fact, "webhook", suppressed);
                }
                else
                {
                    body.Unmatched++;
                    continue; // not remembered: nothing of it was recorded
                }

                // Also of a repeat: it may carry an id that the first one had not.
                newKeys.UnionWith(fact.Keys.Where(known.Add));
            }

            session.Sql.Add(MarkProcessed, body.Id, session.Now, body.Recorded, body.Duplicates, body.Unmatched, body.Malformed);
        }

        foreach (var campaign in badlyReceived)
        {
            var due = session.Now + CheckHealth.Delay;
            session.Send(new CheckHealth(campaign), due, CheckHealth.MessageId(session.TenantId, campaign, due));
        }

        if (newKeys.Count > 0)
        {
            session.Sql.Add(InsertKeys, session.TenantId, newKeys.ToArray());
        }
    }

    static void Suppress(Session session, ProviderFact fact, string source, HashSet<string> suppressed)
    {
        if (fact.Suppresses is { } reason && fact.Address is { } address && suppressed.Add(address))
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any, new AddressSuppressed(address, reason, source));
        }
    }

    WebhookBody Parse(Guid id, byte[] body)
    {
        try
        {
            return new WebhookBody(id, sendGrid.Read(body, out var malformed)) { Malformed = malformed };
        }
        catch (JsonException)
        {
            return new WebhookBody(id, []) { Malformed = 1 }; // kept, counted, and no reason to try again
        }
    }

    async Task<HashSet<Guid>> KnownKeys(string tenantId, List<ProviderFact> facts, CancellationToken ct) =>
    [
        .. await store.Database.Query(
            ReadKnownKeys, reader => reader.GetGuid(0), ct, tenantId, facts.SelectMany(fact => fact.Keys).ToArray()),
    ];

    async Task<HashSet<string>> Suppressed(string tenantId, List<ProviderFact> facts, CancellationToken ct)
    {
        var addresses = facts.Where(fact => fact is { Suppresses: not null, Address: not null }).Select(fact => fact.Address!).Distinct().ToArray();
        return addresses.Length == 0
            ? new HashSet<string>(StringComparer.Ordinal)
            : new HashSet<string>(await store.Database.Query(ReadSuppressed, reader => reader.GetString(0), ct, tenantId, addresses), StringComparer.Ordinal);
    }

    async Task<Dictionary<Guid, TrackedRecipient>> Recipients(string tenantId, List<ProviderFact> facts, CancellationToken ct)
    {
        var ids = facts.Where(fact => fact.Recipient is not null).Select(fact => fact.Recipient!.Value).Distinct().ToArray();
        var rows = await store.Database.Query(
            ReadRecipients, reader => new TrackedRecipient(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2)), ct, tenantId, ids);
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
