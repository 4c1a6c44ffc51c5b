using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Events;

/// <summary>
/// Takes what is personal out of stored events, for people who ask to be forgotten. An event whose type has a mask
/// (<see cref="EngineSetup.Mask{T}"/>) is stored as the mask leaves it, with a header <c>erased</c> that says when; its position, version,
/// time and id stay. Rows of projections and of the application follow from a rebuild, or are the application's to change.
/// </summary>
public sealed class EventErasure(EventStore store)
{
    /// <summary>The header of an event from which something was erased: the time, ISO 8601.</summary>
    public const string Header = "erased";

    /// <summary>Streams whose events are in memory at a time.</summary>
    const int PageSize = 100;

    static readonly string LockStreams = Sql.Beside<EventErasure>(nameof(LockStreams));
    static readonly string ReadWhole = Sql.Beside<EventErasure>(nameof(ReadWhole));
    static readonly string EraseEvents = Sql.Beside<EventErasure>(nameof(EraseEvents));
    static readonly string RecordErasure = Sql.Beside<EventErasure>(nameof(RecordErasure));

    /// <summary>
    /// Erases in one transaction, which keeps appends to these streams out, and records that it happened. Twice does what once does.
    /// </summary>
    /// <param name="streams">Those that do not exist are passed over.</param>
    /// <param name="by">Its user is recorded.</param>
    /// <returns>The number of events changed; 0, and nothing is recorded, where there was nothing personal left.</returns>
    /// <exception cref="InvalidOperationException">
    /// An event is of a type that this program does not know, so nobody can say what in it is personal: nothing has changed.
    /// </exception>
    /// <exception cref="JsonException">An event cannot be read.</exception>
    public async Task<long> Erase(string tenantId, IReadOnlyCollection<Guid> streams, string reason, Metadata by, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var work = new Work(store.Model, connection, tenantId, store.Clock.GetUtcNow());
        var locked = await work.Lock(streams, ct);
        var erased = 0L;
        foreach (var page in locked.Chunk(PageSize))
        {
            erased += await work.Erase(page, ct);
        }

        if (erased > 0)
        {
            await work.Record([.. locked.Select(stream => stream.Id)], erased, reason, by, ct);
        }

        await transaction.CommitAsync(ct);
        return erased;
    }

    sealed class Work(EngineModel model, NpgsqlConnection connection, string tenantId, DateTimeOffset now)
    {
        /// <summary>The streams that exist, in the order in which appends lock them too.</summary>
        public Task<List<LockedStream>> Lock(IReadOnlyCollection<Guid> streams, CancellationToken ct) =>
            Query(
                LockStreams, [.. streams],
                reader => new LockedStream(reader.GetGuid(0), reader.IsDBNull(1) ? null : model.StreamTypes.GetValueOrDefault(reader.GetString(1))), ct);

        public async Task<int> Erase(IReadOnlyList<LockedStream> streams, CancellationToken ct)
        {
            var all = await Query(
                ReadWhole, [.. streams.Select(stream => stream.Id)],
                reader => Masked.Of(model.EventTypes, reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3)), ct);
            var events = all.ToLookup(fact => fact.Stream);
            await using var batch = new NpgsqlBatch(connection);
            var changed = all.FindAll(fact => fact.IsChanged);
            if (changed.Count > 0)
            {
                batch.BatchCommands.Add(Replace(changed));
            }

            // Snapshots are made anew even where no event has changed: a commit that was decided before an earlier erasure may have
            // brought what was erased back into one.
            var kept = streams.Where(stream => stream.Kind is { Snapshot: true } && events.Contains(stream.Id));
            foreach (var kind in kept.GroupBy(stream => stream.Kind!))
            {
                var snapshots = kind.Select(stream => new Snapshot(
                    stream.Id, events[stream.Id].Select(fact => fact.Fact).Aggregate(kind.Key.Beginning, kind.Key.Fold), events[stream.Id].Count()));
                batch.BatchCommands.Add(Snapshot.Save(tenantId, kind.Key.Alias, [.. snapshots], now));
            }

            if (batch.BatchCommands.Count > 0)
            {
                await batch.ExecuteNonQueryAsync(ct);
            }

            return changed.Count;
        }

        public async Task Record(Guid[] streams, long events, string reason, Metadata by, CancellationToken ct)
        {
            await using var record = new NpgsqlCommand(RecordErasure, connection)
            {
                Parameters =
                {
                    new() { Value = Guid.CreateVersion7(now) }, new() { Value = tenantId }, new() { Value = streams }, new() { Value = events },
                    new() { Value = reason }, Session.Text(by.UserName), new() { Value = now },
                },
            };
            await record.ExecuteNonQueryAsync(ct);
        }

        NpgsqlBatchCommand Replace(List<Masked> changed) => new(EraseEvents)
        {
            Parameters =
            {
                new() { Value = changed.Select(fact => fact.Sequence).ToArray() },
                new() { Value = changed.Select(fact => fact.Body).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new() { Value = changed.Select(fact => fact.Type.Name).ToArray() },
                new() { Value = changed.Select(fact => fact.Type.ClrName).ToArray() },
                new() { Value = Header }, new() { Value = now.ToString("O", CultureInfo.InvariantCulture) },
            },
        };

        async Task<List<T>> Query<T>(string statement, Guid[] streams, Func<NpgsqlDataReader, T> read, CancellationToken ct)
        {
            await using var command = new NpgsqlCommand(statement, connection)
            {
                Parameters = { new() { Value = tenantId }, new() { Value = streams } },
            };
            await using var reader = await command.ExecuteReaderAsync(ct);
            var rows = new List<T>();
            while (await reader.ReadAsync(ct))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    /// <param name="Kind">Null where this program does not know streams of this kind.</param>
    sealed record LockedStream(Guid Id, StreamType? Kind);

    /// <summary>An event as its mask leaves it, and the form in which that is stored: the present one, whatever shape it had.</summary>
    sealed record Masked(long Sequence, Guid Stream, object Fact, StoredType Type, string Body, bool IsChanged)
    {
        public static Masked Of(EventTypes types, long sequence, Guid stream, string name, string body)
        {
            var fact = types.Read(name, body) ?? throw new InvalidOperationException(
                $"The stream {stream} holds a {name}, which this program does not know: nobody can say what in it is personal. Nothing was erased.");
            var type = types.Of(fact.GetType());
            if (types.Mask(type.Type) is not { } mask)
            {
                return new Masked(sequence, stream, fact, type, body, false);
            }

            var masked = mask(fact);
            var json = JsonSerializer.Serialize(masked, type.Type, EventTypes.Json);
            return new Masked(sequence, stream, masked, type, json, name != type.Name || !Same(body, json));
        }

        static bool Same(string stored, string masked)
        {
            using var before = JsonDocument.Parse(stored);
            using var after = JsonDocument.Parse(masked);
            return JsonElement.DeepEquals(before.RootElement, after.RootElement);
        }
    }
}
