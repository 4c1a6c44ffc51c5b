using System.Text.Json;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Benchmarks;

/// <summary>
/// 1,000 new streams of one event a commit, on one connection: by our set-based append, and by Marten's own. Raw: 1,000 rows a commit into a bare
/// table of events.
/// </summary>
static class Append
{
    public const string BareTable =
        "create table bare_events (seq_id bigserial primary key, stream_id uuid, version bigint, type varchar, data jsonb, timestamp timestamptz)";

    const string BareInsert =
        "insert into bare_events (stream_id, version, type, data, timestamp) select s, 1, 'queued', d, $3 from unnest($1, $2) e(s, d)";

    const int Commits = 20;
    const int Streams = 1000;

    public static async Task Run(Bench bench)
    {
        using var host = await Bench.Storage(await bench.NewDatabase(), Streamed);
        var store = host.Services.GetRequiredService<IDocumentStore>();
        await using var database = await bench.NewPlainDatabase(BareTable);
        await Measure("append", (session, id, fact) => session.Start<Recipient>(id, fact));
        await Measure("append-marten", (session, id, fact) => session.Events.StartStream<Recipient>(id, fact));

        Task Measure(string name, Action<IDocumentSession, Guid, object> start) => bench.Throughput(
            name, "events/s", () => Times(() => Commit(store, start)), () => Times(() => CommitRaw(database)));
    }

    public static void Streamed(ModuleBuilder module) => module.Stream<Recipient>("recipient").Event<Queued>("queued");

    public static async Task Commit(IDocumentStore store, Action<IDocumentSession, Guid, object> start)
    {
        await using var session = store.LightweightSession("acme");
        for (var i = 0; i < Streams; i++)
        {
            start(session, Guid.CreateVersion7(), Queued.Some(i));
        }

        await session.SaveChangesAsync();
    }

    static async Task<int> Times(Func<Task> commit)
    {
        for (var i = 0; i < Commits; i++)
        {
            await commit();
        }

        return Commits * Streams;
    }

    static async Task CommitRaw(NpgsqlDataSource database)
    {
        await using var insert = database.CreateCommand(BareInsert);
        insert.Parameters.Add(new() { Value = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray() });
        insert.Parameters.Add(new()
        {
            Value = Enumerable.Range(0, Streams).Select(i => JsonSerializer.Serialize(Queued.Some(i), JsonSerializerOptions.Web)).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        });
        insert.Parameters.Add(new() { Value = DateTimeOffset.UtcNow });
        await insert.ExecuteNonQueryAsync();
    }
}

public sealed record Queued(Guid CampaignId, Guid ContactId, string Channel, int Step)
{
    static readonly Guid Campaign = Guid.CreateVersion7();

    public static Queued Some(int i) => new(Campaign, Guid.CreateVersion7(), "email", i);
}

public sealed record Recipient(Guid Id) : IStreamState<Recipient>
{
    public static Recipient Begin(Guid id) => new(id);

    public Recipient Evolve(object fact) => this;
}
