using System.Diagnostics;
using Campaigns.Storage;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Campaigns.Benchmarks;

/// <summary>
/// From the end of an event's commit on one node to its row being seen by a query on another that watches. The row is part of the commit: what takes its
/// time is the word of it. Raw: one committed insert.
/// </summary>
static class Lag
{
    const int Events = 200;

    public static async Task Run(Bench bench)
    {
        var connectionString = await bench.NewDatabase();
        using var writing = await Node();
        using var watching = await Node();
        var (store, database) = (writing.Services.GetRequiredService<IDocumentStore>(), watching.Services.GetRequiredService<IDocumentStore>().Database);
        await Bench.Execute(database, Flat.Table);
        await Bench.Execute(database, "create table bare (id uuid primary key)");
        await Task.WhenAll(writing.StartAsync(), watching.StartAsync());
        var visible = new Signal();
        using (watching.Services.GetRequiredService<Notifications>().Subscribe(WatchedFlat.Topic, visible.Ring))
        {
            await Bench.Latency("lag", Ours, Raw);
        }

        await Task.WhenAll(writing.StopAsync(), watching.StopAsync());

        Task<IHost> Node() => Bench.Storage(connectionString, module =>
        {
            Append.Streamed(module);
            module.Inline(new WatchedFlat());
        });

        async Task<IEnumerable<TimeSpan>> Ours()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Events; i++)
            {
                var stream = Guid.CreateVersion7();
                await using var session = store.LightweightSession("acme");
                session.Start<Recipient>(stream, Queued.Some(i));
                await session.SaveChangesAsync();
                var committed = Stopwatch.GetTimestamp();
                do
                {
                    await visible.Wait(TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);
                }
                while (!await IsVisible(stream));
                times.Add(Stopwatch.GetElapsedTime(committed));
            }

            return times;
        }

        async Task<bool> IsVisible(Guid stream)
        {
            await using var look = database.CreateCommand("select exists (select from flat where stream_id = $1)");
            look.Parameters.Add(new() { Value = stream });
            return (bool)(await look.ExecuteScalarAsync())!;
        }

        async Task<IEnumerable<TimeSpan>> Raw()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Events; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await using var insert = database.CreateCommand("insert into bare values ($1)");
                insert.Parameters.Add(new() { Value = Guid.CreateVersion7() });
                await insert.ExecuteNonQueryAsync();
                times.Add(Stopwatch.GetElapsedTime(started));
            }

            return times;
        }
    }

    /// <summary>The same, for those who watch it.</summary>
    sealed class WatchedFlat : Flat
    {
        public const string Topic = "flat";

        public override IEnumerable<string> Topics(IReadOnlyList<IEvent> events) => [Topic];
    }
}
