using System.Diagnostics;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>From the end of an event's commit to its row in an async projection being seen by a query. Raw: one committed insert.</summary>
static class Lag
{
    const int Events = 200;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(setup => setup
            .Event<Queued>("queued").Stream("recipient", new Recipient(0), (recipient, _) => recipient).Async(new Flat()));
        var store = engine.GetRequiredService<EventStore>();
        await Bench.Execute(store.Database, $"{Flat.Table}; create table bare (id uuid primary key)");

        var services = engine.GetServices<IHostedService>().ToList();
        await Task.WhenAll(services.Select(service => service.StartAsync(CancellationToken.None)));
        var visible = new Signal();
        using (engine.GetRequiredService<Notifications>().Subscribe("flat", visible.Ring))
        {
            await Bench.Latency("lag", Ours, Raw);
        }

        await Task.WhenAll(services.Select(service => service.StopAsync(CancellationToken.None)));

        async Task<IEnumerable<TimeSpan>> Ours()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Events; i++)
            {
                var session = store.OpenSession("acme");
                var stream = Guid.CreateVersion7();
                session.Start<Recipient>(stream, Queued.Some(i));
                await session.Commit(CancellationToken.None);
                var committed = Stopwatch.GetTimestamp();
                while (!await IsVisible(stream))
                {
                    await visible.Wait(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);
                }

                times.Add(Stopwatch.GetElapsedTime(committed));
            }

            return times;
        }

        async Task<bool> IsVisible(Guid stream)
        {
            await using var look = store.Database.CreateCommand("select exists (select from flat where stream_id = $1)");
            look.Parameters.Add(new() { Value = stream });
            return (bool)(await look.ExecuteScalarAsync())!;
        }

        async Task<IEnumerable<TimeSpan>> Raw()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Events; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await using var insert = store.Database.CreateCommand("insert into bare values ($1)");
                insert.Parameters.Add(new() { Value = Guid.CreateVersion7() });
                await insert.ExecuteNonQueryAsync();
                times.Add(Stopwatch.GetElapsedTime(started));
            }

            return times;
        }
    }
}
