using Campaigns.Storage;
using Campaigns.Storage.Rebuild;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Benchmarks;

/// <summary>A flat projection, one row an event, made anew from all events. Raw: the same rows by one insert from a select.</summary>
static class Rebuild
{
    const int Commits = 200;
    const int Events = 200_000;

    public static async Task Run(Bench bench)
    {
        var connectionString = await bench.NewDatabase();
        using (var before = await Bench.Storage(connectionString, Append.Streamed))
        {
            var filled = before.Services.GetRequiredService<IDocumentStore>();
            for (var i = 0; i < Commits; i++)
            {
                await Append.Commit(filled, (session, id, fact) => session.Start<Recipient>(id, fact));
            }
        }

        using var host = await Bench.Storage(connectionString, module =>
        {
            Append.Streamed(module);
            module.Inline(new Flat());
        });
        var database = host.Services.GetRequiredService<IDocumentStore>().Database;
        await Bench.Execute(database, Flat.Table);
        await Bench.Execute(database, "create table flat_raw (like flat including all)");
        await Bench.Execute(database, "vacuum analyze mt_events");
        var rebuild = host.Services.GetRequiredService<ProjectionRebuild>();
        await bench.Throughput(
            "rebuild", "events/s",
            async () => (int)await rebuild.Run(rebuild.Projections[0], null, CancellationToken.None),
            async () =>
            {
                await Bench.Execute(
                    database,
                    "insert into flat_raw select stream_id, (data ->> 'campaignId')::uuid, (data ->> 'step')::int from mt_events where type = 'queued' order by seq_id");
                return Events;
            },
            prepareRaw: () => Bench.Execute(database, "truncate flat_raw"));
    }
}

/// <summary>One row for each event, one statement for all of them.</summary>
public class Flat() : InlineProjection("flat")
{
    public const string Table = "create table flat (stream_id uuid primary key, campaign_id uuid, step int)";

    public override IReadOnlyList<string> Tables { get; } = ["flat"];

    public override IReadOnlyList<Type> Facts { get; } = [typeof(Queued)];

    protected override void Apply(IReadOnlyList<IEvent> events, IDocumentOperations sql) => sql.Sql(
        "insert into flat (stream_id, campaign_id, step) select * from unnest($1, $2, $3)",
        events.Select(queued => queued.StreamId).ToArray(),
        events.Select(queued => ((Queued)queued.Data).CampaignId).ToArray(),
        events.Select(queued => ((Queued)queued.Data).Step).ToArray());
}
