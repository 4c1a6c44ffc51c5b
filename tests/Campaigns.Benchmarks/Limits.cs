using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Sending;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>
/// Permits in batches of 50, each read, taken in a commit and released in another, by four campaigns over the pools of two nodes. Every message
/// counts against its sender's minute and hour, its campaign's day, its organisation, its domain and the installation, all out of reach.
/// Raw: the same rows summed up, inserted, deleted and counted on, without a lock that keeps them exact.
/// </summary>
static class Limits
{
    const int Batch = 50;
    const int Batches = 50;
    const int Campaigns = 4;
    const int OutOfReach = 1_000_000_000;

    static readonly LimitSettings Settings = new(
        SenderPerMinute: OutOfReach, SenderPerHour: OutOfReach, OrganisationPerHour: OutOfReach, DomainPerHour: OutOfReach, CampaignPerDay: OutOfReach);

    public static async Task Run(Bench bench)
    {
        var connectionString = await bench.NewDatabase();
        using var first = await Bench.Application(connectionString, workers: false);
        using var second = await Bench.Application(connectionString, workers: false);
        IDocumentStore[] nodes = [first.Services.GetRequiredService<IDocumentStore>(), second.Services.GetRequiredService<IDocumentStore>()];
        await using var database = await bench.NewPlainDatabase("create table bare_permits (key varchar, claim uuid, count bigint, primary key (key, claim))");

        await Measure("limits", [.. Enumerable.Range(0, Campaigns).Select(number => new Sender($"sender-{number}@sender.example", Guid.CreateVersion7()))]);
        await Measure("limits-contended", [.. Enumerable.Repeat(new Sender("anna@sender.example", Guid.CreateVersion7()), Campaigns)]);
        await using var deadlocks = nodes[0].Database.CreateCommand("select deadlocks from pg_stat_database where datname = current_database()");
        Console.WriteLine($"# limits: {await deadlocks.ExecuteScalarAsync()} deadlocks");

        Task Measure(string name, Sender[] senders) => bench.Throughput(
            name, "permits/s",
            () => All(senders, (sender, number) => Use(nodes[number % nodes.Length], sender)),
            () => All(senders, (sender, _) => UseRaw(database, sender)));
    }

    static async Task<int> All(Sender[] senders, Func<Sender, int, Task> use)
    {
        await Task.WhenAll(senders.Select((sender, number) => Task.Run(async () =>
        {
            for (var batch = 0; batch < Batches; batch++)
            {
                await use(sender, number);
            }
        })));
        return senders.Length * Batches * Batch;
    }

    static async Task Use(IDocumentStore store, Sender sender)
    {
        var (permits, claim) = (new Permits(store), Guid.CreateVersion7());
        var available = await permits.Read(sender.Limits, sender.Campaign, Batch, 1, store.Clock.GetUtcNow(), CancellationToken.None);
        if (available.States.FirstOrDefault(state => state.Left < Batch) is { } state)
        {
            throw new InvalidOperationException($"Not out of reach: {state.Limit.Words}.");
        }

        var limits = sender.Limits.ToArray();
        Random.Shared.Shuffle(limits); // in no order that two of them could agree on by chance
        await using var taking = store.LightweightSession(CampaignBench.Tenant);
        Permits.Take(taking, claim, sender.Campaign, limits.ToDictionary(some => some, _ => Batch), store.Clock.Microseconds());
        await taking.SaveChangesAsync();
        await using var releasing = store.LightweightSession(CampaignBench.Tenant);
        Permits.Release(releasing, claim, store.Clock.Microseconds(), new Dictionary<string, int>());
        await releasing.SaveChangesAsync();
    }

    static async Task UseRaw(NpgsqlDataSource database, Sender sender)
    {
        var keys = sender.Limits.Select(limit => limit.Key).ToArray();
        var claim = Guid.CreateVersion7();
        await Bench.Execute(database, "select k, (select sum(count) from bare_permits where key = k) from unnest($1) k", [keys]);
        await Bench.Execute(database, "insert into bare_permits select k, $2, $3 from unnest($1) k", keys, claim, (long)Batch);
        await Bench.Execute(database, """
            with released as (delete from bare_permits where key = any ($1) and claim = $2 returning key, count)
            insert into bare_permits select key, $3, count from released order by key
            on conflict (key, claim) do update set count = bare_permits.count + excluded.count
            """, keys, claim, Guid.Empty);
    }

    sealed class Sender
    {
        public Sender(string address, Guid campaign)
        {
            var book = new LimitBook(CampaignBench.Tenant, campaign, Settings, OutOfReach, new Dictionary<string, string>());
            var senders = new CampaignSenders([new CampaignSender(Guid.Empty, new SenderAddress(address))]);
            var everybody = book.ForEverybody(senders, CampaignChannels.Email, DateTimeOffset.UtcNow);
            (Campaign, Limits) = (campaign, [.. everybody, book.Domain("anybody@mail.example")!]);
        }

        public Guid Campaign { get; }

        public IReadOnlyList<Limit> Limits { get; }
    }
}
