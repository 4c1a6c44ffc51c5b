using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>As <see cref="Append"/>, with an inline projection of one row an event. Raw: the bare table and the same rows, by one statement a commit.</summary>
static class AppendProjected
{
    const int Commits = 20;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(setup =>
        {
            Append.Streamed(setup);
            setup.Inline(new Flat());
        });
        var store = engine.GetRequiredService<EventStore>();
        await Bench.Execute(store.Database, Flat.Table);
        await using var database = NpgsqlDataSource.Create(await bench.NewDatabase());
        await Bench.Execute(database, $"{Append.BareTable}; {Flat.Table}");
        await Bench.Throughput(
            "append-projected", "events/s",
            () => Append.Times(Commits, 1, () => Append.Commit(store)),
            () => Append.Times(Commits, 1, () => Append.CommitRaw(
                database,
                $"with added as ({Append.BareInsert} returning stream_id, data) "
                + "insert into flat select stream_id, (data ->> 'campaignId')::uuid, (data ->> 'step')::int from added")));
    }
}
