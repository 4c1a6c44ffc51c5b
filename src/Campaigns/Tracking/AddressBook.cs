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
    readonly Dictionary<Guid, AddressesOfMessage> ofContacts;
    readonly ConsentOptions options;

    AddressBook(Dictionary<string, StreamState<Suppression>> addresses, Dictionary<Guid, AddressesOfMessage> ofContacts, ConsentOptions options) =>
        (this.addresses, this.ofContacts, this.options) = (addresses, ofContacts, options);

    /// <summary>Opens it at the addresses that the facts may change.</summary>
    public static async Task<AddressBook> Read(
        IDocumentStore store, string tenantId, IReadOnlyCollection<ProviderFact> facts, ConsentOptions options, CancellationToken ct)
    {
        Guid[] asked = [.. facts.Where(MayConcernContact).Select(fact => fact.Recipient).OfType<Guid>().Distinct()];
        var ofContacts = asked.Length == 0
            ? []
            : (await store.Database.Query(ReadContactAddresses, AddressesOfMessage.Read, ct, tenantId, asked))
            .ToDictionary(row => row.Recipient);
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
                // A wish that is there already is recorded again where it is newer: what was asked for in between does not take it back.
                var isRepeated = suppression.Reason == SuppressionReason.Unsubscribed && reason == suppression.Reason && fact.At > suppression.AskedAt;
                return suppression.Covers(reason, fact.Group) && !isRepeated
                    ? []
                    : [new AddressSuppressed(address, reason, source, fact.Group, reason == SuppressionReason.Unsubscribed ? fact.At : null)];
            case { Reinstates: true }:
                return suppression.MayBeTakenBack(fact.At) && (fact.Group is null || fact.Group == suppression.Group)
                    ? [new AddressReinstated(address, "The person asked for messages again")]
                    : [];
            case { Fact: MessageDelivered delivered }:
                return suppression.Failures.Values.Any(at => at <= delivered.At) ? [new AddressReached(delivered.At)] : [];
            default:
                return [];
        }
    }

    /// <summary>
    /// What a person wants holds for the contact to whom the message went, however the address is spelled in the fact, and if it is in it at all: for
    /// the address that it went to, and for the one that the contact has now. That an address cannot be reached says nothing about another one.
    /// </summary>
    static IEnumerable<string> AddressesOf(ProviderFact fact, Dictionary<Guid, AddressesOfMessage> ofContacts)
    {
        var ofMessage = MayConcernContact(fact) ? ofContacts.GetValueOrDefault(fact.Recipient!.Value) : null;
        return new[] { fact.Address, ofMessage?.WentTo, IsWish(fact) ? ofMessage?.Present : null }.OfType<string>().Distinct(StringComparer.Ordinal);
    }

    static bool IsWish(ProviderFact fact) => fact is { Suppresses: SuppressionReason.Complaint or SuppressionReason.Unsubscribed } or { Reinstates: true };

    static bool MayConcernContact(ProviderFact fact) => fact switch
    {
        { Recipient: null } or { IsReply: true } => false,
        _ => IsWish(fact) || fact is { Suppresses: not null, Address: null },
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

    /// <param name="WentTo">Null where the contact was erased.</param>
    /// <param name="Present">Of its contact; null where that is gone.</param>
    sealed record AddressesOfMessage(Guid Recipient, string? WentTo, string? Present)
    {
        public static AddressesOfMessage Read(NpgsqlDataReader reader) => new(reader.GetGuid(0), reader.TextOrNull(1), reader.TextOrNull(2));
    }

    static (string Address, StreamState<Suppression> Stream) Row(NpgsqlDataReader reader)
    {
        var state = Suppression.Initial with { Reason = reader.WordOrNull<SuppressionReason>(3), Group = reader.TextOrNull(6), AskedAt = reader.ValueOrNull<DateTimeOffset>(7) };
        if (!reader.IsDBNull(4))
        {
            var failures = reader.GetFieldValue<Guid[]>(4).Zip(reader.GetFieldValue<DateTimeOffset[]>(5), KeyValuePair.Create);
            state = state with { Failures = state.Failures.AddRange(failures) };
        }

        return (reader.GetString(0), new StreamState<Suppression>(reader.GetGuid(1), state, reader.GetInt64(2)));
    }
}
