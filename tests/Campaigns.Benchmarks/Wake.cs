using System.Diagnostics;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine.Attributes;
using Wolverine.Marten;
using Wolverine.Runtime;

namespace Campaigns.Benchmarks;

/// <summary>
/// From the beginning of the commit that sends a message into an idle queue to its handler. Raw: one committed update of one row, the least that the
/// commit is.
/// </summary>
static class Wake
{
    const int Messages = 200;

    public static async Task Run(Bench bench)
    {
        using var host = await Bench.Storage(
            await bench.NewDatabase(), module => module.Handle<Tick>("ticks", typeof(TickHandler)), workers: true);
        var (store, runtime) = (host.Services.GetRequiredService<IDocumentStore>(), host.Services.GetRequiredService<IWolverineRuntime>());
        await using var database = await bench.NewPlainDatabase("create table counter as select 0 as n");
        await host.StartAsync();
        await Bench.Latency("wake", Ours, Raw);
        await host.StopAsync();

        async Task<IEnumerable<TimeSpan>> Ours()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < Messages; i++)
            {
                await Idle();
                var handled = TickHandler.Next();
                var began = Stopwatch.GetTimestamp();
                await using var session = store.LightweightSession("acme");
                await new MartenOutbox(runtime, session) { TenantId = "acme" }.PublishAsync(new Tick(i));
                await session.SaveChangesAsync();
                times.Add(Stopwatch.GetElapsedTime(began, await handled));
            }

            return times;
        }

        // Until the message before is done with and the queue has had the time to fall asleep.
        async Task Idle()
        {
            for (var waiting = true; waiting;)
            {
                await Task.Delay(5);
                await using var any = store.Database.CreateCommand(
                    "select exists (select from wolverine_incoming_envelopes where message_type = 'tick' and status <> 'Handled')");
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

[MessageIdentity("tick")]
public sealed record Tick(int Number);

public static class TickHandler
{
    static TaskCompletionSource<long> handled = new();

    /// <summary>When the next message is in its handler's hands.</summary>
    public static Task<long> Next() => (handled = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public static void Handle(Tick tick) => handled.SetResult(Stopwatch.GetTimestamp());
}
