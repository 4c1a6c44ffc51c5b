using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Projections;

[Collection("postgres")]
public sealed class async_projections(PostgresFixture postgres)
{
    [Fact]
    public async Task come_to_the_rows_of_the_inline_one()
    {
        await using var bank = await TestEngine.Start(postgres, later: new AsyncOptions { PageSize = 7 });
        for (var i = 0; i < 30; i++)
        {
            await bank.Open(new Deposited(i));
        }

        await bank.Daemon.RunOnce(default);
        (await Rows(bank, "later_balances")).ShouldBe(await Rows(bank, "balances"));
        (await bank.Daemon.Status(default)).ShouldHaveSingleItem().Lag.ShouldBe(0);
        (await bank.Ask("select last_seq_id from mt_event_progression where name = 'later_balances:All'")).ShouldBe("60");
    }

    [Fact]
    public async Task apply_each_event_once_when_two_nodes_think_they_own_them()
    {
        await using var bank = await TestEngine.Start(postgres, later: new AsyncOptions { PageSize = 3 });
        await using var other = bank.AnotherNode();
        for (var round = 0; round < 20; round++)
        {
            await bank.Open(new Deposited(1), new Deposited(2));
            await Task.WhenAll(bank.Daemon.RunOnce(default), other.Daemon.RunOnce(default));
        }

        await bank.Daemon.RunOnce(default);
        (await Rows(bank, "later_balances")).ShouldBe(await Rows(bank, "balances"));
    }

    [Fact]
    public async Task are_taken_over_when_their_node_stops_and_follow_appends_by_themselves()
    {
        await using var bank = await TestEngine.Start(postgres, later: AsyncOptions.Default);
        await using var other = bank.AnotherNode();
        var first = await bank.Run();
        await using var second = await other.Run();
        await Until(bank, () => bank.Open(new Deposited(1)));
        await first.DisposeAsync();
        bank.Clock.Advance(TimeSpan.FromSeconds(2));
        await Until(other, () => other.Open(new Deposited(2)));
    }

    [Fact]
    public async Task that_cannot_apply_an_event_stop_alone_before_it_and_go_on_when_told()
    {
        await using var bank = await TestEngine.Start(postgres, later: new AsyncOptions { OnFault = OnFault.Stop });
        await bank.Open(new Deposited(1));
        var rich = await bank.Open(new Deposited(5));
        await bank.Open(new Deposited(2));
        await Break(bank, rich);

        await bank.Daemon.RunOnce(default);
        (await bank.Ask("select sum(balance) from later_balances")).ShouldBe("1");
        var stopped = (await bank.Daemon.Status(default)).ShouldHaveSingleItem();
        stopped.Stopped.ShouldNotBeNull().ShouldContain("later_balances");
        stopped.Position.ShouldBe(3);

        await Mend(bank, rich);
        await bank.Daemon.RunOnce(default);
        (await bank.Ask("select sum(balance) from later_balances")).ShouldBe("1");
        (await bank.Daemon.Resume("later_balances", default)).ShouldBeTrue();
        await bank.Daemon.RunOnce(default);
        (await Rows(bank, "later_balances")).ShouldBe(await Rows(bank, "balances"));
    }

    [Fact]
    public async Task that_cannot_read_an_event_stop_before_it_too_and_say_so()
    {
        await using var bank = await TestEngine.Start(postgres, later: new AsyncOptions { PageSize = 2 });
        await bank.Open(new Deposited(1));
        var strange = await bank.Open(new Deposited(5));
        await bank.Ask("update mt_events set data = '{\"amount\": \"five\"}' where stream_id = $1 and type = 'deposited'", strange);

        await bank.Daemon.RunOnce(default);
        var stopped = (await bank.Daemon.Status(default)).ShouldHaveSingleItem();
        (stopped.Position, stopped.Stopped.ShouldNotBeNull()).ShouldSatisfyAllConditions(it => it.Position.ShouldBe(2), it => it.Item2.ShouldContain("cannot be read"));

        await Mend(bank, strange);
        await bank.Daemon.Resume("later_balances", default);
        await bank.Daemon.RunOnce(default);
        (await Rows(bank, "later_balances")).ShouldBe(await Rows(bank, "balances"));
    }

    [Fact]
    public async Task that_may_skip_record_what_they_skipped_and_go_on()
    {
        await using var bank = await TestEngine.Start(postgres, later: new AsyncOptions { OnFault = OnFault.Skip });
        await bank.Open(new Deposited(1));
        var rich = await bank.Open(new Deposited(5));
        await bank.Open(new Deposited(2));
        await Break(bank, rich);

        await bank.Daemon.RunOnce(default);
        (await bank.Ask("select sum(balance) from later_balances")).ShouldBe("3");
        (await bank.List("select projection, position from skipped_events")).ShouldBe(["later_balances | 4"]);
        (await bank.Daemon.Status(default)).ShouldHaveSingleItem().Stopped.ShouldBeNull();
    }

    [Fact]
    public async Task rebuilt_while_they_run_and_others_append_lose_and_repeat_nothing()
    {
        await using var bank = await TestEngine.Start(postgres, later: AsyncOptions.Default);
        await using var running = await bank.Run();
        using var rebuilt = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!rebuilt.IsCancellationRequested)
            {
                await bank.Open(new Deposited(1), new Deposited(2));
            }
        })).ToList();
        foreach (var projection in bank.Rebuild.Projections.Concat(bank.Rebuild.Projections))
        {
            await bank.Rebuild.Run(projection, null, default);
        }

        await rebuilt.CancelAsync();
        await Task.WhenAll(writers);
        await bank.Daemon.RunOnce(default);
        await bank.Daemon.RunOnce(default);
        (await bank.Ask("select sum(facts) from balances")).ShouldBe($"{await bank.Count("mt_events")}");
        (await Rows(bank, "later_balances")).ShouldBe(await Rows(bank, "balances"));
    }

    [Fact]
    public async Task do_not_wait_for_another_one_that_is_held_up()
    {
        await using var bank = await TestEngine.Start(postgres, later: AsyncOptions.Default);
        await bank.Ask("create table held_balances (like balances including all)");
        bank.Store.Model.AsyncProjections.Add((new Balances("held_balances"), AsyncOptions.Default));
        await bank.Open();
        await using var connection = await bank.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("lock table held_balances", connection))
        {
            await hold.ExecuteNonQueryAsync();
        }

        await using var running = await bank.Run();
        await bank.UntilWaiting(1);
        await Until(bank, () => bank.Open(new Deposited(1)));
        await Until(bank, () => bank.Open(new Deposited(2)));
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task rebuilt_before_any_node_has_run_them_are_not_applied_a_second_time()
    {
        await using var bank = await TestEngine.Start(postgres, later: AsyncOptions.Default);
        await bank.Open(new Deposited(1));
        await bank.Rebuild.Run(bank.Rebuild.Projections.Single(projection => projection.Name == "later_balances"), null, default);
        await bank.Daemon.RunOnce(default);

        (await Rows(bank, "later_balances")).ShouldBe(await Rows(bank, "balances"));
    }

    /// <summary>Acts until the async rows have caught up with the inline ones, by the nodes' own doing.</summary>
    static async Task Until(TestEngine bank, Func<Task> act)
    {
        var caughtUp = new TaskCompletionSource();
        using var subscription = bank.Notifications.Subscribe("later_balances", () => caughtUp.TrySetResult());
        using var impatient = new CancellationTokenSource(Patience);
        while (!caughtUp.Task.IsCompleted)
        {
            impatient.Token.ThrowIfCancellationRequested();
            await act();
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    static Task<string?> Break(TestEngine bank, Guid account) =>
        bank.Ask("update mt_events set data = '{\"amount\": 1000000}' where stream_id = $1 and type = 'deposited'", account);

    static Task<string?> Mend(TestEngine bank, Guid account) =>
        bank.Ask("update mt_events set data = '{\"amount\": 5}' where stream_id = $1 and type = 'deposited'", account);

    static Task<List<string>> Rows(TestEngine bank, string table) =>
        bank.List($"select tenant_id, account, balance, facts from {table} order by tenant_id, account");
}
