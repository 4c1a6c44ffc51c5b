using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;

namespace Campaigns.Engine.Tests.Messages;

[Collection("postgres")]
public sealed class receiving_the_same_message_again(PostgresFixture postgres) : IAsyncLifetime
{
    static readonly Guid Id = Guid.NewGuid();

    TestEngine bank = null!;
    Guid account;

    public async Task InitializeAsync()
    {
        bank = await TestEngine.Start(postgres);
        account = await bank.Open();
    }

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task after_it_was_handled_changes_nothing()
    {
        await Receive(new Pay(account, 5));
        (await bank.Workers.RunOnce()).ShouldBe(1);
        await Receive(new Pay(account, 5));
        (await bank.Workers.RunOnce()).ShouldBe(0);

        (await bank.Load(account)).State.Balance.ShouldBe(5);
        (await bank.Ask("select body::text from messages where handled_at is not null")).ShouldBe("{}"); // no more than its id is remembered
    }

    [Fact]
    public async Task among_others_that_are_handled_together_changes_nothing()
    {
        for (var time = 0; time < 2; time++)
        {
            var session = bank.Session();
            session.Send(new PayTogether(account, 1), id: Id);
            session.Send(new PayTogether(account, 10));
            session.Send(new PayTogether(account, 100));
            await session.Commit(default);
            await bank.Workers.RunOnce();
        }

        (await bank.Load(account)).State.Balance.ShouldBe(221);
        (await bank.Count("messages where handled_at is null")).ShouldBe(0);
    }

    [Fact]
    public async Task while_its_handler_commits_changes_nothing()
    {
        // The handler has done everything but is not yet visible when the same message arrives, and is only then committed.
        var (begun, received) = (new TaskCompletionSource(), new TaskCompletionSource());
        bank.Pays = async (pay, delivery, ct) =>
        {
            var session = delivery.OpenSession();
            session.Append<Account>(pay.Account, ExpectedVersion.Any, new Deposited(pay.Amount));
            session.Sql.Add("select pg_advisory_xact_lock(77)");
            begun.SetResult();
            await session.Commit(ct);
        };
        await Receive(new Pay(account, 5));
        await using var gate = await bank.Database.OpenConnectionAsync();
        await using (var closed = new Npgsql.NpgsqlCommand("select pg_advisory_lock(77)", gate))
        {
            await closed.ExecuteNonQueryAsync();
        }

        var handling = bank.Workers.RunOnce();
        await begun.Task.WaitAsync(TestEngine.Patience);
        await WaitingFor("advisory", 1);
        var again = Receive(new Pay(account, 5));
        await WaitingFor("transactionid", 1); // the second one waits to learn what becomes of the first
        await using (var open = new Npgsql.NpgsqlCommand("select pg_advisory_unlock(77)", gate))
        {
            await open.ExecuteNonQueryAsync();
        }

        await again.WaitAsync(TestEngine.Patience);
        await handling.WaitAsync(TestEngine.Patience);
        (await bank.Workers.RunOnce()).ShouldBe(0);
        (await bank.Load(account)).State.Balance.ShouldBe(5);
    }

    [Fact]
    public async Task by_two_nodes_at_once_is_one_message()
    {
        await using var other = bank.AnotherNode();
        for (var round = 0; round < 20; round++)
        {
            var id = Guid.NewGuid();
            await Task.WhenAll(new[] { bank, other, bank, other }.Select(node => Task.Run(async () =>
            {
                var session = node.Session();
                session.Send(new Pay(account, 1), id: id);
                await session.Commit(default);
                await node.Workers.RunOnce("single");
            })));
        }

        while (await bank.Workers.RunOnce("single") > 0)
        {
            // What a node was too early for.
        }

        (await bank.Load(account)).State.Balance.ShouldBe(20);
    }

    [Fact]
    public async Task is_noticed_for_as_long_as_was_asked_for_and_no_longer()
    {
        await Receive(new Pay(account, 5));
        await bank.Workers.RunOnce("single");
        bank.Clock.Advance(TimeSpan.FromHours(5.5));
        await HouseKeeping();
        (await bank.Count("messages where id = '" + Id + "'")).ShouldBe(1);

        bank.Clock.Advance(TimeSpan.FromHours(1));
        await HouseKeeping();
        (await bank.Count("messages where id = '" + Id + "'")).ShouldBe(0);
        await Receive(new Pay(account, 5));
        (await bank.Workers.RunOnce("single")).ShouldBe(1);

        async Task HouseKeeping()
        {
            await bank.Schedules.SendNext(default);
            bank.Clock.Advance(TimeSpan.FromMinutes(10));
            (await bank.Workers.RunOnce("housekeeping")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task is_passed_over_by_a_node_of_the_version_before()
    {
        await Receive(new Pay(account, 5));
        await bank.Workers.RunOnce();

        // What the version before claims by.
        (await bank.Count("messages where queue = 'single' and dead_at is null and due <= now() + interval '100 years'")).ShouldBe(0);
    }

    [Fact]
    public async Task after_a_node_of_the_version_before_has_handled_it_changes_nothing()
    {
        await Receive(new Pay(account, 5));
        await bank.Ask("update messages set claim = id, claimed_until = now()");
        await bank.Ask("select complete_messages(array[$1], $1)", Id); // its statement
        await Receive(new Pay(account, 5));

        (await bank.Workers.RunOnce("single")).ShouldBe(0);
    }

    async Task Receive(object message)
    {
        var session = bank.Session();
        session.Send(message, id: Id);
        await session.Commit(default);
    }

    async Task WaitingFor(string lockType, int count)
    {
        using var patience = new CancellationTokenSource(TestEngine.Patience);
        while (await bank.Ask(
            "select count(*) from pg_locks l join pg_stat_activity a using (pid) where l.locktype = $1 and not l.granted and a.datname = current_database()",
            lockType) != count.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
