using System.Diagnostics;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>From the end of the commit that sent a message into an idle queue to its handler. Raw: one committed update of one row, the least that a claim is.</summary>
static class Wake
{
    const int Messages = 200;

    public static async Task Run(Bench bench)
    {
        var handled = new TaskCompletionSource<long>();
        await using var engine = await bench.NewEngine(setup => setup
            .Handle<Tick>("tick", "ticks", _ => (_, _, _) =>
            {
                handled.SetResult(Stopwatch.GetTimestamp());
                return Task.CompletedTask;
            }));
        var store = engine.GetRequiredService<EventStore>();
        await using var database = NpgsqlDataSource.Create(await bench.NewDatabase() + ";Max Auto Prepare=10;Auto Prepare Min Usages=2;No Reset On Close=true");
        await Bench.Execute(database, "create table counter as select 0 as n");

        var services = engine.GetServices<IHostedService>().ToList();
        await Task.WhenAll(services.Select(service => service.StartAsync(CancellationToken.None)));
        await Bench.Latency("wake", Ours, Raw);
        await Task.WhenAll(services.Select(service => service.StopAsync(CancellationToken.None)));

        async Task<IEnumerable<TimeSpan>> Ours()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Messages; i++)
            {
                await Idle();
                handled = new(TaskCreationOptions.RunContinuationsAsynchronously);
                var session = store.OpenSession("acme");
                session.Send(new Tick(i));
                await session.Commit(CancellationToken.None);
                var committed = Stopwatch.GetTimestamp();
                times.Add(Stopwatch.GetElapsedTime(committed, await handled.Task));
            }

            return times;
        }

        // Until the message before is gone and the worker has had the time to fall asleep.
        async Task Idle()
        {
            for (var waiting = true; waiting;)
            {
                await Task.Delay(5);
                await using var any = store.Database.CreateCommand("select exists (select from messages where queue = 'ticks')");
                waiting = (bool)(await any.ExecuteScalarAsync())!;
            }
        }

        async Task<IEnumerable<TimeSpan>> Raw()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Messages; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await using var update = database.CreateCommand("update counter set n = n + 1");
                await update.ExecuteNonQueryAsync();
                times.Add(Stopwatch.GetElapsedTime(started));
            }

            return times;
        }
    }
}
