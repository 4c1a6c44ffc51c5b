using System.Text.Json;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Benchmarks;

/// <summary>1,000 new streams of one event a commit, on one connection. Raw: 1,000 rows a commit into a bare table of events.</summary>
static class Append
{
    public const string BareTable =
        "create table bare_events (seq_id bigserial primary key, stream_id uuid, version bigint, type varchar, data jsonb, timestamp timestamptz)";

    public const string BareInsert =
        "insert into bare_events (stream_id, version, type, data, timestamp) select s, 1, 'queued', d, $3 from unnest($1, $2) e(s, d)";

    const int Commits = 20;
    const int Streams = 1000;

    public static async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(Streamed);
        var store = engine.GetRequiredService<EventStore>();
        await using var database = NpgsqlDataSource.Create(await bench.NewDatabase());
        await Bench.Execute(database, BareTable);
        await Bench.Throughput("append", "events/s", () => Times(Commits, 1, () => Commit(store)), () => Times(Commits, 1, () => CommitRaw(database, BareInsert)));
    }

    public static void Streamed(EngineSetup setup) => setup
        .Event<Queued>("queued").Stream("recipient", new Recipient(0), (recipient, _) => recipient);

    /// <summary>Commits over some connections at once.</summary>
    /// <returns>The number of events.</returns>
    public static async Task<int> Times(int commits, int connections, Func<Task> commit)
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, commits), new ParallelOptions { MaxDegreeOfParallelism = connections }, async (_, _) => await commit());
        return commits * Streams;
    }

    public static Task Commit(EventStore store)
    {
        var session = store.OpenSession("acme");
        for (var i = 0; i < Streams; i++)
        {
            session.Start<Recipient>(Guid.CreateVersion7(), Queued.Some(i));
        }

        return session.Commit(CancellationToken.None);
    }

    /// <param name="text">Takes the ids of the streams, the bodies and the time.</param>
    public static async Task CommitRaw(NpgsqlDataSource database, string text)
    {
        await using var insert = database.CreateCommand(text);
        insert.Parameters.Add(new() { Value = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray() });
        insert.Parameters.Add(new()
        {
            Value = Enumerable.Range(0, Streams).Select(i => JsonSerializer.Serialize(Queued.Some(i), EventTypes.Json)).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        });
        insert.Parameters.Add(new() { Value = DateTimeOffset.UtcNow });
        await insert.ExecuteNonQueryAsync();
    }
}

sealed record Queued(Guid CampaignId, Guid ContactId, string Channel, int Step)
{
    static readonly Guid Campaign = Guid.CreateVersion7();

    public static Queued Some(int i) => new(Campaign, Guid.CreateVersion7(), "email", i);
}

sealed record Recipient(int Facts);
