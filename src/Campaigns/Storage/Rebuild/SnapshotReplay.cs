using Campaigns.Storage.History;
using JasperFx.Events;
using Marten;
using Marten.Services;
using Npgsql;

namespace Campaigns.Storage.Rebuild;

/// <summary>The states of the streams of one kind, folded from their events, a page of streams of one organisation at a time.</summary>
sealed class SnapshotReplay(IDocumentStore store, StreamKind kind, NpgsqlConnection connection)
{
    const int PageSize = 200;

    static readonly string NextStreams = Sql.Beside<SnapshotReplay>(nameof(NextStreams));

    StreamKey? last = new("", Guid.Empty);

    /// <summary>A statement over <c>mt_doc_alias</c>, for the documents of this kind.</summary>
    public static string ForDocument(string statement, StreamKind kind) =>
        statement.Replace("mt_doc_alias", $"mt_doc_{kind.Alias}", StringComparison.Ordinal);

    /// <summary>Whether there is a page behind the last one.</summary>
    public bool HasMore => last is not null;

    /// <summary>The next streams in the order of their keys, with the state that their events come to.</summary>
    /// <param name="locked">Lock their rows first, in the order in which appends do: no event is added until the transaction ends.</param>
    public async Task<List<ReplayedState>> Next(NpgsqlTransaction transaction, bool locked, CancellationToken ct)
    {
        var streams = await Streams(last!.Value, locked, ct);
        last = streams.Count == 0 ? null : streams[^1];
        return streams.Count == 0 ? [] : await States(transaction, streams[0].TenantId, [.. streams.Select(stream => stream.Id)], ct);
    }

    async Task<List<StreamKey>> Streams(StreamKey after, bool locked, CancellationToken ct)
    {
        await using var command = connection.Command(locked ? $"{NextStreams} for update of s" : NextStreams, kind.Alias, after.TenantId, after.Id, PageSize);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var streams = new List<StreamKey>();
        while (await reader.ReadAsync(ct))
        {
            streams.Add(new StreamKey(reader.GetString(0), reader.GetGuid(1)));
        }

        return streams;
    }

    /// <summary>What the events of some streams come to.</summary>
    public async Task<List<ReplayedState>> States(NpgsqlTransaction transaction, string tenantId, Guid[] streams, CancellationToken ct)
    {
        var options = SessionOptions.ForTransaction(transaction);
        options.TenantId = tenantId;
        options.Timeout = 0; // as long as it takes
        await using var session = store.QuerySession(options);
        var events = await session.KnownEvents()
            .Where(@event => @event.StreamId.IsOneOf(streams))
            .OrderBy(@event => @event.StreamId).ThenBy(@event => @event.Version)
            .ToListAsync(ct);
        var serializer = ((DocumentStore)store).Options.Serializer();
        return
        [
            .. events.GroupBy(@event => @event.StreamId).Select(stream => new ReplayedState(
                new StreamKey(tenantId, stream.Key),
                serializer.ToJson(stream.Aggregate(kind.Begin(stream.Key), (state, @event) => kind.Evolve(state, @event.Data))),
                stream.Last().Version)),
        ];
    }
}

/// <summary>A state in its stored form.</summary>
readonly record struct ReplayedState(StreamKey Stream, string Json, long Version);

readonly record struct StreamKey(string TenantId, Guid Id)
{
    public static string[] Tenants(IEnumerable<StreamKey> streams) => [.. streams.Select(stream => stream.TenantId)];

    public static Guid[] Ids(IEnumerable<StreamKey> streams) => [.. streams.Select(stream => stream.Id)];

    public override string ToString() => $"{TenantId} {Id}";
}
