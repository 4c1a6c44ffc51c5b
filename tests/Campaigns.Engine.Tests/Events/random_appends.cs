using System.Collections.Concurrent;
using Campaigns.Engine.Events;
using Xunit.Abstractions;

namespace Campaigns.Engine.Tests.Events;

/// <summary>What several writers append, archive and begin in bulk at random must be what a dictionary would hold after what was accepted.</summary>
[Collection("postgres")]
public sealed class random_appends(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Writers = 4;
    const int Commits = 60;
    const int Streams = 12;

    [Fact]
    public async Task come_to_what_a_simple_model_says()
    {
        var seed = Environment.GetEnvironmentVariable("SEED") is { } given ? int.Parse(given, null) : Random.Shared.Next();
        output.WriteLine($"SEED={seed}");
        await using var bank = await TestEngine.Start(postgres);
        var random = new Random(seed);
        var ids = Enumerable.Range(0, Streams).Select(_ => Guid.CreateVersion7()).ToArray();
        var accepted = new ConcurrentBag<Plan>();
        var refused = 0;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => random.Next()).ToList().Select(own => Task.Run(async () =>
        {
            var mine = new Random(own);
            for (var i = 0; i < Commits; i++)
            {
                var plan = new Plan();
                try
                {
                    await (mine.Next(10) == 0 ? (Task)plan.BulkStart(bank, ids, mine) : plan.Commit(bank, ids, mine));
                    accepted.Add(plan);
                }
                catch (Exception error) when (error is ConcurrencyException or StreamIsArchivedException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));

        output.WriteLine($"{accepted.Count} accepted, {refused} refused");
        var facts = accepted.SelectMany(plan => plan.Facts).ToLookup(fact => fact.Stream, fact => fact.Amount);
        foreach (var id in facts.Select(stream => stream.Key).Union(ids))
        {
            var events = await bank.Events(id);
            events.Select(fact => fact.Version).ShouldBe(Enumerable.Range(1, events.Count).Select(version => (long)version));
            events.Select(fact => ((Deposited)fact.Data!).Amount).Order().ShouldBe(facts[id].Order());
            events.Select(fact => fact.Sequence).ShouldBeInOrder();
            (await bank.Load(id)).State.Balance.ShouldBe(facts[id].Sum());
        }

        foreach (var plan in accepted)
        {
            await plan.HeldWhatItExpected(bank);
        }

        // One archiving of a stream is accepted at most, and nothing behind it.
        var archived = accepted.SelectMany(plan => plan.Archived).ToList();
        (await bank.List("select id from mt_streams where is_archived order by id")).ShouldBe(archived.Order().Select(id => $"{id}"));
        (await bank.List("select seq_id from mt_events e join mt_streams s on s.id = e.stream_id where e.is_archived <> s.is_archived")).ShouldBeEmpty();
        (await bank.Ask("select count(*) from mt_events")).ShouldBe($"{facts.Sum(stream => stream.Count())}");
        (await bank.Ask("select coalesce(sum(balance), 0) from balances")).ShouldBe($"{facts.Sum(stream => stream.Sum())}");
        (await bank.List("select s.id from mt_streams s where version <> (select count(*) from mt_events e where e.stream_id = s.id)")).ShouldBeEmpty();
    }

    /// <summary>One commit at random: which streams, what is expected of each, how many events.</summary>
    sealed class Plan
    {
        static int amounts;

        public List<(Guid Stream, int Amount)> Facts { get; } = [];

        public List<Guid> Archived { get; } = [];

        readonly List<(Guid Stream, long Version, int FirstAmount)> exactly = [];

        public async Task Commit(TestEngine bank, Guid[] ids, Random random)
        {
            var session = bank.Session();
            foreach (var id in random.GetItems(ids, random.Next(1, 5)).Distinct())
            {
                var (events, deposits) = Deposits(id, random);
                switch (random.Next(5))
                {
                    case 0:
                        session.Start<Account>(id, deposits);
                        exactly.Add((id, 0, events[0]));
                        break;
                    case 1:
                        session.Append<Account>(id, ExpectedVersion.MustExist, deposits);
                        break;
                    case 2 or 3:
                        var loaded = await bank.Load(id);
                        var after = session.Append(loaded, deposits);
                        if (random.Next(40) == 0)
                        {
                            session.Archive(after);
                            Archived.Add(id);
                        }

                        exactly.Add((id, loaded.Version, events[0]));
                        break;
                    default:
                        session.Append<Account>(id, ExpectedVersion.Any, deposits);
                        break;
                }
            }

            await session.Commit(default);
        }

        /// <summary>New streams, and now and then one that may exist.</summary>
        public Task<long> BulkStart(TestEngine bank, Guid[] ids, Random random)
        {
            List<NewStream> streams = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => New(Guid.CreateVersion7()))];
            if (random.Next(2) == 0)
            {
                streams.Insert(random.Next(streams.Count), New(random.GetItems(ids, 1)[0]));
            }

            return bank.Store.BulkStart<Account>(TestEngine.Tenant, streams.ToAsyncEnumerable(), null, default);

            NewStream New(Guid id)
            {
                var (events, deposits) = Deposits(id, random);
                exactly.Add((id, 0, events[0]));
                return new NewStream(id, deposits);
            }
        }

        (List<int> Amounts, object[] Deposits) Deposits(Guid id, Random random)
        {
            List<int> events = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Interlocked.Increment(ref amounts) % 1000)];
            Facts.AddRange(events.Select(amount => (id, amount)));
            return (events, [.. events.Select(amount => new Deposited(amount))]);
        }

        public async Task HeldWhatItExpected(TestEngine bank)
        {
            foreach (var (stream, version, amount) in exactly)
            {
                var next = await bank.Store.ReadStream(TestEngine.Tenant, stream, version).FirstAsync();
                next.Version.ShouldBe(version + 1);
                next.Data.ShouldBe(new Deposited(amount));
            }
        }
    }
}
