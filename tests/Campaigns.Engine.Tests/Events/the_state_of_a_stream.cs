using Campaigns.Engine.Events;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Events;

[Collection("postgres")]
public sealed class the_state_of_a_stream(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task is_the_fold_of_its_events()
    {
        var id = await bank.Open(new Deposited(3), new Deposited(4));
        (await bank.Load(id)).ShouldBe(new(id, new Account("Ada", 7, 3), 3));
    }

    [Fact]
    public async Task is_the_initial_one_at_version_zero_where_there_is_no_stream()
    {
        var missing = Guid.CreateVersion7();
        (await bank.Load(missing)).ShouldBe(new(missing, Account.Initial, 0));
    }

    [Fact]
    public async Task can_be_had_as_it_was_at_a_version()
    {
        var id = await bank.Open(new Deposited(3), new Deposited(4));
        (await bank.Store.LoadAt<Account>(Tenant, id, 2, default)).ShouldBe(new(id, new Account("Ada", 3, 2), 2));
        (await bank.Store.LoadAt<Account>(Tenant, id, 99, default)).Version.ShouldBe(3);
    }

    [Fact]
    public async Task can_be_had_as_it_was_at_a_moment()
    {
        var id = await bank.Open();
        var opened = bank.Clock.Now;
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        await Deposit(id, 3);

        (await bank.Store.LoadAt<Account>(Tenant, id, opened - TimeSpan.FromSeconds(1), default)).Version.ShouldBe(0);
        (await bank.Store.LoadAt<Account>(Tenant, id, opened.ToOffset(TimeSpan.FromHours(5)), default)).State.Balance.ShouldBe(0);
        (await bank.Store.LoadAt<Account>(Tenant, id, bank.Clock.Now, default)).State.Balance.ShouldBe(3);
    }

    [Fact]
    public async Task at_a_moment_has_no_hole_where_a_clock_ran_ahead()
    {
        var id = await bank.Open();
        var opened = bank.Clock.Now;
        await Deposit(id, 3);
        await Deposit(id, 4);
        await bank.Ask("update mt_events set timestamp = $1 where version = 2", opened + TimeSpan.FromHours(1));

        (await bank.Store.LoadAt<Account>(Tenant, id, opened, default)).ShouldBe(new(id, new Account("Ada", 0, 1), 1));
    }

    [Fact]
    public async Task passes_over_facts_that_this_program_does_not_know()
    {
        var id = await bank.Open(new Deposited(3));
        await bank.Ask("update mt_events set type = 'from_the_future' where version = 1");
        (await bank.Load(id)).ShouldBe(new(id, new Account("", 3, 1), 2));
        (await bank.Events(id))[0].Data.ShouldBeNull();
    }

    [Fact]
    public async Task is_kept_as_a_snapshot_that_equals_a_replay()
    {
        var id = Guid.CreateVersion7();
        var session = bank.Session();
        session.Start<Journal>(id, new Noted("one"), new Noted("two"));
        await session.Commit(default);
        await bank.Store.Decide<Journal>(() => bank.Session(), id, (journal, _) => Outcome.Record(new Noted($"after {journal.State.Notes}")), default);

        (await bank.Ask("select data ->> 'notes' || ' ' || (data ->> 'last') || ' ' || mt_version from mt_doc_journal")).ShouldBe("3 after 2 3");
        var replayed = await bank.Store.LoadAt<Journal>(Tenant, id, long.MaxValue, default);
        (await bank.Store.Load<Journal>(Tenant, id, default)).ShouldBe(replayed);
        replayed.ShouldBe(new(id, new Journal(3, "after 2"), 3));
    }

    [Fact]
    public async Task is_caught_up_where_the_snapshot_lags_behind()
    {
        var id = Guid.CreateVersion7();
        var session = bank.Session();
        session.Start<Journal>(id, new Noted("one"), new Noted("two"), new Noted("three"));
        await session.Commit(default);
        await bank.Ask("""update mt_doc_journal set data = '{"notes": 1, "last": "one"}', mt_version = 1""");

        var lagging = await bank.Store.Load<Journal>(Tenant, id, default);
        lagging.ShouldBe(new(id, new Journal(3, "three"), 3));

        await bank.Ask("delete from mt_doc_journal");
        (await bank.Store.Load<Journal>(Tenant, id, default)).ShouldBe(lagging);

        session = bank.Session();
        session.Append(lagging, new Noted("four"));
        await session.Commit(default);
        (await bank.Ask("select mt_version from mt_doc_journal")).ShouldBe("4");
    }

    [Fact]
    public void is_needed_to_append_to_a_stream_with_a_snapshot() =>
        Should.Throw<InvalidOperationException>(() => bank.Session().Append<Journal>(Guid.CreateVersion7(), ExpectedVersion.Any, new Noted("x")));

    [Fact]
    public async Task is_loaded_for_many_at_once_as_for_each()
    {
        var (kept, lagging, lost, missing) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var session = bank.Session();
        foreach (var id in new[] { kept, lagging, lost })
        {
            session.Start<Journal>(id, new Noted("one"), new Noted("two"));
        }

        await session.Commit(default);
        await bank.Ask("""update mt_doc_journal set data = '{"notes": 1, "last": "one"}', mt_version = 1 where id = $1""", lagging);
        await bank.Ask("delete from mt_doc_journal where id = $1", lost);

        var two = new Journal(2, "two");
        (await bank.Store.LoadMany<Journal>(Tenant, [kept, lagging, lost, missing], default)).ShouldBe(
            [new(kept, two, 2), new(lagging, two, 2), new(lost, two, 2), new(missing, Journal.Initial, 0)], ignoreOrder: true);
    }

    [Fact]
    public async Task is_not_changed_by_a_refusal()
    {
        var id = await bank.Open();
        var refusal = new Refusal("too-poor", "There is no money.");
        var decided = await bank.Store.Decide<Account>(() => bank.Session(), id, (_, _) => Outcome.Refuse(refusal), default);
        decided.Refusal.ShouldBe(refusal);
        (await bank.Load(id)).Version.ShouldBe(1);
    }

    async Task Deposit(Guid id, int amount)
    {
        var session = bank.Session();
        session.Append<Account>(id, ExpectedVersion.MustExist, new Deposited(amount));
        await session.Commit(default);
    }
}
