using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>As <see cref="Append"/>, over 1, 4 and 16 connections at once. Raw: the bare table, over as many.</summary>
static class AppendMany
{
    const int Commits = 48;

    public static async Task Run(Bench bench)
    {
        foreach (var connections in (int[])[1, 4, 16])
        {
            await using var engine = await bench.NewEngine(Append.Streamed);
            var store = engine.GetRequiredService<EventStore>();
            await using var database = NpgsqlDataSource.Create(await bench.NewDatabase());
            await Bench.Execute(database, Append.BareTable);
            await Bench.Throughput(
                $"append-many-{connections}", "events/s",
                () => Append.Times(Commits, connections, () => Append.Commit(store)),
                () => Append.Times(Commits, connections, () => Append.CommitRaw(database, Append.BareInsert)));
        }
    }
}
