using System.Text.Json;
using Campaigns.Providers.SendGrid;
using Campaigns.Providers;
using Campaigns.Storage;
using Marten;
using Wolverine.Attributes;
using Wolverine;

namespace Campaigns.Tracking;

/// <summary>A webhook body that speaks for several organisations waits to be given to them.</summary>
[MessageIdentity("split_shared_body")]
public sealed record SplitSharedBody(Guid BodyId);

/// <summary>
/// Gives each organisation its own part of what was posted about the account that they share, as a body of its own, in one commit. A part has
/// an id that follows from what is in it: whoever splits a body again stores nothing twice.
/// </summary>
public sealed class SharedBodies(IDocumentStore store, SendGridEvents sendGrid)
{
    /// <summary>Under which whole bodies are kept. No organisation's: who gives out a key for it shows everybody's events.</summary>
    public const string Tenant = "*SHARED*";

    static readonly string FindOwners = Sql.Beside<SharedBodies>(nameof(FindOwners));
    static readonly string FindHolders = Sql.Beside<SharedBodies>(nameof(FindHolders));
    static readonly string StoreParts = Sql.Beside<SharedBodies>(nameof(StoreParts));
    static readonly string MarkProcessed = Sql.Beside<SharedBodies>(nameof(MarkProcessed));

    /// <summary>What has a stored body worked on.</summary>
    public static object Work(string tenantId, Guid bodyId) => tenantId == Tenant ? new SplitSharedBody(bodyId) : new RecordFacts(bodyId);

    internal async Task<OutgoingMessages> Split(IReadOnlyList<SplitSharedBody> messages, IDocumentSession session, CancellationToken ct)
    {
        var outgoing = new OutgoingMessages();
        var stored = await StoredBody.Read(store, outgoing, messages.Select(message => message.BodyId), id => new SplitSharedBody(id), ct);
        var bodies = stored.Select(Read).ToList();
        var unnamed = bodies.SelectMany(body => body.Entries).Where(entry => entry.Organisation is null).Select(entry => entry.Fact).ToList();
        var owners = await Owners(unnamed, ct);
        var holders = await Holders(unnamed, ct);

        var parts = new List<Part>();
        foreach (var body in bodies)
        {
            var given = body.Entries.Select(entry => (entry.Json, To: Concerned(entry, owners, holders))).ToList();
            parts.AddRange(given.SelectMany(entry => entry.To, (entry, organisation) => (Organisation: organisation, entry.Json))
                .GroupBy(entry => entry.Organisation, entry => entry.Json, StringComparer.Ordinal)
                .Select(part => Part.Of(body, part.Key, part)));
            var unmatched = given.Count(entry => entry.To.Count == 0);
            session.Sql(MarkProcessed, body.Id, store.Clock.Microseconds(), given.Count - unmatched, 0, unmatched, body.Malformed);
        }

        if (parts.Count > 0)
        {
            session.Sql(
                StoreParts, SendGridCredentials.Provider, parts.Select(part => part.Id).ToArray(), parts.Select(part => part.Organisation).ToArray(),
                parts.Select(part => part.ReceivedAt).ToArray(), parts.Select(part => part.Body).ToArray());
        }

        foreach (var part in parts)
        {
            outgoing.Add(new RecordFacts(part.Id), new DeliveryOptions { TenantId = part.Organisation });
        }

        return outgoing;
    }

    /// <summary>
    /// To whom an entry goes. One that names nobody's message is a matter of consent: an address of which is said that it does not exist, exists for
    /// nobody; a person's word, or a bounce without a reason, concerns one organisation, and counts where only one has the address. SendGrid itself remembers the others, and drops what is
    /// sent to them next, which names the message.
    /// </summary>
    static IReadOnlyList<string> Concerned(SharedEntry entry, ILookup<Guid, string> owners, ILookup<string, string> holders)
    {
        if (entry.Organisation is { } named)
        {
            return [named];
        }

        if (entry.Fact.Recipient is { } recipient)
        {
            return [.. owners[recipient]];
        }

        IReadOnlyList<string> all = entry.Fact is { Suppresses: not null, Address: { } address } ? [.. holders[address]] : [];
        return all.Count == 1 || entry.EndsAddress ? all : [];
    }

    SharedBody Read(StoredBody stored)
    {
        try
        {
            return new SharedBody(stored.Id, stored.ReceivedAt, sendGrid.Split(stored.Content, out var malformed), malformed);
        }
        catch (JsonException)
        {
            return new SharedBody(stored.Id, stored.ReceivedAt, [], 1); // kept, counted, and no reason to try again
        }
    }

    async Task<ILookup<Guid, string>> Owners(List<ProviderFact> unnamed, CancellationToken ct)
    {
        var ids = unnamed.Select(fact => fact.Recipient).OfType<Guid>().Distinct().ToArray();
        return (ids.Length == 0 ? [] : await store.Database.Query(FindOwners, reader => (Id: reader.GetGuid(0), Organisation: reader.GetString(1)), ct, ids))
            .ToLookup(row => row.Id, row => row.Organisation);
    }

    async Task<ILookup<string, string>> Holders(List<ProviderFact> unnamed, CancellationToken ct)
    {
        var addresses = unnamed.Where(fact => fact is { Recipient: null, Suppresses: not null }).Select(fact => fact.Address).OfType<string>().Distinct().ToList();
        return (addresses.Count == 0
                ? []
                : await store.Database.Query(FindHolders, reader => (Address: reader.GetString(0), Organisation: reader.GetString(1)), ct, addresses))
            .ToLookup(row => row.Address, row => row.Organisation, StringComparer.Ordinal);
    }

    sealed record SharedBody(Guid Id, DateTimeOffset ReceivedAt, IReadOnlyList<SharedEntry> Entries, int Malformed);

    sealed record Part(Guid Id, string Organisation, DateTimeOffset ReceivedAt, byte[] Body)
    {
        public static Part Of(SharedBody whole, string organisation, IEnumerable<byte[]> entries)
        {
            using var body = new MemoryStream();
            foreach (var entry in entries)
            {
                body.Write(body.Length == 0 ? "["u8 : ",\n"u8);
                body.Write(entry);
            }

            body.Write("]"u8);
            return new Part(DerivedId.PartOfBody(whole.Id, organisation, body.ToArray()), organisation, whole.ReceivedAt, body.ToArray());
        }
    }
}

/// <summary>Several bodies in one commit.</summary>
public static class SplitSharedBodyTogether
{
    public static Task<OutgoingMessages> Handle(SplitSharedBody[] messages, IDocumentSession session, SharedBodies bodies, CancellationToken ct) =>
        bodies.Split(messages, session, ct);
}

/// <summary>One body, where work is done by passes.</summary>
public static class SplitSharedBodyAlone
{
    public static Task<OutgoingMessages> Handle(SplitSharedBody message, IDocumentSession session, SharedBodies bodies, CancellationToken ct) =>
        bodies.Split([message], session, ct);
}
