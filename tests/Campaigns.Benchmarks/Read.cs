using System.Text.Json;
using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Benchmarks;

/// <summary>All events in position order, as typed facts. Raw: the same rows by one select, their bodies parsed.</summary>
static class Read
{
    const int Events = 200_000;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(Append.Streamed);
        var store = engine.GetRequiredService<EventStore>();
        await store.BulkStart<Recipient>(
            "acme", Enumerable.Range(0, Events).Select(i => new NewStream(Guid.CreateVersion7(), Queued.Some(i))).ToAsyncEnumerable(), null, CancellationToken.None);
        await Bench.Execute(store.Database, "vacuum analyze mt_events");
        await Bench.Throughput("read", "events/s", Ours, Raw);

        async Task<int> Ours()
        {
            var count = 0;
            await foreach (var queued in store.ReadAll())
            {
                count += queued.Data is Queued ? 1 : 0;
            }

            return count;
        }

        async Task<int> Raw()
        {
            await using var select = store.Database.CreateCommand("""
                select seq_id, id, stream_id, version, type, timestamp, tenant_id, correlation_id, causation_id, user_name, headers, data
                from mt_events order by seq_id
                """);
            await using var reader = await select.ExecuteReaderAsync();
            var count = 0;
            while (await reader.ReadAsync())
            {
                count += JsonSerializer.Deserialize<Queued>(reader.GetString(11), EventTypes.Json) is null ? 0 : 1;
            }

            return count;
        }
    }
}
