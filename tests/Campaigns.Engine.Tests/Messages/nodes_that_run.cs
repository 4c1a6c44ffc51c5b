using System.Collections.Concurrent;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Messages;

/// <summary>The clock stands still: nothing here is found by looking now and then, everything by being woken.</summary>
[Collection("postgres")]
public sealed class nodes_that_run(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task a_message_wakes_the_node_that_sent_it()
    {
        var handled = HandledBy(bank, 1);
        await using var running = await bank.Run();
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        await handled.WaitAsync(Patience);
    }

    [Fact]
    public async Task a_message_sent_on_one_node_wakes_another()
    {
        await using var other = bank.AnotherNode();
        var handled = HandledBy(other, 1);
        await using var running = await other.Run();
        await using var sending = new Notifier(bank);
        await Hears(other);
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        await handled.WaitAsync(Patience);
    }

    [Fact]
    public async Task nothing_is_lost_when_postgres_ends_every_connection()
    {
        await bank.DisposeAsync();
        bank = await TestEngine.Start(await postgres.NewDatabase()); // whose connections are nobody else's
        await using var other = bank.AnotherNode();
        await using var running = await other.Run();
        await using var sending = new Notifier(bank);
        for (var round = 0; round < 3; round++)
        {
            var handled = HandledBy(other, 50);
            await Hears(other);
            await bank.Send([.. Enumerable.Range(0, 50).Select(_ => new Pay(Guid.NewGuid(), 1))]);
            await bank.Ask("select count(pg_terminate_backend(pid)) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()");
            await Drive(handled);
        }

        await Drive(Emptied());
        (await bank.Count("mt_events")).ShouldBe(150);

        async Task Emptied()
        {
            using var patience = new CancellationTokenSource(Patience);
            for (var waiting = 1L; waiting > 0;)
            {
                patience.Token.ThrowIfCancellationRequested();
                try
                {
                    waiting = await bank.Count("messages");
                }
                catch (Npgsql.NpgsqlException)
                {
                    // A connection of the pool that was ended.
                }
            }
        }
    }

    [Fact]
    public async Task a_clean_stop_gives_back_what_no_handler_has_begun()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var other = bank.AnotherNode(new QueueOptions { Concurrency = 1, Prefetch = 50 });
        other.Pays = async (_, _, ct) =>
        {
            begun.TrySetResult();
            await go.Task.WaitAsync(ct);
        };
        await bank.Send([.. Enumerable.Range(0, 20).Select(_ => new Pay(Guid.NewGuid(), 1))]);
        var running = await other.Run();
        await begun.Task.WaitAsync(Patience);
        (await bank.Count("messages where claim is not null and attempts = 1")).ShouldBe(20);

        var stopped = running.DisposeAsync();
        go.SetResult();
        await stopped.AsTask().WaitAsync(Patience);
        (await bank.Count("messages where claim is null and attempts = 0")).ShouldBe(19);
        (await bank.Count("messages")).ShouldBe(19);
    }

    [Fact]
    public async Task a_handler_that_does_not_end_in_time_is_stopped_with_its_node_and_its_message_given_back()
    {
        var begun = new TaskCompletionSource();
        await using var node = bank.AnotherNode();
        node.Pays = async (_, _, ct) =>
        {
            begun.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(ct);
        };
        await bank.Send(new Pay(Guid.NewGuid(), 1));
        var running = await node.Run();
        await begun.Task.WaitAsync(Patience);

        var stopped = running.DisposeAsync().AsTask();
        await Drive(stopped);

        (await bank.List("select claim, attempts, dead_at from messages")).ShouldBe([" | 1 | "]);
    }

    [Fact]
    public async Task a_backlog_is_taken_into_memory_only_as_far_as_there_are_places()
    {
        const int places = 2 + 10;
        var (begun, go) = (new CountdownEvent(2), new TaskCompletionSource());
        await using var node = bank.AnotherNode(new QueueOptions { Concurrency = 2, Prefetch = 10 });
        var handled = HandledBy(node, 300);
        var handle = node.Pays;
        node.Pays = async (pay, delivery, ct) =>
        {
            if (!begun.IsSet)
            {
                begun.Signal();
            }

            await go.Task;
            await handle(pay, delivery, ct);
        };
        await bank.Send([.. Enumerable.Range(0, 300).Select(_ => new Pay(Guid.NewGuid(), 1))]);
        await using var running = await node.Run();
        await Task.Run(() => begun.Wait(Patience));

        for (var look = 0; look < 20; look++)
        {
            bank.Notifications.Publish(["queue:single"]);
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            (await bank.Count("messages where claim is not null")).ShouldBeLessThanOrEqualTo(places);
        }

        go.SetResult();
        await Drive(handled);
    }

    [Fact]
    public async Task those_that_nodes_died_with_repeatedly_are_held_only_as_far_as_handlers_have_them_in_hand()
    {
        // One of them may be what ended the nodes: with each attempt it would take all others a step closer to their last.
        var (begun, go) = (new CountdownEvent(2), new TaskCompletionSource());
        await using var node = bank.AnotherNode(new QueueOptions { Concurrency = 2, Prefetch = 100 });
        var handled = HandledBy(node, 30);
        var handle = node.Pays;
        node.Pays = async (pay, delivery, ct) =>
        {
            if (!begun.IsSet)
            {
                begun.Signal();
            }

            await go.Task;
            await handle(pay, delivery, ct);
        };
        await bank.Send([.. Enumerable.Range(0, 30).Select(_ => new Pay(Guid.NewGuid(), 1))]);
        await bank.Ask("update messages set attempts = 2, lost = 1, claim = gen_random_uuid(), claimed_until = $1", bank.Clock.Now);

        await using var running = await node.Run();
        await Task.Run(() => begun.Wait(Patience));
        for (var look = 0; look < 10; look++)
        {
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            await Drive(bank.Ask("select 1"));
            (await bank.Count("messages where claim is not null")).ShouldBeInRange(2, 30);
            (await bank.Count("messages where attempts > 3")).ShouldBe(0);
        }

        await Until("select 1 where (select count(*) from messages where claim is null and attempts = 2 and lost = 2) = 28");
        go.SetResult();
        await Drive(handled);
    }

    [Fact]
    public async Task a_queue_with_a_few_places_goes_on_until_it_is_empty()
    {
        await using var small = bank.AnotherNode(new QueueOptions { Concurrency = 2, Prefetch = 0 });
        var handled = HandledBy(small, 300);
        await bank.Send([.. Enumerable.Range(0, 300).Select(_ => new Pay(Guid.NewGuid(), 1))]);
        await using var running = await small.Run();
        await handled.WaitAsync(Patience);
    }

    [Fact]
    public async Task a_message_of_another_kind_does_not_wait_behind_a_long_handler()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var node = bank.AnotherNode();
        node.PaysTogether = async (payments, _, ct) =>
        {
            begun.TrySetResult();
            await go.Task.WaitAsync(ct);
        };
        var handled = HandledBy(node, 20);
        await bank.Send(new PayTogether(Guid.NewGuid(), 1));
        for (var i = 0; i < 20; i++)
        {
            await bank.Send(new Pay(Guid.NewGuid(), 1), new PayTogether(Guid.NewGuid(), 1));
        }

        await bank.Ask("update messages set queue = 'many'");
        await using var running = await node.Run();
        await begun.Task.WaitAsync(Patience);
        await handled.WaitAsync(Patience);
        go.SetResult();
    }

    [Fact]
    public async Task a_subscriber_that_throws_harms_no_commit_and_no_other_subscriber()
    {
        var heard = 0;
        using var bad = bank.Notifications.Subscribe("balances", () => throw new InvalidOperationException());
        using var good = bank.Notifications.Subscribe("balances", () => heard++);
        await bank.Open(new Deposited(1));
        heard.ShouldBe(1);
    }

    static Task HandledBy(TestEngine node, int count)
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count;
        var handled = new ConcurrentDictionary<Guid, bool>();
        node.Pays = async (pay, delivery, ct) =>
        {
            var session = delivery.OpenSession();
            session.Append<Account>(pay.Account, ExpectedVersion.Any, new Deposited(pay.Amount));
            await session.Commit(ct);
            if (handled.TryAdd(delivery.MessageId, true) && Interlocked.Decrement(ref left) == 0)
            {
                all.SetResult();
            }
        };
        return all.Task;
    }

    async Task Until(string question)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await bank.Ask(question) is null)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    // Moves the time as long as something takes: what connections broke is tried again or found by looking.
    async Task Drive(Task until)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!until.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            await Ask();
        }

        await until;

        async Task Ask()
        {
            try
            {
                await bank.Ask("select pg_sleep(0.005)");
            }
            catch (Npgsql.NpgsqlException)
            {
                // Its connection was ended too.
            }
        }
    }

    async Task Hears(TestEngine node)
    {
        var heard = new TaskCompletionSource();
        using var subscription = node.Notifications.Subscribe("hello", () => heard.TrySetResult());
        using var patience = new CancellationTokenSource(Patience);
        while (!heard.Task.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            bank.Notifications.Publish(["hello"]);
            await Drive(bank.Ask("select 1"));
        }
    }

    /// <summary>A node that only sends: it tells the others, but its workers do not run.</summary>
    sealed class Notifier : IAsyncDisposable
    {
        readonly TestEngine node;

        public Notifier(TestEngine node)
        {
            this.node = node;
            _ = node.Notifications.StartAsync(CancellationToken.None);
        }

        public async ValueTask DisposeAsync() => await node.Notifications.StopAsync(CancellationToken.None);
    }
}
