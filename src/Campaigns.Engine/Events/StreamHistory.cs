using System.Runtime.CompilerServices;

namespace Campaigns.Engine.Events;

/// <summary>Streams as they are stored, and their states through time, by stored names: for people who ask why.</summary>
public sealed class StreamHistory(EventStore store)
{
    static readonly string FindStreams = Sql.Beside<StreamHistory>(nameof(FindStreams));
    static readonly string ReadStoredStream = Sql.Beside<StreamHistory>(nameof(ReadStoredStream));

    /// <summary>The kinds of streams by stored name.</summary>
    public IReadOnlyDictionary<string, StreamType> Types => store.Model.StreamTypes;

    /// <summary>The streams of an id: more than one only where tenants share it.</summary>
    /// <param name="tenantId">Null: of any tenant.</param>
    public async Task<IReadOnlyList<StreamRow>> Find(Guid id, string? tenantId, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var command = connection.Command(FindStreams, id, Session.Text(tenantId));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<StreamRow>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new StreamRow(reader.GetString(0), id, reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetInt64(2)));
        }

        return found;
    }

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

    /// <summary>The state after each event.</summary>
    public async IAsyncEnumerable<(Event Event, object State)> Replay(StreamType type, StreamRow stream, [EnumeratorCancellation] CancellationToken ct)
    {
        var state = type.Beginning;
        await foreach (var @event in store.ReadStream(stream.TenantId, stream.Id, ct: ct))
        {
            state = type.Fold(state, @event.Data);
            yield return (@event, state);
        }
    }
}

/// <summary>A stream as it stands in the table of streams.</summary>
/// <param name="Alias">The stored name of its type; null where the program that began it gave none.</param>
public sealed record StreamRow(string TenantId, Guid Id, string? Alias, long Version);
