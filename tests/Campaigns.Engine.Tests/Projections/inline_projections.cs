using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Projections;

[Collection("postgres")]
public sealed class inline_projections(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task are_true_together_with_their_events()
    {
        var id = await bank.Open(new Deposited(3), new Deposited(4));
        (await bank.List("select account, balance, facts from balances")).ShouldBe([$"{id} | 7 | 3"]);
        (await bank.Count("(select xmin from balances intersect select xmin from mt_events) t")).ShouldBe(1);
    }

    [Fact]
    public async Task that_fail_take_the_whole_commit_with_them()
    {
        var session = bank.Session();
        session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"));
        session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Too rich"), new Deposited(1_000_000));
        session.Send(new Pay(Guid.CreateVersion7(), 1));
        (await Should.ThrowAsync<PostgresException>(session.Commit(default))).SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);

        foreach (var table in new[] { "mt_streams", "mt_events", "balances", "messages" })
        {
            (await bank.Count(table)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task rebuilt_come_to_the_same_rows()
    {
        for (var i = 0; i < 20; i++)
        {
            var id = await bank.Open(new Deposited(i));
            var session = bank.Store.OpenSession($"tenant-{i % 3}");
            session.Start<Account>(id, new AccountOpened("Eve"), new Deposited(1), new Deposited(2));
            await session.Commit(default);
        }

        var inline = await Balances();
        await bank.Ask("update balances set balance = 0 where facts = 2");
        await bank.Ask("delete from balances where facts = 3");
        (await Rebuild()).ShouldBe(100);
        (await Balances()).ShouldBe(inline);
    }

    [Fact]
    public async Task rebuilt_page_by_page_lose_nothing_at_the_edges()
    {
        var session = bank.Session();
        for (var i = 0; i < 4000; i++)
        {
            session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(1), new Deposited(i));
        }

        await session.Commit(default);
        var inline = await Balances();
        (await Rebuild()).ShouldBe(12_000);
        (await Balances()).ShouldBe(inline);
    }

    [Fact]
    public async Task rebuilt_while_others_append_lose_nothing()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bank.Open()));
        using var rebuilt = new CancellationTokenSource();
        var appended = 0;
        var writers = accounts.Select(id => Task.Run(async () =>
        {
            while (!rebuilt.IsCancellationRequested)
            {
                var session = bank.Session();
                session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1));
                session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("New"));
                await session.Commit(default);
                Interlocked.Increment(ref appended);
            }
        })).ToList();
        for (var i = 0; i < 10; i++)
        {
            await Rebuild();
        }

        await rebuilt.CancelAsync();
        await Task.WhenAll(writers);
        (await bank.Ask("select sum(balance) from balances")).ShouldBe($"{appended}");
        (await bank.Ask("select sum(facts) from balances")).ShouldBe($"{(appended * 2) + 4}");
        (await bank.Count("mt_events")).ShouldBe((appended * 2) + 4);
    }

    [Fact]
    public async Task whose_rebuild_fails_keep_their_old_rows()
    {
        await bank.Open(new Deposited(3));
        var before = await Balances();
        await bank.Open(new Deposited(4));
        await bank.Ask("""update mt_events set data = '{"amount": 1000000}' where data ->> 'amount' = '4'""");
        await bank.Ask("delete from balances where balance = 4");

        await Should.ThrowAsync<PostgresException>(Rebuild());
        (await Balances()).ShouldBe(before);
    }

    [Fact]
    public async Task see_the_times_that_a_rebuild_will_see()
    {
        var seen = new Times();
        bank.Store.Model.ProjectionList.Add(seen);
        bank.Clock.Advance(TimeSpan.FromTicks(19)); // PostgreSQL keeps microseconds
        var account = await bank.Open();
        var begun = AsyncEnumerable.Repeat(new NewStream(Guid.CreateVersion7(), new AccountOpened("Grace")), 1);
        await bank.Store.BulkStart<Account>(Tenant, begun, null, default);

        var stored = (await bank.Events(account))[0].Timestamp;
        seen.Seen.ShouldBe([stored, stored]);
    }

    [Fact]
    public async Task tell_their_topic_after_the_commit()
    {
        var rows = new List<Task<long>>();
        using var subscription = bank.Notifications.Subscribe("balances", () => rows.Add(bank.Count("balances")));
        await bank.Open();
        (await rows.ShouldHaveSingleItem()).ShouldBe(1);
    }

    Task<long> Rebuild() => bank.Rebuild.Run(bank.Rebuild.Projections.ShouldHaveSingleItem(), null, default);

    Task<List<string>> Balances() => bank.List("select tenant_id, account, balance, facts from balances order by tenant_id, account");

    sealed class Times : Projection
    {
        public List<DateTimeOffset> Seen { get; } = [];

        public override string Name => "times";

        public override IReadOnlyList<string> Tables => [];

        public override IReadOnlyList<Type> Facts => [typeof(AccountOpened)];

        public override void Apply(IReadOnlyList<Event> events, SqlQueue sql) => Seen.AddRange(events.Select(fact => fact.Timestamp));
    }
}
