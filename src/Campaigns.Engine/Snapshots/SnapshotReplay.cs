using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Snapshots;

/// <summary>The states of the streams of one kind, folded from their events, a page of streams at a time.</summary>
sealed class SnapshotReplay(EventStore store, StreamType type, NpgsqlConnection connection)
{
    const int PageSize = 200;

    static readonly string NextStreams = Sql.Beside<SnapshotReplay>(nameof(NextStreams));
    static readonly string ReadEvents = Sql.Beside<SnapshotReplay>(nameof(ReadEvents));

    StreamKey? last = new("", Guid.Empty);

    /// <summary>Whether there is a page behind the last one.</summary>
    public bool HasMore => last is not null;

    /// <summary>The next streams in the order of their keys, with the state that their events come to; within a transaction.</summary>
    /// <param name="locked">Lock their rows first, in the order in which appends do: no event is added until the transaction ends.</param>
    public async Task<List<ReplayedState>> Next(bool locked, CancellationToken ct)
    {
        var streams = await Streams(last!.Value, locked, ct);
        last = streams.Count < PageSize ? null : streams[^1];
        return streams.Count == 0 ? [] : await States(streams, ct);
    }

    async Task<List<StreamKey>> Streams(StreamKey after, bool locked, CancellationToken ct)
    {
        await using var command = connection.Command(locked ? $"{NextStreams} for update" : NextStreams, type.Alias, after.TenantId, after.Id, PageSize);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var streams = new List<StreamKey>();
        while (await reader.ReadAsync(ct))
        {
            streams.Add(new StreamKey(reader.GetString(0), reader.GetGuid(1)));
        }

        return streams;
    }

    async Task<List<ReplayedState>> States(List<StreamKey> streams, CancellationToken ct)
    {
        await using var command = connection.Command(ReadEvents, StreamKey.Tenants(streams), StreamKey.Ids(streams));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var states = new List<ReplayedState>(streams.Count);
        (StreamKey Stream, object State, long Version)? open = null;
        while (await reader.ReadAsync(ct))
        {
            var @event = store.Read(reader);
            var stream = new StreamKey(@event.TenantId, @event.StreamId);
            if (open is { } finished && finished.Stream != stream)
            {
                states.Add(Close(finished));
                open = null;
            }

            open = (stream, type.Fold(open?.State ?? type.Beginning, @event.Data), @event.Version);
        }

        if (open is { } lastOne)
        {
            states.Add(Close(lastOne));
        }

        return states;
    }

    ReplayedState Close((StreamKey Stream, object State, long Version) folded) => new(folded.Stream, type.Serialize(folded.State), folded.Version);
}

/// <summary>A state in its stored form.</summary>
readonly record struct ReplayedState(StreamKey Stream, string Json, long Version);

readonly record struct StreamKey(string TenantId, Guid Id)
{
    public static string[] Tenants(IEnumerable<StreamKey> streams) => [.. streams.Select(stream => stream.TenantId)];

    public static Guid[] Ids(IEnumerable<StreamKey> streams) => [.. streams.Select(stream => stream.Id)];

    public override string ToString() => $"{TenantId} {Id}";
}
