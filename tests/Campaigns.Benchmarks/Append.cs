using System.Text.Json;
using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Benchmarks;

/// <summary>1,000 new streams of one event a commit, on one connection. Raw: 1,000 rows a commit into a bare table of events.</summary>
static class Append
{
    const int Commits = 20;
    const int Streams = 1000;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(setup => setup
            .Event<Queued>("queued").Stream("recipient", new Recipient(0), (recipient, _) => recipient));
        var store = engine.GetRequiredService<EventStore>();
        await using var database = NpgsqlDataSource.Create(await bench.NewDatabase());
        await using (var create = database.CreateCommand(
            "create table bare_events (seq_id bigserial primary key, stream_id uuid, version bigint, type varchar, data jsonb, timestamp timestamptz)"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await Bench.Throughput("append", "events/s", () => Ours(store), () => Raw(database));
    }

    static async Task<int> Ours(EventStore store)
    {
        for (var commit = 0; commit < Commits; commit++)
        {
            var session = store.OpenSession("acme");
            for (var i = 0; i < Streams; i++)
            {
                session.Start<Recipient>(Guid.CreateVersion7(), Queued.Some(i));
            }

            await session.Commit(CancellationToken.None);
        }

        return Commits * Streams;
    }

    static async Task<int> Raw(NpgsqlDataSource database)
    {
        for (var commit = 0; commit < Commits; commit++)
        {
            await using var insert = database.CreateCommand(
                "insert into bare_events (stream_id, version, type, data, timestamp) select s, 1, 'queued', d, $3 from unnest($1, $2) e(s, d)");
            insert.Parameters.Add(new() { Value = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray() });
            insert.Parameters.Add(new()
            {
                Value = Enumerable.Range(0, Streams).Select(i => JsonSerializer.Serialize(Queued.Some(i), EventTypes.Json)).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
            });
            insert.Parameters.Add(new() { Value = DateTimeOffset.UtcNow });
            await insert.ExecuteNonQueryAsync();
        }

        return Commits * Streams;
    }
}

sealed record Queued(Guid CampaignId, Guid ContactId, string Channel, int Step)
{
    static readonly Guid Campaign = Guid.CreateVersion7();

    public static Queued Some(int i) => new(Campaign, Guid.CreateVersion7(), "email", i);
}

sealed record Recipient(int Facts);
