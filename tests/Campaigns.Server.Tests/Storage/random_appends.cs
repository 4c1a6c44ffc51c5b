using System.Collections.Concurrent;
using Campaigns.Tests;
using JasperFx.Events;
using Marten;
using Marten.Exceptions;
using Xunit.Abstractions;

namespace Campaigns.Server.Tests.Storage;

/// <summary>What several writers append and archive at random, by both ways, must be what a dictionary would hold after what was accepted.</summary>
[Collection("postgres")]
public sealed class random_appends(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Writers = 4;
    const int Commits = 40;
    const int Streams = 10;

    [Fact]
    public async Task come_to_what_a_simple_model_says()
    {
        await using var bank = await Bank.Open(postgres);
        var random = new Random(Seed.Of(output));
        var ids = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray();
        var accepted = new ConcurrentBag<Plan>();
        var refused = 0;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => (writer, seed: random.Next())).ToList().Select(own => Task.Run(async () =>
        {
            var mine = new Random(own.seed);
            for (var i = 0; i < Commits; i++)
            {
                var plan = new Plan(own.writer, i);
                try
                {
                    await plan.Commit(bank, ids, mine);
                    accepted.Add(plan);
                }
                catch (Exception error) when (Races.Lost(error) || error is InvalidStreamOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));

        output.WriteLine($"{accepted.Count} accepted, {refused} refused");
        accepted.Count.ShouldBeGreaterThan(Commits);
        var facts = accepted.SelectMany(plan => plan.Facts).ToLookup(fact => fact.Stream, fact => fact.Amount);
        foreach (var id in ids)
        {
            var rows = await bank.Texts($"select version || ' ' || (data ->> 'amount') from mt_events e where stream_id = '{id}' and type = 'deposited' order by e.version");
            rows.Select(row => int.Parse(row.Split(' ')[1], null)).Order().ShouldBe(facts[id].Order());
            (await bank.Number($"select coalesce((select balance from balances where account = '{id}'), 0)")).ShouldBe(facts[id].Sum());
        }

        foreach (var (stream, version, amount) in accepted.SelectMany(plan => plan.Exactly))
        {
            (await bank.Number($"select data ->> 'amount' from mt_events where stream_id = '{stream}' and version = {version + 1}")).ShouldBe(amount);
        }

        (await bank.Number("select count(*) from mt_events where type = 'deposited'")).ShouldBe(facts.Sum(stream => stream.Count()));
        (await bank.Number("select count(*) from (select seq_id < lag(seq_id) over (partition by stream_id order by version) as falls from mt_events) t where falls")).ShouldBe(0);
        foreach (var check in bank.Doctor.Checks.Where(check => check.Name is "streams" or "projections"))
        {
            (await check.Run(null, default)).Findings.ShouldBeEmpty(check.Name);
        }
    }

    /// <summary>One commit at random: which streams, what is expected of each, how many events.</summary>
    sealed class Plan(int writer, int number)
    {
        int amounts;

        public List<(Guid Stream, int Amount)> Facts { get; } = [];

        /// <summary>What stands right behind a version.</summary>
        public List<(Guid Stream, long Version, int Amount)> Exactly { get; } = [];

        public async Task Commit(Bank bank, Guid[] ids, Random random)
        {
            await using var session = bank.Session();
            // In the order of their ids: Marten takes its streams in the order in which they were given.
            foreach (var id in random.GetItems(ids, random.Next(1, 5)).Distinct().Order())
            {
                var deposits = Deposits(id, random);
                switch (random.Next(6))
                {
                    case 0:
                        session.Start<Account>(id, deposits);
                        Exactly.Add((id, 0, ((Deposited)deposits[0]).Amount));
                        break;
                    case 1:
                        session.Append<Account>(id, ExpectedVersion.MustExist, deposits);
                        break;
                    case 2 or 3:
                        var loaded = await bank.Store.Load<Account>(Bank.Tenant, id, default);
                        session.Append(loaded, deposits);
                        Exactly.Add((id, loaded.Version, ((Deposited)deposits[0]).Amount));
                        break;
                    case 4:
                        var stream = await session.Events.FetchForWriting<Account>(id);
                        Exactly.Add((id, stream.CurrentVersion ?? 0, ((Deposited)deposits[0]).Amount));
                        stream.AppendMany(deposits);
                        break;
                    default:
                        session.Append<Account>(id, ExpectedVersion.Any, deposits);
                        break;
                }
            }

            if (random.Next(60) == 0)
            {
                session.Events.ArchiveStream(ids[random.Next(ids.Length)]);
            }

            await session.SaveChangesAsync();
        }

        object[] Deposits(Guid id, Random random)
        {
            // No two deposits of all plans are the same.
            List<int> amounts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (writer * Commits + number) * 20 + ++this.amounts)];
            Facts.AddRange(amounts.Select(amount => (id, amount)));
            return [.. amounts.Select(amount => new Deposited(amount))];
        }
    }
}
