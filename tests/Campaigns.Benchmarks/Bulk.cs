using System.Text.Json;
using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Benchmarks;

/// <summary>100,000 new streams of one event by one bulk start, on one connection. Raw: as many rows by binary COPY into a bare table of events.</summary>
static class Bulk
{
    const int Streams = 100_000;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(Append.Streamed);
        var store = engine.GetRequiredService<EventStore>();
        await using var database = NpgsqlDataSource.Create(await bench.NewDatabase());
        await Bench.Execute(database, Append.BareTable);
        await Bench.Throughput("bulk", "events/s", () => Ours(store), () => Raw(database));
    }

    static async Task<int> Ours(EventStore store) => (int)await store.BulkStart<Recipient>(
        "acme", Enumerable.Range(0, Streams).Select(i => new NewStream(Guid.CreateVersion7(), Queued.Some(i))).ToAsyncEnumerable(), null, CancellationToken.None);

    static async Task<int> Raw(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy bare_events (stream_id, version, type, data, timestamp) from stdin (format binary)");
        for (var i = 0; i < Streams; i++)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid);
            await copy.WriteAsync(1L, NpgsqlDbType.Bigint);
            await copy.WriteAsync("queued", NpgsqlDbType.Varchar);
            await copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(Queued.Some(i), EventTypes.Json), NpgsqlDbType.Jsonb);
            await copy.WriteAsync(DateTime.UtcNow, NpgsqlDbType.TimestampTz);
        }

        await copy.CompleteAsync();
        return Streams;
    }
}
