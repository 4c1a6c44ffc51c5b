using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>A flat projection, one row an event, made anew from all events. Raw: the same rows by one insert from a select.</summary>
static class Rebuild
{
    const int Events = 200_000;
    const int PerCommit = 2000;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(setup => setup
            .Event<Queued>("queued").Stream("recipient", new Recipient(0), (recipient, _) => recipient).Async(new Flat()));
        var store = engine.GetRequiredService<EventStore>();
        await Bench.Execute(store.Database, Flat.Table);
        await Bench.Execute(store.Database, "create table flat_raw (like flat including all)");
        for (var i = 0; i < Events; i += PerCommit)
        {
            var session = store.OpenSession("acme");
            for (var j = 0; j < PerCommit; j++)
            {
                session.Start<Recipient>(Guid.CreateVersion7(), Queued.Some(j));
            }

            await session.Commit(CancellationToken.None);
        }

        await Bench.Execute(store.Database, "vacuum analyze mt_events");
        var rebuild = engine.GetRequiredService<ProjectionRebuild>();
        await Bench.Throughput(
            "rebuild", "events/s",
            async () => (int)await rebuild.Run(rebuild.Projections[0], null, CancellationToken.None),
            async () =>
            {
                await Bench.Execute(
                    store.Database,
                    "insert into flat_raw select stream_id, (data ->> 'campaignId')::uuid, (data ->> 'step')::int from mt_events where type = 'queued' order by seq_id");
                return Events;
            },
            prepareRaw: () => Bench.Execute(store.Database, "truncate flat_raw"));
    }
}

/// <summary>One row for each event, one statement for all of them.</summary>
sealed class Flat : Projection
{
    public const string Table = "create table flat (stream_id uuid primary key, campaign_id uuid, step int)";

    public override string Name => "flat";

    public override IReadOnlyList<string> Tables { get; } = ["flat"];

    public override IReadOnlyList<Type> Facts { get; } = [typeof(Queued)];

    public override void Apply(IReadOnlyList<Event> events, SqlQueue sql)
    {
        sql.Add(
            "insert into flat (stream_id, campaign_id, step) select * from unnest($1, $2, $3)",
            events.Select(queued => queued.StreamId).ToArray(),
            events.Select(queued => ((Queued)queued.Data!).CampaignId).ToArray(),
            events.Select(queued => ((Queued)queued.Data!).Step).ToArray());
        sql.Notify("flat");
    }
}
