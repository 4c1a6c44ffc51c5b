using System.Runtime.CompilerServices;
using JasperFx.Events;
using Marten;

namespace Campaigns.Storage.History;

/// <summary>Events and streams as they are stored, and states through time, by stored names: for people who ask why.</summary>
public sealed class StreamHistory(IDocumentStore store, ModuleBuilder module)
{
    static readonly string FindStreams = Sql.Beside<StreamHistory>(nameof(FindStreams));
    static readonly string ReadStoredStream = Sql.Beside<StreamHistory>(nameof(ReadStoredStream));

    /// <summary>The kinds of streams by stored name.</summary>
    public IReadOnlyDictionary<string, StreamKind> Kinds { get; } =
        new SortedDictionary<string, StreamKind>(module.Streams.ToDictionary(kind => kind.Alias), StringComparer.Ordinal);

    /// <summary>
    /// All events as they are stored, in position order, known to this program or not. Ends before a hole that may still be filled, so that who goes
    /// on behind the last one later has missed nothing.
    /// </summary>
    /// <param name="tenantId">Null: of all organisations.</param>
    public async IAsyncEnumerable<StoredEvent> ReadAll(long after, string? tenantId, [EnumeratorCancellation] CancellationToken ct)
    {
        var certain = new HighWater(store.Database, after);
        await certain.Advance(ct);
        await foreach (var stored in new EventRange(store.Database, tenantId).Read(after, certain.Position, ct))
        {
            yield return stored;
        }
    }

    /// <summary>The streams of an id: more than one only where tenants share it.</summary>
    /// <param name="tenantId">Null: of any tenant.</param>
    public async Task<IReadOnlyList<StreamRow>> Find(Guid id, string? tenantId, CancellationToken ct) => await store.Database.Query(
        FindStreams, reader => new StreamRow(reader.GetString(0), id, reader.TextOrNull(1), reader.GetInt64(2)), ct, id, tenantId);

    /// <summary>The events of a stream as they are stored, known to this program or not.</summary>
    public async IAsyncEnumerable<StoredEvent> ReadStored(StreamRow stream, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var command = connection.Command(ReadStoredStream, stream.TenantId, stream.Id);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            yield return StoredEvent.Read(reader);
        }
    }

    /// <summary>The state after each event that this program knows.</summary>
    public async IAsyncEnumerable<(IEvent Event, object State)> Replay(StreamKind kind, StreamRow stream, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var session = store.QuerySession(stream.TenantId);
        var state = kind.Begin(stream.Id);
        foreach (var @event in await session.KnownEvents().Where(@event => @event.StreamId == stream.Id).OrderBy(@event => @event.Version).ToListAsync(ct))
        {
            state = kind.Evolve(state, @event.Data);
            yield return (@event, state);
        }
    }
}

/// <summary>A stream as it stands in the table of streams.</summary>
/// <param name="Alias">The stored name of its type; null where the program that began it gave none.</param>
public sealed record StreamRow(string TenantId, Guid Id, string? Alias, long Version);
