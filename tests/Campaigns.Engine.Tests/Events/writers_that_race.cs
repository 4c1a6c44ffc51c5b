using Campaigns.Engine.Events;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Events;

[Collection("postgres")]
public sealed class writers_that_race(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task eight_that_decide_on_one_stream_lose_no_event_and_leave_no_gap()
    {
        var id = await bank.Open();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 15; i++)
            {
                var decided = await bank.Store.Decide<Account>(() => bank.Session(), id, (account, _) => Outcome.Record(new Deposited(1)), default);
                decided.Refusal.ShouldBeNull();
            }
        })));

        (await bank.Load(id)).ShouldBe(new(id, new Account("Ada", 120, 121), 121));
        (await bank.Events(id)).Select(fact => fact.Version).ShouldBe(Enumerable.Range(1, 121).Select(version => (long)version));
        (await bank.Ask("select balance from balances")).ShouldBe("120");
    }

    [Fact]
    public async Task of_ten_that_start_the_same_stream_one_wins()
    {
        var id = Guid.CreateVersion7();
        var won = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            var session = bank.Session();
            session.Start<Account>(id, new AccountOpened($"{i}"));
            try
            {
                await session.Commit(default);
                return true;
            }
            catch (ConcurrencyException)
            {
                return false;
            }
        })));

        won.Count(one => one).ShouldBe(1);
        (await bank.Events(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task a_missing_stream_is_begun_once_by_ten_that_expect_anything()
    {
        var id = Guid.CreateVersion7();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Deposit([id]))));

        (await bank.Events(id)).Select(fact => fact.Version).ShouldBe([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        (await bank.Ask("select facts from balances")).ShouldBe("10");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task the_same_streams_in_opposite_order_do_not_deadlock(bool exist)
    {
        var ids = Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()).ToList();
        if (exist)
        {
            await Deposit(ids);
        }

        var deadlocks = await Deadlocks();
        for (var round = 0; round < 10; round++)
        {
            if (!exist)
            {
                ids = [.. ids.Select(_ => Guid.NewGuid())];
            }

            await Task.WhenAll(Task.Run(() => Deposit(ids)), Task.Run(() => Deposit(Enumerable.Reverse(ids))));
        }

        (await Deadlocks()).ShouldBe(deadlocks);
    }

    [Fact]
    public async Task an_append_waits_for_the_one_before_and_then_sees_its_version()
    {
        var id = await bank.Open();
        await using var connection = await bank.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var first = new NpgsqlCommand("update mt_streams set version = 2", connection))
        {
            await first.ExecuteNonQueryAsync();
        }

        var session = bank.Session();
        session.Append<Account>(id, ExpectedVersion.Exactly(1), new Deposited(1));
        var second = session.Commit(default);
        await bank.UntilWaiting(1);
        await transaction.CommitAsync();

        await Should.ThrowAsync<ConcurrencyException>(second);
    }

    async Task Deposit(IEnumerable<Guid> ids)
    {
        var session = bank.Session();
        foreach (var id in ids)
        {
            session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1));
        }

        await session.Commit(default);
    }

    // Counted by the sessions when they are idle: asked from a session that has just reported.
    async Task<string?> Deadlocks() => await bank.Ask(
        "select deadlocks from pg_stat_database where datname = current_database() and pg_stat_clear_snapshot() is not null");
}
