using System.Collections.Concurrent;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Attributes;
using Wolverine.Marten;
using Wolverine.Runtime;

namespace Campaigns.Server.Tests.Storage;

[MessageIdentity("collect")]
public sealed record Collect(Guid Account, int Amount);

/// <summary>What happens while collections are being handled, before their commit, and which of them were handled together.</summary>
public sealed class Collecting
{
    public Func<Collect[], Task> Happens { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<Collect[]> Handled { get; } = [];
}

public static class CollectTogether
{
    public static async Task Handle(Collect[] messages, IDocumentSession session, Collecting collecting)
    {
        collecting.Handled.Enqueue(messages);
        foreach (var message in messages)
        {
            session.Append<Account>(message.Account, ExpectedVersion.MustNotExist, new Deposited(message.Amount)); // twice comes to the same
        }

        await collecting.Happens(messages);
    }
}

public static class CollectAlone
{
    public static Task Handle(Collect message, IDocumentSession session, Collecting collecting) => CollectTogether.Handle([message], session, collecting);
}

/// <summary>Messages of which several are handled in one commit, and one of them or their process fails.</summary>
[Collection("waiting")]
public sealed class several_messages_in_one_commit(PostgresFixture postgres) : IAsyncLifetime
{
    const int Together = 20;
    const string Waiting = "select count(*) from wolverine_incoming_envelopes where message_type = 'collect' and status <> 'Handled'";

    readonly Collecting collecting = new();
    readonly List<Bank> banks = [];
    string database = "";

    public async Task InitializeAsync() => database = await postgres.NewDatabase();

    public async Task DisposeAsync()
    {
        foreach (var bank in banks)
        {
            await bank.DisposeAsync();
        }
    }

    [Fact]
    public async Task are_handled_each_once_but_for_one_that_cannot_be_which_is_tried_again_alone_and_then_dead()
    {
        var bank = await Begin(retries: 2);
        var bad = Guid.CreateVersion7();
        collecting.Happens = messages => messages.Any(message => message.Account == bad)
            ? Task.FromException(new InvalidOperationException("Nobody expected this"))
            : Task.CompletedTask;

        await Send(bank, [.. Accounts(Together - 1), bad]);
        await Until(async () => await bank.Number("select count(*) from wolverine_dead_letters") > 0 && await bank.Number(Waiting) == 0);

        (await bank.Rows("select message_type, exception_message from wolverine_dead_letters")).ShouldBe(["(collect,\"Nobody expected this\")"]);
        (await bank.Number("select count(*) from balances where balance = 1 and facts = 1")).ShouldBe(Together - 1);
        (await bank.Number("select count(*) from wolverine_incoming_envelopes where message_type = 'collect'")).ShouldBe(Together - 1, "all marked as handled");
        collecting.Handled.Count(messages => messages.Length > 1 && messages.Any(message => message.Account == bad)).ShouldBe(1, "or nobody was beside it");
        collecting.Handled.Count(messages => messages.Length == 1 && messages[0].Account == bad).ShouldBe(3, "once, and two times more");
    }

    [Fact]
    public async Task wait_for_the_database_together_when_it_is_away()
    {
        var bank = await Begin(retries: 5);
        var times = 0;
        collecting.Happens = _ => Interlocked.Increment(ref times) <= 2
            ? Task.FromException(new Npgsql.NpgsqlException("Gone", new IOException()))
            : Task.CompletedTask;

        await Send(bank, Accounts(Together));
        await Until(async () => await bank.Number("select count(*) from balances") == Together && await bank.Number(Waiting) == 0);

        collecting.Handled.ShouldAllBe(messages => messages.Length > 1);
        (await bank.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
    }

    [Fact]
    public async Task are_done_also_where_one_of_them_is_in_other_hands_when_all_fail()
    {
        var bank = await Begin(retries: 5);
        var times = 0;
        collecting.Happens = async _ =>
        {
            if (Interlocked.Increment(ref times) == 1)
            {
                await bank.Run("update wolverine_incoming_envelopes set owner_id = 4711 where id = (select id from wolverine_incoming_envelopes where message_type = 'collect' limit 1)");
                throw new Npgsql.NpgsqlException("Gone", new IOException());
            }
        };

        await Send(bank, Accounts(Together));
        await Until(async () => await bank.Number("select count(*) from balances") == Together && await bank.Number(Waiting) == 0);

        collecting.Handled.First().Length.ShouldBe(Together);
        (await bank.Number("select count(*) from balances where balance = 1 and facts = 1")).ShouldBe(Together);
        (await bank.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
    }

    [Fact]
    public async Task are_left_alone_while_they_are_handled_or_wait_and_done_where_nobody_has_them_in_hand()
    {
        var (bank, middle, end) = (await Begin(retries: 3), new TaskCompletionSource(), new TaskCompletionSource());
        collecting.Happens = _ =>
        {
            middle.TrySetResult();
            return end.Task;
        };
        var node = bank.Services.GetRequiredService<IWolverineRuntime>().DurabilitySettings.AssignedNodeNumber;
        var (clock, sweep) = messages_that_nobody_has_in_hand.Sweep(bank.Services);
        var owned = $"select count(*) from wolverine_incoming_envelopes where message_type = 'collect' and status = 'Incoming' and owner_id = {node}";

        await Send(bank, Accounts(5 * Together));
        await middle.Task.WaitAsync(Bank.Patience);
        await Look();
        (await bank.Number(owned)).ShouldBe(5 * Together, "all are in hand");

        end.SetResult();
        await Until(async () => await bank.Number(Waiting) == 0);
        // As after a commit whose answer was lost: the row is there, and no queue heard of it.
        await Send(bank, Accounts(1), new DeliveryOptions { ScheduledTime = DateTimeOffset.UtcNow.AddHours(1) });
        (await bank.Run($"update wolverine_incoming_envelopes set status = 'Incoming', owner_id = {node} where message_type = 'collect' and status = 'Scheduled'")).ShouldBe(1);
        await Look();
        await Until(async () => await bank.Number("select count(*) from balances") == 5 * Together + 1 && await bank.Number(Waiting) == 0);

        async Task Look()
        {
            await sweep.RunOnce(node, CancellationToken.None);
            clock.Advance(ForgottenMessages.Patience);
            await sweep.RunOnce(node, CancellationToken.None);
        }
    }

    /// <summary>As after the death of the first node: what it had in hand waits in the table under a number that no node has.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task are_all_done_by_another_node_when_theirs_dies_in_the_middle(bool aloneByThen)
    {
        var (bank, middle, end) = (await Begin(retries: 3, dies: true), new TaskCompletionSource(), new TaskCompletionSource());
        collecting.Happens = async messages =>
        {
            if (aloneByThen && messages.Length > 1)
            {
                throw new InvalidOperationException("Nobody expected this");
            }

            middle.TrySetResult();
            await end.Task;
        };

        try
        {
            await Send(bank, Accounts(Together));
            await middle.Task.WaitAsync(Bank.Patience);
            (await bank.Number(Waiting)).ShouldBe(Together, "nothing is marked before it is done");
            (await bank.Run("update wolverine_incoming_envelopes set owner_id = 4711 where message_type = 'collect'")).ShouldBe(Together);
            var other = await Begin(retries: 3, new Collecting());
            await Until(async () => await other.Number("select count(*) from balances") == Together && await other.Number(Waiting) == 0);
        }
        finally
        {
            end.SetResult();
        }

        (await bank.Number("select count(*) from balances where balance = 1 and facts = 1")).ShouldBe(Together);
        (await bank.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
    }

    /// <summary>Nobody knows which of them kills: after half of the times that one may, they are tried one by one.</summary>
    [Fact]
    public async Task are_tried_alone_when_their_processes_died_again_and_again_and_the_one_that_kills_is_dead()
    {
        var (bank, middle, end) = (await Begin(retries: 3, dies: true), new TaskCompletionSource(), new TaskCompletionSource());
        collecting.Happens = _ =>
        {
            middle.TrySetResult();
            return end.Task;
        };
        var second = new Collecting();
        try
        {
            await Send(bank, Accounts(Together));
            await middle.Task.WaitAsync(Bank.Patience);
            await bank.Run("insert into crash_suspects select id, 4 from wolverine_incoming_envelopes where message_type = 'collect'");
            await bank.Run("update crash_suspects set starts = 9 where message_id = (select message_id from crash_suspects order by 1 limit 1)");
            await bank.Run("update wolverine_incoming_envelopes set owner_id = 4711 where message_type = 'collect'");
            var other = await Begin(retries: 3, second);
            await Until(async () => await other.Number("select count(*) from balances") == Together - 1 && await other.Number(Waiting) == 0);
        }
        finally
        {
            end.SetResult();
        }

        (await bank.Texts("select exception_message from wolverine_dead_letters"))
            .ShouldBe(["It was begun 10 times, and each time the process died before it ended."]);
        second.Handled.ShouldAllBe(messages => messages.Length == 1);
        (await bank.Number("select count(*) from crash_suspects")).ShouldBe(0, "whose handler ended is no suspect any more");
    }

    static Guid[] Accounts(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    /// <param name="dies">It is about to, and takes up nothing that others leave behind.</param>
    async Task<Bank> Begin(int retries, Collecting? by = null, bool dies = false)
    {
        var bank = Bank.Build(
            database,
            workers: true,
            module =>
            {
                module.Services.AddSingleton(by ?? collecting);
                module.HandleMany<Collect>("collections", Together, typeof(CollectTogether), typeof(CollectAlone));
            },
            wolverine =>
            {
                if (dies)
                {
                    wolverine.Durability.Mode = DurabilityMode.Solo;
                    wolverine.Durability.DurabilityAgentEnabled = false;
                }
            },
            options =>
            {
                options.RetryAfter = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(10), retries)];
                options.FirstPoll = TimeSpan.FromSeconds(1);
            });
        banks.Add(bank);
        if (banks.Count == 1)
        {
            await bank.Migrator.Migrate(default);
            await bank.Run(Storage.Balances.Table);
        }

        await bank.Start();
        return bank;
    }

    /// <summary>In one commit: they come into the queue at once.</summary>
    static async Task Send(Bank bank, Guid[] accounts, DeliveryOptions? delivery = null)
    {
        await using var session = bank.Session();
        var outbox = new MartenOutbox(bank.Services.GetRequiredService<IWolverineRuntime>(), session) { TenantId = Bank.Tenant };
        foreach (var account in accounts)
        {
            await outbox.PublishAsync(new Collect(account, 1), delivery);
        }

        await session.SaveChangesAsync();
    }

    static async Task Until(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Bank.Patience);
        while (!await isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
