using System.Collections.Concurrent;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Messages;

[Collection("postgres")]
public sealed class handling_messages(PostgresFixture postgres) : IAsyncLifetime
{
    static readonly QueueOptions ThreeAttempts = new() { Retry = new() { MaxAttempts = 3, FirstWait = TimeSpan.FromSeconds(10) } };

    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres, ThreeAttempts);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task two_nodes_that_race_handle_each_exactly_once()
    {
        var accounts = new[] { await bank.Open(), await bank.Open(), await bank.Open() };
        await bank.Send([.. Enumerable.Range(0, 300).Select(i => new Pay(accounts[i % 3], 1))]);
        await bank.Send([.. Enumerable.Range(0, 300).Select(i => new PayTogether(accounts[i % 3], 1))]);
        await using var other = bank.AnotherNode(ThreeAttempts);

        var handled = await Task.WhenAll(new[] { bank, other }.SelectMany(node => new[] { node, node }).Select(node => Task.Run(async () =>
        {
            var sum = 0;
            for (int round; (round = await node.Workers.RunOnce(limit: 20)) > 0;)
            {
                sum += round;
            }

            return sum;
        })));

        handled.Sum().ShouldBe(600);
        (await bank.List("select balance from balances")).ShouldBe(["200", "200", "200"]);
        (await bank.Count("messages")).ShouldBe(0);
    }

    [Fact]
    public async Task one_that_throws_comes_again_after_a_growing_wait_and_is_then_dead_with_its_reason()
    {
        var account = await bank.Open();
        var attempts = new List<int>();
        bank.Pays = (_, delivery, _) =>
        {
            attempts.Add(delivery.Attempt);
            throw new InvalidOperationException("No\0luck");
        };
        await bank.Send(new Pay(account, 1));

        foreach (var (wait, attempt) in new[] { (0, 1), (10, 2), (20, 3) })
        {
            bank.Clock.Advance(TimeSpan.FromSeconds(wait * 0.89));
            (await bank.Workers.RunOnce()).ShouldBe(wait == 0 ? 1 : 0);
            bank.Clock.Advance(TimeSpan.FromSeconds(wait * 0.22));
            (await bank.Workers.RunOnce()).ShouldBe(wait == 0 ? 0 : 1);
            attempts.Count.ShouldBe(attempt);
        }

        attempts.ShouldBe([1, 2, 3]);
        (await bank.Ask("select last_error from messages where dead_at is not null")).ShouldBe("InvalidOperationException: No luck");
        bank.Clock.Advance(TimeSpan.FromDays(1));
        (await bank.Workers.RunOnce()).ShouldBe(0);
    }

    [Fact]
    public async Task an_effect_before_the_failure_is_undone_with_it()
    {
        var account = await bank.Open();
        bank.Pays = async (pay, delivery, ct) =>
        {
            var session = delivery.OpenSession();
            session.Append<Account>(account, ExpectedVersion.Any, new Deposited(pay.Amount));
            session.Sql.Add("select 1 / 0");
            await session.Commit(ct);
        };
        await bank.Send(new Pay(account, 1));
        await bank.Workers.RunOnce();

        (await bank.Load(account)).Version.ShouldBe(1);
        (await bank.Ask("select last_error from messages")).ShouldNotBeNull().ShouldContain("division by zero");
    }

    [Fact]
    public async Task a_broken_body_is_dead_at_once_and_holds_up_nobody()
    {
        var account = await bank.Open();
        await bank.Send(new Pay(account, 2), new Pay(account, 3));
        await bank.Ask("""update messages set body = '{"amount": "many"}' where body ->> 'amount' = '2'""");
        (await bank.Workers.RunOnce()).ShouldBe(2);

        (await bank.Load(account)).State.Balance.ShouldBe(3);
        (await bank.List("select last_error from messages where dead_at is not null and claim is null")).Single().ShouldStartWith("JsonException: ");
    }

    [Fact]
    public async Task a_kind_that_only_a_newer_node_knows_is_left_for_it_and_holds_up_nobody()
    {
        var account = await bank.Open();
        await bank.Send(new Pay(account, 1), new Pay(account, 2));
        await bank.Ask("update messages set kind = 'from_the_future' where body ->> 'amount' = '1'");
        (await bank.Workers.RunOnce(limit: 1)).ShouldBe(1);
        (await bank.Workers.RunOnce(limit: 1)).ShouldBe(0);

        (await bank.Load(account)).State.Balance.ShouldBe(2);
        (await bank.List("select kind, attempts, dead_at, claim from messages")).ShouldBe(["from_the_future | 0 |  | "]);
    }

    [Fact]
    public async Task the_kind_of_error_decides_how_often_and_when_it_is_tried_again()
    {
        bank.Pays = (pay, _, _) => throw (pay.Amount switch
        {
            1 => new TimeoutException("Late"),
            2 => new ArgumentException("Nonsense", "amount"),
            _ => new ArgumentException("Nonsense", "account"),
        });
        await bank.Send(new Pay(Guid.NewGuid(), 1), new Pay(Guid.NewGuid(), 2), new Pay(Guid.NewGuid(), 3));
        await bank.Workers.RunOnce();

        var waits = await bank.List(
            $"select body ->> 'amount', extract(epoch from due)::bigint - {bank.Clock.Now.ToUnixTimeSeconds()}, dead_at is not null from messages order by 1");
        waits[0].ShouldBe("1 | 3600 | False");
        waits[1].ShouldEndWith("| True");
        waits[2].ShouldBeOneOf("3 | 9 | False", "3 | 10 | False", "3 | 11 | False");

        for (var hours = 2; hours <= 8; hours *= 2)
        {
            bank.Clock.Advance(TimeSpan.FromHours(hours));
            await bank.Workers.RunOnce();
            (await bank.Ask("select dead_at from messages where body ->> 'amount' = '1'")).ShouldBeNull(); // more attempts than the queue allows
        }

        bank.Clock.Advance(TimeSpan.FromHours(16));
        await bank.Workers.RunOnce();
        (await bank.Ask("select attempts from messages where dead_at is not null and last_error like 'TimeoutException%'")).ShouldBe("5");
    }

    [Fact]
    public async Task a_json_error_in_the_handler_itself_is_tried_again()
    {
        bank.Pays = (_, _, _) => throw new System.Text.Json.JsonException("The provider answered nonsense.");
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        await bank.Workers.RunOnce();

        (await bank.Count("messages where dead_at is null")).ShouldBe(1);
    }

    [Fact]
    public async Task many_go_to_a_handler_of_many_in_one_commit()
    {
        var account = await bank.Open();
        var calls = new ConcurrentBag<int>();
        var handler = bank.PaysTogether;
        bank.PaysTogether = (payments, session, ct) =>
        {
            calls.Add(payments.Count);
            return handler(payments, session, ct);
        };
        await bank.Send([.. Enumerable.Range(0, 250).Select(_ => new PayTogether(account, 1))]);
        (await bank.Workers.RunOnce()).ShouldBe(250);

        calls.OrderDescending().ShouldBeSubsetOf([100, 100, 50, 1]);
        (await bank.Load(account)).State.Balance.ShouldBe(250);
        (await bank.Count("(select distinct xmin from mt_events) t")).ShouldBe(4);
    }

    [Fact]
    public async Task messages_of_two_tenants_never_share_a_commit()
    {
        var tenants = new ConcurrentBag<string>();
        bank.PaysTogether = (_, session, _) =>
        {
            tenants.Add(session.TenantId);
            return Task.CompletedTask;
        };
        await bank.Send(new PayTogether(Guid.NewGuid(), 1));
        var other = bank.Store.OpenSession("other");
        other.Send(new PayTogether(Guid.NewGuid(), 1));
        await other.Commit(default);
        await bank.Workers.RunOnce();

        tenants.Order().ShouldBe([Tenant, "other"]);
    }

    [Fact]
    public async Task a_poisonous_message_does_not_take_its_batch_with_it()
    {
        var account = await bank.Open();
        var handler = bank.PaysTogether;
        bank.PaysTogether = (payments, session, ct) =>
            payments.Any(pay => pay.Amount == 13) ? throw new InvalidOperationException("Thirteen") : handler(payments, session, ct);
        await bank.Send([.. Enumerable.Range(0, 20).Select(i => new PayTogether(account, i))]);
        await bank.Ask("""update messages set body = '{"account": 7}' where body ->> 'amount' = '14'""");
        await bank.Workers.RunOnce();

        (await bank.Load(account)).State.Balance.ShouldBe(190 - 13 - 14);
        (await bank.Count("messages where dead_at is null and last_error = 'InvalidOperationException: Thirteen'")).ShouldBe(1);
        (await bank.Count("messages where dead_at is not null")).ShouldBe(1);
        (await bank.Count("messages")).ShouldBe(2);
    }

    [Fact]
    public async Task a_claim_that_ran_out_is_taken_over_and_the_late_commit_is_refused()
    {
        var account = await bank.Open();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        Exception? late = null;
        bank.Pays = async (_, delivery, ct) =>
        {
            var session = delivery.OpenSession();
            session.Append<Account>(account, ExpectedVersion.Any, new Deposited(1));
            begun.SetResult();
            await go.Task;
            late = await Record.ExceptionAsync(() => session.Commit(ct));
            throw late!;
        };
        await using var other = bank.AnotherNode();
        await bank.Send(new Pay(account, 100));
        var first = bank.Workers.RunOnce();
        await begun.Task.WaitAsync(Patience);
        (await other.Workers.RunOnce()).ShouldBe(0);
        await bank.Ask("update messages set claimed_until = $1", bank.Clock.Now); // the node was cut off, so nobody renewed it

        var attempt = 0;
        var handler = other.Pays;
        other.Pays = (pay, delivery, ct) =>
        {
            attempt = delivery.Attempt;
            return handler(pay, delivery, ct);
        };
        (await other.Workers.RunOnce()).ShouldBe(1);
        go.SetResult();
        await first.WaitAsync(Patience);

        attempt.ShouldBe(2);
        late.ShouldBeOfType<ClaimLostException>();
        (await bank.Load(account)).State.Balance.ShouldBe(100);
        (await bank.Count("messages")).ShouldBe(0);
    }

    [Fact]
    public async Task a_claim_is_renewed_while_its_handler_runs_also_when_another_commit_is_held_up()
    {
        var account = await bank.Open();
        var (begun, go) = (new CountdownEvent(2), new TaskCompletionSource());
        var handler = bank.Pays;
        bank.Pays = async (pay, delivery, ct) =>
        {
            begun.Signal();
            await go.Task;
            await handler(pay, delivery, ct);
        };
        await bank.Send(new Pay(account, 1), new Pay(account, 2));
        var running = bank.Workers.RunOnce();
        await Task.Run(() => begun.Wait(Patience));

        // A commit that holds the row of one message and waits for something else.
        await using var connection = await bank.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("select 1 from messages where body ->> 'amount' = '1' for update", connection))
        {
            await hold.ExecuteScalarAsync();
        }

        for (var minute = 0; minute < 3; minute++)
        {
            bank.Clock.Advance(TimeSpan.FromSeconds(20));
            await Until("select 1 from messages where body ->> 'amount' = '2' and claimed_until = $1", bank.Clock.Now + TimeSpan.FromSeconds(30));
        }

        await using var other = bank.AnotherNode();
        (await other.Workers.RunOnce()).ShouldBe(0);
        await transaction.RollbackAsync();
        go.SetResult();
        await running.WaitAsync(Patience);
        (await bank.Load(account)).State.Balance.ShouldBe(3);
    }

    [Fact]
    public async Task a_handler_whose_claim_was_lost_is_told_so()
    {
        var begun = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        bank.Pays = async (_, _, ct) =>
        {
            using var told = ct.Register(stopped.SetResult);
            begun.SetResult();
            await stopped.Task;
            ct.ThrowIfCancellationRequested();
        };
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        var running = bank.Workers.RunOnce();
        await begun.Task.WaitAsync(Patience);
        await bank.Ask("update messages set claim = gen_random_uuid()");
        bank.Clock.Advance(TimeSpan.FromSeconds(10));

        await running.WaitAsync(Patience);
        (await bank.Count("messages where claim is not null")).ShouldBe(1);
    }

    [Fact]
    public async Task one_that_is_dead_is_told_of_and_comes_again_when_it_is_replayed()
    {
        var account = await bank.Open();
        var told = new List<(Pay, string, string)>();
        var handle = bank.Pays;
        bank.Pays = (_, _, _) => throw new InvalidOperationException("No luck");
        bank.PayDied = (pay, tenantId, reason) =>
        {
            told.Add((pay, tenantId, reason));
            throw new InvalidOperationException("Nobody listens");
        };
        await bank.Send(new Pay(account, 1));
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await bank.Workers.RunOnce();
            bank.Clock.Advance(TimeSpan.FromHours(1));
        }

        told.ShouldBe([(new Pay(account, 1), Tenant, "InvalidOperationException: No luck")]);
        (await bank.Count("messages where dead_at is not null")).ShouldBe(1);

        bank.Pays = handle;
        var session = bank.Session();
        session.ReplayDead("account", account);
        await session.Commit(default);
        (await bank.Workers.RunOnce()).ShouldBe(1);
        (await bank.Load(account)).State.Balance.ShouldBe(1);
    }

    [Fact]
    public async Task what_never_comes_to_an_end_is_dead_after_the_last_attempt()
    {
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        await bank.Ask("update messages set attempts = 5, claim = gen_random_uuid(), claimed_until = $1", bank.Clock.Now);
        await bank.Workers.RunOnce();

        (await bank.Ask("select last_error from messages where dead_at is not null")).ShouldNotBeNull().ShouldContain("Not one of 5 attempts");
    }

    [Fact]
    public async Task some_that_together_never_come_to_an_end_are_dead_after_the_last_attempt_too()
    {
        var together = 0;
        bank.PaysTogether = (payments, _, _) =>
        {
            together = Math.Max(together, payments.Count);
            return Task.CompletedTask;
        };
        await bank.Send(new PayTogether(Guid.NewGuid(), 1), new PayTogether(Guid.NewGuid(), 2), new PayTogether(Guid.NewGuid(), 3));
        await bank.Ask(
            "update messages set attempts = case body ->> 'amount' when '1' then 5 else 4 end, claim = gen_random_uuid(), claimed_until = $1",
            bank.Clock.Now);
        await bank.Workers.RunOnce();

        (await bank.List("select body ->> 'amount' from messages where dead_at is not null")).ShouldBe(["1"]);
        together.ShouldBe(1); // the last attempt is made alone: it may be another one that ends the node
        (await bank.Count("messages")).ShouldBe(1);
    }

    [Fact]
    public async Task one_that_somebody_else_has_handled_meanwhile_is_not_told_of_as_dead()
    {
        var account = await bank.Open();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var told = 0;
        bank.PayDied = (_, _, _) => Task.FromResult(told++);
        bank.Pays = async (_, _, _) =>
        {
            begun.SetResult();
            await go.Task;
            throw new ArgumentException("Nobody retries this", "amount");
        };
        await using var other = bank.AnotherNode();
        await bank.Send(new Pay(account, 100));
        var first = bank.Workers.RunOnce();
        await begun.Task.WaitAsync(Patience);
        await bank.Ask("update messages set claimed_until = $1", bank.Clock.Now); // the node was cut off, so nobody renewed it
        (await other.Workers.RunOnce()).ShouldBe(1);
        go.SetResult();
        await first.WaitAsync(Patience);

        (await bank.Load(account)).State.Balance.ShouldBe(100);
        told.ShouldBe(0);
    }

    [Fact]
    public async Task one_whose_handler_fails_after_its_commit_is_not_told_of_as_dead()
    {
        var told = 0;
        bank.PayDied = (_, _, _) => Task.FromResult(told++);
        bank.Pays = async (_, delivery, ct) =>
        {
            await delivery.OpenSession().Commit(ct);
            throw new ArgumentException("Too late to fail", "amount");
        };
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        await bank.Workers.RunOnce();

        (await bank.Count("messages")).ShouldBe(0);
        told.ShouldBe(0);
    }

    [Fact]
    public async Task a_batch_that_was_taken_apart_is_not_stopped_because_some_of_it_has_ended()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var attempts = new List<int>();
        bank.PaysTogether = async (payments, _, ct) =>
        {
            if (payments.Count > 1)
            {
                throw new InvalidOperationException("Not together");
            }

            attempts.Add(payments[0].Amount);
            if (attempts.Count == 2)
            {
                begun.SetResult();
                await go.Task.WaitAsync(ct);
            }
        };
        await bank.Send(new PayTogether(Guid.NewGuid(), 1), new PayTogether(Guid.NewGuid(), 2));
        var running = bank.Workers.RunOnce();
        await begun.Task.WaitAsync(Patience);
        bank.Clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAny(running, Until("select 1 from messages where claimed_until = $1", bank.Clock.Now + TimeSpan.FromSeconds(30)));
        running.IsCompleted.ShouldBeFalse();
        go.SetResult();
        await running.WaitAsync(Patience);

        attempts.Count.ShouldBe(2);
        (await bank.Count("messages")).ShouldBe(0);
    }

    [Fact]
    public async Task what_was_put_on_record_before_the_end_stays_when_the_end_fails()
    {
        var account = await bank.Open();
        bank.Pays = async (_, delivery, ct) =>
        {
            var intent = delivery.OpenIntermediateSession();
            intent.Append<Account>(account, ExpectedVersion.Any, new Deposited(1));
            await intent.Commit(ct);
            delivery.IsCompleted.ShouldBeFalse();
            if (delivery.Attempt == 1)
            {
                throw new InvalidOperationException("The provider did not answer.");
            }

            var result = delivery.OpenSession();
            result.Append<Account>(account, ExpectedVersion.Any, new Deposited(10));
            await result.Commit(ct);
            delivery.IsCompleted.ShouldBeTrue();
            Should.Throw<InvalidOperationException>(() => delivery.OpenSession().Commit(ct));
        };
        await bank.Send(new Pay(account, 1));
        await bank.Workers.RunOnce();
        bank.Clock.Advance(TimeSpan.FromMinutes(1));
        await bank.Workers.RunOnce();

        (await bank.Load(account)).State.Balance.ShouldBe(12);
        (await bank.Count("messages")).ShouldBe(0);
    }

    [Fact]
    public async Task a_handler_that_commits_nothing_has_handled_it()
    {
        bank.Pays = (_, _, _) => Task.CompletedTask;
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        await bank.Workers.RunOnce();
        (await bank.Count("messages")).ShouldBe(0);
    }

    [Fact]
    public async Task the_longest_due_go_first()
    {
        var amounts = new ConcurrentQueue<int>();
        bank.Pays = (pay, _, _) =>
        {
            amounts.Enqueue(pay.Amount);
            return Task.CompletedTask;
        };
        foreach (var amount in new[] { 3, 1, 2 })
        {
            var session = bank.Session();
            session.Send(new Pay(Guid.NewGuid(), amount), bank.Clock.Now.AddMinutes(amount));
            await session.Commit(default);
        }

        bank.Clock.Advance(TimeSpan.FromMinutes(5));
        while (await bank.Workers.RunOnce(limit: 1) > 0)
        {
            // One at a time.
        }

        amounts.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task urgent_ones_go_before_those_that_are_due_for_longer()
    {
        var order = await HandledOneByOne((Priority.Background, 0), (Priority.Normal, 1), (Priority.Normal, 2), (Priority.Urgent, 3));
        order.ShouldBe([3, 1, 2, 0]);
    }

    [Fact]
    public async Task urgent_ones_of_one_tenant_do_not_wait_for_others_of_another_that_were_claimed_with_them()
    {
        var order = new List<int>();
        await using var node = bank.AnotherNode(new QueueOptions { Concurrency = 1 });
        node.Pays = (pay, _, _) =>
        {
            order.Add(pay.Amount);
            return Task.CompletedTask;
        };
        foreach (var (tenant, priority, amount) in new[]
        {
            (Tenant, Priority.Urgent, 1), (Tenant, Priority.Normal, 3), (Tenant, Priority.Normal, 4), ("other", Priority.Urgent, 2),
        })
        {
            var session = bank.Store.OpenSession(tenant);
            session.Send(new Pay(Guid.NewGuid(), amount), priority: priority);
            await session.Commit(default);
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        (await node.Workers.RunOnce()).ShouldBe(4);
        order.ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task a_flood_of_urgent_ones_does_not_starve_the_others()
    {
        var order = await HandledOneByOne([(Priority.Background, -1), (Priority.Normal, -2), .. Enumerable.Range(0, 40).Select(i => (Priority.Urgent, i))]);
        order.IndexOf(-1).ShouldBeLessThan(10);
        order.IndexOf(-2).ShouldBeLessThan(20);
        order.Where(amount => amount >= 0).ShouldBeInOrder();
    }

    [Fact]
    public async Task floods_from_both_ends_do_not_starve_the_middle()
    {
        var order = await HandledOneByOne(
        [
            (Priority.Normal, -1), .. Enumerable.Range(0, 40).Select(i => (Priority.Urgent, i)),
            .. Enumerable.Range(0, 40).Select(i => (Priority.Background, i)),
        ]);
        order.IndexOf(-1).ShouldBeLessThan(20);
    }

    async Task<List<int>> HandledOneByOne(params (Priority Priority, int Amount)[] sent)
    {
        var order = new List<int>();
        bank.Pays = (pay, _, _) =>
        {
            order.Add(pay.Amount);
            return Task.CompletedTask;
        };
        foreach (var (priority, amount) in sent)
        {
            var session = bank.Session();
            session.Send(new Pay(Guid.NewGuid(), amount), priority: priority);
            await session.Commit(default);
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        while (await bank.Workers.RunOnce("single", limit: 1) > 0)
        {
            // One at a time.
        }

        return order;
    }

    async Task Until(string question, object value)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await bank.Ask(question, value) is null)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
