using System.Text.Json;
using Campaigns.Engine.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Events;

/// <summary>Begins any number of streams of one kind in one transaction: a page at a time by binary COPY, then what follows from the page.</summary>
sealed class BulkStart(EventStore store, StreamType type, string tenantId, Metadata metadata)
{
    /// <summary>Streams in memory at a time.</summary>
    const int PageSize = 4000;

    static readonly string CopyStreams = Sql.Beside<BulkStart>(nameof(CopyStreams));
    static readonly string CopyEvents = Sql.Beside<BulkStart>(nameof(CopyEvents));

    readonly DateTimeOffset now = store.Now;
    readonly string? headers = metadata.HeadersJson();
    readonly HashSet<string> topics = new(StringComparer.Ordinal);

    public async Task<long> Run(IAsyncEnumerable<NewStream> streams, CancellationToken ct)
    {
        var count = 0L;
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            await foreach (var page in streams.Chunk(PageSize).WithCancellation(ct))
            {
                // Streams before events, as in every append: the transaction owns its locks before it draws a position.
                await Streams(page, connection, ct);
                await Follow(page, await Events(page, connection, ct), connection, ct);
                count += page.Length;
            }

            await transaction.CommitAsync(ct);
        }
        catch (PostgresException error) when (EngineErrors.Translate(error) is { } translated)
        {
            throw translated;
        }

        if (count > 0)
        {
            store.Notifications.Publish(store.Model.AsyncProjections.Count > 0 ? topics.Append(ProjectionDaemon.Topic) : topics);
        }

        return count;
    }

    async Task Streams(NewStream[] page, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopyStreams, ct);
        foreach (var stream in page)
        {
            if (stream.Facts.Count == 0)
            {
                throw new ArgumentException($"A stream begins with an event: {stream.Id} has none.", nameof(page));
            }

            await copy.StartRowAsync(ct);
            await copy.WriteAsync(tenantId, NpgsqlDbType.Varchar, ct);
            await copy.WriteAsync(stream.Id, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(type.Alias, NpgsqlDbType.Varchar, ct);
            await copy.WriteAsync((long)stream.Facts.Count, NpgsqlDbType.Bigint, ct);
            await copy.WriteAsync(now.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(now.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
        }

        await copy.CompleteAsync(ct);
    }

    // Positions come from the default of the column: one by one in the order of the events, and only once the streams of the page are
    // written, so by a transaction that holds the lock of an append already. Drawn beforehand they would cost a round trip, and offer one
    // more way to draw them too early.

    /// <returns>The events, for projections; none where there are no projections to see them.</returns>
    async Task<List<Event>> Events(NewStream[] page, NpgsqlConnection connection, CancellationToken ct)
    {
        var projected = store.Model.Projections.Count > 0;
        var events = new List<Event>();
        await using var copy = await connection.BeginBinaryImportAsync(CopyEvents, ct);
        foreach (var stream in page)
        {
            for (var version = 1; version <= stream.Facts.Count; version++)
            {
                var fact = stream.Facts[version - 1];
                var stored = store.Model.EventTypes.Of(fact.GetType());
                var id = Guid.CreateVersion7(now);
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(id, NpgsqlDbType.Uuid, ct);
                await copy.WriteAsync(stream.Id, NpgsqlDbType.Uuid, ct);
                await copy.WriteAsync((long)version, NpgsqlDbType.Bigint, ct);
                await copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(fact, stored.Type, EventTypes.Json), NpgsqlDbType.Jsonb, ct);
                await copy.WriteAsync(stored.Name, NpgsqlDbType.Varchar, ct);
                await copy.WriteAsync(now.UtcDateTime, NpgsqlDbType.TimestampTz, ct);
                await copy.WriteAsync(tenantId, NpgsqlDbType.Varchar, ct);
                await copy.WriteAsync(stored.ClrName, NpgsqlDbType.Varchar, ct);
                await Text(copy, metadata.CorrelationId, NpgsqlDbType.Varchar, ct);
                await Text(copy, metadata.CausationId, NpgsqlDbType.Varchar, ct);
                await Text(copy, headers, NpgsqlDbType.Jsonb, ct);
                await Text(copy, metadata.UserName, NpgsqlDbType.Varchar, ct);
                if (projected)
                {
                    events.Add(new Event
                    {
                        Id = id, StreamId = stream.Id, Version = version, TypeName = stored.Name, Data = fact, Timestamp = now, TenantId = tenantId,
                        Metadata = metadata,
                    });
                }
            }
        }

        await copy.CompleteAsync(ct);
        return events;
    }

    async Task Follow(NewStream[] page, List<Event> events, NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        var projected = new SqlQueue();
        foreach (var projection in store.Model.Projections)
        {
            projection.Apply(events, projected);
        }

        projected.MoveTo(batch);
        if (type.Snapshot)
        {
            var snapshots = page.Select(stream => new Snapshot(stream.Id, stream.Facts.Aggregate(type.Beginning, type.Fold), stream.Facts.Count)).ToList();
            batch.BatchCommands.Add(Snapshot.Save(tenantId, type.Alias, snapshots, now));
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(ct);
        }

        topics.UnionWith(projected.Topics);
    }

    static Task Text(NpgsqlBinaryImporter copy, string? value, NpgsqlDbType type, CancellationToken ct) =>
        value is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(value, type, ct);
}
