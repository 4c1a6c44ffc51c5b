using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>Durable messages, a transaction each. Raw: transactions that delete one row each, over the same number of connections.</summary>
static class Messages
{
    public static Task Run(Bench bench) => Run(bench, "messages", 20_000, 1, (queue, tick) => queue
        .Handle<Tick>("tick", "ticks", _ => (_, _, _) =>
        {
            tick(1);
            return Task.CompletedTask;
        }));

    /// <param name="rowsAtOnce">Rows deleted by one raw transaction.</param>
    public static async Task Run(Bench bench, string name, int count, int rowsAtOnce, Action<EngineSetup, Action<int>> handle)
    {
        const int connections = 16;
        var left = 0;
        var done = new TaskCompletionSource();
        await using var engine = await bench.NewEngine(setup =>
        {
            setup.Queue("ticks", new QueueOptions { Concurrency = connections, Prefetch = 1000 });
            handle(setup, handled =>
            {
                if (Interlocked.Add(ref left, -handled) == 0)
                {
                    done.SetResult();
                }
            });
        });
        var store = engine.GetRequiredService<EventStore>();
        await using var database = NpgsqlDataSource.Create(await bench.NewDatabase() + ";Max Auto Prepare=10;Auto Prepare Min Usages=2;No Reset On Close=true");
        await Bench.Execute(database, "create table rows (id uuid primary key, body jsonb)");

        var workers = engine.GetRequiredService<MessageWorkers>();
        Guid[] ids = [];
        await Bench.Throughput(name, "messages/s", Ours, Raw, Send, Insert);

        async Task Send()
        {
            await workers.StopAsync(CancellationToken.None);
            foreach (var some in Enumerable.Range(0, count).Chunk(5000))
            {
                var session = store.OpenSession("acme");
                foreach (var number in some)
                {
                    session.Send(new Tick(number));
                }

                await session.Commit(CancellationToken.None);
            }
        }

        async Task<int> Ours()
        {
            done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            left = count;
            await workers.StartAsync(CancellationToken.None);
            await done.Task;
            return count;
        }

        async Task Insert()
        {
            ids = [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
            await using var insert = database.CreateCommand("insert into rows select i, '{\"number\": 1}' from unnest($1) i");
            insert.Parameters.Add(new() { Value = ids });
            await insert.ExecuteNonQueryAsync();
        }

        async Task<int> Raw()
        {
            await Parallel.ForEachAsync(ids.Chunk(rowsAtOnce), new ParallelOptions { MaxDegreeOfParallelism = connections }, async (some, ct) =>
            {
                await using var delete = database.CreateCommand("delete from rows where id = any ($1)");
                delete.Parameters.Add(new() { Value = some });
                await delete.ExecuteNonQueryAsync(ct);
            });
            return count;
        }
    }
}

sealed record Tick(int Number);
