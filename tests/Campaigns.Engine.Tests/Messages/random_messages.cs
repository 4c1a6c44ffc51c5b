using System.Collections.Concurrent;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Xunit.Abstractions;

namespace Campaigns.Engine.Tests.Messages;

/// <summary>
/// Several sessions send the same messages in any order while they wait and after they were handled; two nodes handle them at once, with
/// handlers that fail before or after their commit or outlast their claims. What comes of it must be what a dictionary would hold.
/// </summary>
[Collection("postgres")]
public sealed class random_messages(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Rounds = 4;
    const int MessagesInRound = 60;
    const int Senders = 4;

    static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    /// <summary>More attempts than a message needs that fails now and then.</summary>
    static readonly QueueOptions Queue = new() { Retry = new() { MaxAttempts = 25, FirstWait = Wait, LongestWait = Wait }, Concurrency = 3 };

    readonly ConcurrentDictionary<int, Fate> fates = new();

    [Fact]
    public async Task come_to_what_a_simple_model_says()
    {
        var seed = Environment.GetEnvironmentVariable("SEED") is { } given ? int.Parse(given, null) : Random.Shared.Next();
        output.WriteLine($"SEED={seed}");
        await using var bank = await TestEngine.Start(postgres, Queue);
        await using var other = bank.AnotherNode(Queue);
        foreach (var node in new[] { bank, other })
        {
            node.Pays = (pay, delivery, ct) => Pay(node, pay, delivery, ct);
            node.PaysTogether = PayTogether;
        }

        var random = new Random(seed);
        var accounts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => bank.Open()));
        var accepted = new ConcurrentDictionary<Guid, Plan>();
        for (var round = 0; round < Rounds; round++)
        {
            var plans = Enumerable.Range(1, MessagesInRound).Select(number => Plan.At((round * MessagesInRound) + number, accounts, random)).ToList();
            plans.ForEach(plan => fates[plan.Amount] = new Fate(random));
            var seeds = Enumerable.Range(0, Senders).Select(_ => random.Next()).ToList();
            await Task.WhenAll(seeds.Select(own => Task.Run(() => Send(bank, plans, accounts, accepted, new Random(own)))));
            await Task.WhenAll(Task.Run(() => HandleAll(bank)), Task.Run(() => HandleAll(other)));
            await Task.WhenAll(seeds.Select(own => Task.Run(() => Send(bank, [.. plans.Where(plan => accepted.ContainsKey(plan.Id))], accounts, accepted, new Random(own)))));
        }

        var poisonous = accepted.Values.Where(plan => fates[plan.Amount].IsPoison).ToList();
        var effective = accepted.Values.Except(poisonous).ToLookup(plan => plan.Account, plan => plan.Amount);
        output.WriteLine($"{accepted.Count} messages, {poisonous.Count} of them dead");
        (await bank.List("select id from messages where dead_at is not null")).Order().ShouldBe(poisonous.Select(plan => $"{plan.Id}").Order());
        (await bank.List("select id, last_error from messages where handled_at is null and (dead_at is null or last_error not like '%Poison.')")).ShouldBeEmpty();
        foreach (var account in accounts)
        {
            (await bank.Events(account)).Select(fact => fact.Data).OfType<Deposited>().Select(deposited => deposited.Amount).Order()
                .ShouldBe(effective[account].Order());
        }

        (await bank.Ask("select coalesce(sum(balance), 0) from balances")).ShouldBe($"{effective.Sum(account => account.Sum())}");
    }

    /// <summary>Sends most of the messages, a few in a commit; some commits are refused, and what is in them counts for nothing.</summary>
    static async Task Send(TestEngine bank, List<Plan> plans, Guid[] accounts, ConcurrentDictionary<Guid, Plan> accepted, Random random)
    {
        var mine = plans.Where(_ => random.Next(3) > 0).ToArray();
        random.Shuffle(mine);
        foreach (var some in mine.Chunk(random.Next(1, 10)))
        {
            var session = bank.Session();
            foreach (var plan in some.Concat(some.Take(1)))
            {
                session.Send(plan.Message, session.Now + TimeSpan.FromSeconds(random.Next(5)), plan.Id);
            }

            if (random.Next(5) == 0)
            {
                session.Append<Account>(accounts[0], ExpectedVersion.Exactly(999_999), new Deposited(1));
                await Should.ThrowAsync<ConcurrencyException>(session.Commit(default));
                continue;
            }

            await session.Commit(default);
            Array.ForEach(some, plan => accepted[plan.Id] = plan);
        }
    }

    static async Task HandleAll(TestEngine node)
    {
        using var patience = new CancellationTokenSource(TestEngine.Patience);
        while (await node.Count("messages where dead_at is null and handled_at is null") > 0)
        {
            await node.Workers.RunOnce(limit: 20, ct: patience.Token);
            node.Clock.Advance(Wait);
        }
    }

    async Task Pay(TestEngine node, Pay pay, Delivery delivery, CancellationToken ct)
    {
        var fate = fates[pay.Amount];
        fate.Strike();
        var session = delivery.OpenSession();
        session.Append<Account>(pay.Account, ExpectedVersion.Any, new Deposited(pay.Amount));
        if (fate.IsSlow && delivery.Attempt == 1)
        {
            node.Clock.Advance(Queue.Lease * 2);
        }

        await session.Commit(ct);
        fate.StrikeLate();
    }

    Task PayTogether(IReadOnlyList<PayTogether> payments, Session session, CancellationToken ct)
    {
        foreach (var pay in payments)
        {
            fates[pay.Amount].Strike();
            session.Append<Account>(pay.Account, ExpectedVersion.Any, new Deposited(pay.Amount));
        }

        return Task.CompletedTask;
    }

    /// <summary>One message, of either kind; no other has its amount.</summary>
    sealed record Plan(Guid Id, Guid Account, int Amount, object Message)
    {
        public static Plan At(int amount, Guid[] accounts, Random random)
        {
            var account = accounts[random.Next(accounts.Length)];
            return new Plan(Guid.NewGuid(), account, amount, random.Next(2) == 0 ? new Pay(account, amount) : new PayTogether(account, amount));
        }
    }

    /// <summary>What goes wrong with one message.</summary>
    sealed class Fate(Random random)
    {
        readonly bool isLate = random.Next(5) == 0;
        int failures = random.Next(5) - 2;

        public bool IsPoison { get; } = random.Next(12) == 0;

        public bool IsSlow { get; } = random.Next(15) == 0;

        /// <summary>Before anything is committed.</summary>
        public void Strike()
        {
            if (IsPoison || Interlocked.Decrement(ref failures) >= 0)
            {
                throw new InvalidOperationException(IsPoison ? "Poison." : "Not yet.");
            }
        }

        /// <summary>After everything is committed.</summary>
        public void StrikeLate()
        {
            if (isLate)
            {
                throw new InvalidOperationException("Too late.");
            }
        }
    }
}
