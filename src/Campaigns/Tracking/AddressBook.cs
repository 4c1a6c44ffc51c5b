using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Npgsql;

namespace Campaigns.Tracking;

/// <summary>
/// Some addresses as they stand, and what follows for them from what is told of messages and by people: the same whether a webhook tells it
/// or the answer to a look-up.
/// </summary>
sealed class AddressBook
{
    static readonly string ReadAddresses = Sql.Beside<AddressBook>(nameof(ReadAddresses));

    static readonly string ReadContactAddresses = Sql.Beside<AddressBook>(nameof(ReadContactAddresses));

    readonly Dictionary<string, StreamState<Suppression>> addresses;
    readonly Dictionary<Guid, string> ofContacts;
    readonly ConsentOptions options;

    AddressBook(Dictionary<string, StreamState<Suppression>> addresses, Dictionary<Guid, string> ofContacts, ConsentOptions options) =>
        (this.addresses, this.ofContacts, this.options) = (addresses, ofContacts, options);

    /// <summary>Opens it at the addresses that the facts may change.</summary>
    public static async Task<AddressBook> Read(
        IDocumentStore store, string tenantId, IReadOnlyCollection<ProviderFact> facts, ConsentOptions options, CancellationToken ct)
    {
        Guid[] asked = [.. facts.Where(MayConcernContact).Select(fact => fact.Recipient).OfType<Guid>().Distinct()];
        var ofContacts = asked.Length == 0
            ? []
            : (await store.Database.Query(ReadContactAddresses, reader => (Recipient: reader.GetGuid(0), Address: reader.GetString(1)), ct, tenantId, asked))
            .ToDictionary(row => row.Recipient, row => row.Address);
        var (told, reached) = (new Dictionary<string, Guid>(StringComparer.Ordinal), new Dictionary<string, Guid>(StringComparer.Ordinal));
        foreach (var fact in facts)
        {
            var concerned = fact.Suppresses is not null || fact.Reinstates ? told : fact.Fact is MessageDelivered ? reached : null;
            foreach (var address in concerned is null ? [] : AddressesOf(fact, ofContacts))
            {
                concerned!.TryAdd(address, Suppression.StreamId(tenantId, address));
            }
        }

        var rows = told.Count + reached.Count == 0
            ? []
            : await store.Database.Query(
                ReadAddresses, Row, ct, tenantId, told.Keys.ToArray(), told.Values.ToArray(), reached.Keys.ToArray(), reached.Values.ToArray());
        return new AddressBook(rows.ToDictionary(row => row.Address, row => row.Stream, StringComparer.Ordinal), ofContacts, options);
    }

    /// <summary>Adds to the commit what follows from a fact. The commit is refused when the address has changed since it was read.</summary>
    /// <returns>Whether it says anything about who may be written to.</returns>
    public bool Record(IDocumentSession session, ProviderFact fact)
    {
        var saysSomething = false;
        foreach (var address in AddressesOf(fact, ofContacts))
        {
            if (addresses.TryGetValue(address, out var stream))
            {
                var decided = Decide(stream.State, address, fact, options);
                addresses[address] = session.Append(stream, decided);
                saysSomething |= decided.Length > 0 || fact.Suppresses is { } and not SuppressionReason.Unreachable;
            }
        }

        return saysSomething;
    }

    /// <param name="fact">With the recipient whose message it is about, if we know the message.</param>
    public static object[] Decide(Suppression suppression, string address, ProviderFact fact, ConsentOptions options)
    {
        var source = fact.Recipient is { } id ? $"recipient {id}" : fact.IsReply ? "a reply" : "webhook";
        switch (fact)
        {
            case { Suppresses: SuppressionReason.Unreachable }:
                if (suppression.IsSuppressed || Failure(fact) is not { } failure || suppression.Failures.ContainsKey(failure.Recipient))
                {
                    return [];
                }

                return IsUnreachable(suppression.Evolve(failure), options)
                    ? [failure, new AddressSuppressed(address, SuppressionReason.Unreachable, source)]
                    : [failure];
            case { Suppresses: { } reason }:
                return suppression.Covers(reason, fact.Group) ? [] : [new AddressSuppressed(address, reason, source, fact.Group)];
            case { Reinstates: true }:
                return suppression.Reason == SuppressionReason.Unsubscribed && (fact.Group is null || fact.Group == suppression.Group) ? [new AddressReinstated(address, "The person asked for messages again")] : [];
            case { Fact: MessageDelivered delivered }:
                return suppression.Failures.Values.Any(at => at <= delivered.At) ? [new AddressReached(delivered.At)] : [];
            default:
                return [];
        }
    }

    /// <summary>What a person wants holds for the contact to whom the message went, however the address is spelled in the fact, and if it is in it at all.</summary>
    static IEnumerable<string> AddressesOf(ProviderFact fact, Dictionary<Guid, string> ofContacts)
    {
        var ofContact = MayConcernContact(fact) ? ofContacts.GetValueOrDefault(fact.Recipient!.Value) : null;
        return new[] { fact.Address, ofContact }.OfType<string>().Distinct(StringComparer.Ordinal);
    }

    static bool MayConcernContact(ProviderFact fact) => fact switch
    {
        { Recipient: null } or { IsReply: true } => false,
        { Suppresses: SuppressionReason.Complaint or SuppressionReason.Unsubscribed } or { Reinstates: true } => true,
        _ => fact is { Suppresses: not null, Address: null },
    };

    static bool IsUnreachable(Suppression suppression, ConsentOptions options)
    {
        var last = suppression.Failures.Values.Max();
        return suppression.Failures.Values.Count(at => last - at < options.UnreachableWithin) >= options.UnreachableAfter;
    }

    // A message that we do not know cannot be told from the same one tried again.
    static AddressUnreachable? Failure(ProviderFact fact) => (fact.Recipient, fact.Fact) switch
    {
        ({ } recipient, MessageBounced bounced) => new AddressUnreachable(recipient, bounced.At, bounced.Classification ?? bounced.Type ?? "bounce"),
        ({ } recipient, MessageUndelivered undelivered) => new AddressUnreachable(recipient, undelivered.At, undelivered.Code),
        _ => null,
    };

    static (string Address, StreamState<Suppression> Stream) Row(NpgsqlDataReader reader)
    {
        var state = Suppression.Initial with { Reason = reader.WordOrNull<SuppressionReason>(3), Group = reader.TextOrNull(6) };
        if (!reader.IsDBNull(4))
        {
            var failures = reader.GetFieldValue<Guid[]>(4).Zip(reader.GetFieldValue<DateTimeOffset[]>(5), KeyValuePair.Create);
            state = state with { Failures = state.Failures.AddRange(failures) };
        }

        return (reader.GetString(0), new StreamState<Suppression>(reader.GetGuid(1), state, reader.GetInt64(2)));
    }
}
