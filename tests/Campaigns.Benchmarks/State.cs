using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Benchmarks;

/// <summary>The state of streams of five events, by four callers. Raw: the same rows, read and thrown away.</summary>
static class State
{
    const int Streams = 1000;
    const int Loads = 10_000;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(setup => setup
            .Event<Queued>("queued").Stream("recipient", new Recipient(0), (recipient, _) => new Recipient(recipient.Facts + 1)));
        var store = engine.GetRequiredService<EventStore>();
        var ids = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray();
        var session = store.OpenSession("acme");
        foreach (var id in ids)
        {
            session.Start<Recipient>(id, Enumerable.Range(0, 5).Select(object (i) => Queued.Some(i)).ToArray());
        }

        await session.Commit(CancellationToken.None);
        await Bench.Throughput("state", "loads/s", () => ByFour(id => store.Load<Recipient>("acme", id, CancellationToken.None)), () => ByFour(Raw));

        async Task<int> ByFour(Func<Guid, Task> load)
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, Loads), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => await load(ids[i % Streams]));
            return Loads;
        }

        async Task Raw(Guid id)
        {
            await using var select = store.Database.CreateCommand(
                "select version, type, data from mt_events where tenant_id = $1 and stream_id = $2 order by version");
            select.Parameters.Add(new() { Value = "acme" });
            select.Parameters.Add(new() { Value = id });
            await using var reader = await select.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                _ = reader.GetString(2);
            }
        }
    }
}
