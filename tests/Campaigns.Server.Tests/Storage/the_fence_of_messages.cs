using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Attributes;
using Wolverine.Runtime;
using Wolverine.Runtime.Serialization;
using Wolverine.Transports;

namespace Campaigns.Server.Tests.Storage;

[MessageIdentity("pay")]
public sealed record Pay(Guid Account, int Amount);

/// <summary>What happens while a payment is being handled, before its commit.</summary>
public sealed class Meanwhile
{
    public Func<Envelope, Task> Happens { get; set; } = _ => Task.CompletedTask;

    public int Handled { get; set; }

    /// <summary>What happens to who is told that a payment is dead.</summary>
    public Func<Task> Mourns { get; set; } = () => Task.CompletedTask;

    public int Told { get; set; }
}

/// <summary>Tells that a payment is dead.</summary>
public sealed record Mourn(Guid Account, Guid Message, string Reason);

public static class MournHandler
{
    public static async Task Handle(Mourn command, IDocumentSession session, Meanwhile meanwhile)
    {
        meanwhile.Told++;
        session.Append<Account>(command.Account, ExpectedVersion.Any, new AccountOpened(command.Reason));
        await meanwhile.Mourns();
    }
}

public static class PayHandler
{
    public static async Task<OutgoingMessages> Handle(Pay message, IDocumentSession session, Envelope envelope, Meanwhile meanwhile)
    {
        session.Append<Account>(message.Account, ExpectedVersion.Any, new Deposited(message.Amount));
        meanwhile.Handled++;
        await meanwhile.Happens(envelope);
        return Later(message.Account);
    }

    /// <summary>A message that goes with the commit, and for which nobody looks so soon.</summary>
    public static OutgoingMessages Later(Guid account)
    {
        var messages = new OutgoingMessages();
        messages.Add(new Pay(account, 100), new DeliveryOptions { ScheduledTime = ManualClock.Start });
        return messages;
    }
}

/// <summary>A payment that goes out before the commit that records it.</summary>
[MessageIdentity("pay_abroad")]
public sealed record PayAbroad(Guid Account, int Amount);

public static class PayAbroadHandler
{
    [NonTransactional]
    public static async Task Handle(PayAbroad message, EndOfMessage end, MessageContext context, Envelope envelope, Meanwhile meanwhile)
    {
        meanwhile.Handled++;
        await meanwhile.Happens(envelope);
        await end.Commit(context, session =>
        {
            session.Append<Account>(message.Account, ExpectedVersion.Any, new Deposited(message.Amount));
            return Task.FromResult(PayHandler.Later(message.Account));
        });
    }
}

/// <summary>A handler that takes a session commits only while its message is its node's.</summary>
[Collection("postgres")]
public sealed class the_fence_of_messages(PostgresFixture postgres) : IAsyncLifetime
{
    const int Other = 4711;

    readonly Meanwhile meanwhile = new();
    readonly List<Bank> banks = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var bank in banks)
        {
            await bank.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task lets_a_commit_through_whose_message_is_its_nodes(bool byNode)
    {
        var (bank, envelope) = await Begin(byNode);

        await Handle(bank, envelope);

        (await bank.Rows("select balance, facts from balances")).ShouldBe(["(1,1)"]);
        (await bank.Texts($"select status from wolverine_incoming_envelopes where id = '{envelope.Id}'")).ShouldBe(["Handled"]);
        (await bank.Number($"select count(*) from wolverine_incoming_envelopes where id <> '{envelope.Id}' and message_type = 'pay'")).ShouldBe(1, "what it sends goes with it");
    }

    /// <summary>A message of a pass is nobody's: all passes wait for each other elsewhere.</summary>
    [Theory]
    [InlineData(true, "update wolverine_incoming_envelopes set owner_id = 4711 where id = $1")]
    [InlineData(true, "update wolverine_incoming_envelopes set owner_id = 0 where id = $1")]
    [InlineData(true, "update wolverine_incoming_envelopes set owner_id = 4711, status = 'Handled' where id = $1")]
    [InlineData(true, "update wolverine_incoming_envelopes set status = 'Handled' where id = $1")]
    [InlineData(true, "update wolverine_incoming_envelopes set status = 'Scheduled', execution_time = now() + interval '1 hour' where id = $1")]
    [InlineData(true, "delete from wolverine_incoming_envelopes where id = $1")]
    [InlineData(false, "update wolverine_incoming_envelopes set status = 'Handled' where id = $1")]
    [InlineData(false, "delete from wolverine_incoming_envelopes where id = $1")]
    public async Task refuses_a_commit_whose_message_is_in_other_hands_and_leaves_the_message_to_them(bool byNode, string happens)
    {
        var (bank, envelope) = await Begin(byNode);
        List<string> left = [];
        meanwhile.Happens = async current =>
        {
            await bank.Run(happens, current.Id);
            left = await Messages(bank);
        };

        await Handle(bank, envelope);

        meanwhile.Handled.ShouldBe(1, "it is not tried again here");
        (await bank.Number("select count(*) from mt_streams")).ShouldBe(0);
        (await bank.Number("select count(*) from balances")).ShouldBe(0);
        (await bank.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
        (await Messages(bank)).ShouldBe(left, "the row as the others left it, and no new one");
    }

    [Fact]
    public async Task waits_for_whoever_takes_the_message_just_now()
    {
        var (bank, envelope) = await Begin(byNode: true);
        Held? taking = null;
        meanwhile.Happens = async current => taking = await bank.Hold("update wolverine_incoming_envelopes set owner_id = $1 where id = $2", Other, current.Id);

        var handle = Task.Run(() => Handle(bank, envelope));
        await bank.UntilWaiting(1);
        await taking.ShouldNotBeNull().Commit();
        await taking.DisposeAsync();
        await handle;

        (await bank.Number("select count(*) from mt_events")).ShouldBe(0);
        (await bank.Texts("select status || owner_id from wolverine_incoming_envelopes")).ShouldBe([$"Incoming{Other}"]);
    }

    [Fact]
    public async Task keeps_the_message_from_being_taken_until_the_commit_has_ended()
    {
        var (bank, envelope) = await Begin(byNode: true);
        var runtime = bank.Services.GetRequiredService<IWolverineRuntime>();
        await using var commit = await bank.Hold(session => MessageFence.Before(envelope, session, runtime));

        var take = Task.Run(() => bank.Run("update wolverine_incoming_envelopes set owner_id = $1 where owner_id = $2", Other, runtime.DurabilitySettings.AssignedNodeNumber));
        await bank.UntilWaiting(1);
        take.IsCompleted.ShouldBeFalse();
        await commit.Commit();
        (await take).ShouldBe(1);
    }

    [Fact]
    public async Task is_none_for_a_command_that_never_was_in_a_queue()
    {
        var (bank, envelope) = await Begin(byNode: true);
        await bank.Run("delete from wolverine_incoming_envelopes where id = $1", envelope.Id);

        await new MessageBus(bank.Services.GetRequiredService<IWolverineRuntime>()).InvokeForTenantAsync(Bank.Tenant, new Pay(Guid.CreateVersion7(), 5));

        (await bank.Rows("select balance, facts from balances")).ShouldBe(["(5,1)"]);
    }

    [Fact]
    public async Task is_passed_by_the_commit_that_ends_a_message_of_which_something_was_done_outside()
    {
        var (bank, envelope) = await Begin(byNode: true, new PayAbroad(Guid.CreateVersion7(), 1));

        await Handle(bank, envelope);

        meanwhile.Handled.ShouldBe(1);
        (await bank.Rows("select balance, facts from balances")).ShouldBe(["(1,1)"]);
        (await bank.Texts($"select status from wolverine_incoming_envelopes where id = '{envelope.Id}'")).ShouldBe(["Handled"]);
        (await bank.Number("select count(*) from wolverine_incoming_envelopes where message_type = 'pay'")).ShouldBe(1);
    }

    [Theory]
    [InlineData("update wolverine_incoming_envelopes set owner_id = 4711 where id = $1")]
    [InlineData("update wolverine_incoming_envelopes set status = 'Handled' where id = $1")]
    [InlineData("delete from wolverine_incoming_envelopes where id = $1")]
    public async Task refuses_that_commit_too(string happens)
    {
        var (bank, envelope) = await Begin(byNode: true, new PayAbroad(Guid.CreateVersion7(), 1));
        List<string> left = [];
        meanwhile.Happens = async current =>
        {
            await bank.Run(happens, current.Id);
            left = await Messages(bank);
        };

        await Handle(bank, envelope);

        meanwhile.Handled.ShouldBe(1);
        (await bank.Number("select count(*) from mt_events")).ShouldBe(0);
        (await Messages(bank)).ShouldBe(left);
    }

    /// <summary>Wolverine puts off, and buries, a message by its id, whoever has it.</summary>
    [Theory]
    [InlineData(false, true, "update wolverine_incoming_envelopes set owner_id = 4711 where id = $1")]
    [InlineData(false, true, "update wolverine_incoming_envelopes set owner_id = 4711, status = 'Handled' where id = $1")]
    [InlineData(false, true, "delete from wolverine_incoming_envelopes where id = $1")]
    [InlineData(true, true, "update wolverine_incoming_envelopes set owner_id = 4711 where id = $1")]
    [InlineData(true, true, "update wolverine_incoming_envelopes set owner_id = 0 where id = $1")]
    [InlineData(true, true, "update wolverine_incoming_envelopes set owner_id = 4711, status = 'Handled' where id = $1")]
    [InlineData(true, true, "delete from wolverine_incoming_envelopes where id = $1")]
    [InlineData(true, false, "update wolverine_incoming_envelopes set status = 'Handled' where id = $1")]
    public async Task leaves_a_message_that_failed_to_whoever_has_it_by_then(bool isLastAttempt, bool byNode, string happens)
    {
        var (bank, envelope) = await Begin(byNode, retries: isLastAttempt ? 0 : 5);
        List<string> left = [];
        meanwhile.Happens = async current =>
        {
            await bank.Run(happens, current.Id);
            left = await Messages(bank);
            throw new InvalidOperationException("Stood still, and then this");
        };

        await Handle(bank, envelope);

        (await Messages(bank)).ShouldBe(left, "the row as the others left it");
        (await bank.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
        (meanwhile.Handled, meanwhile.Told).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task lets_a_message_that_failed_be_tried_again_and_in_the_end_be_dead_and_told_where_it_is_its_nodes(bool byNode)
    {
        var (bank, envelope) = await Begin(byNode, retries: 1);
        meanwhile.Happens = _ => throw new InvalidOperationException("No luck");

        await Handle(bank, envelope);
        (await bank.Rows("select status, owner_id, attempts from wolverine_incoming_envelopes")).ShouldBe(["(Scheduled,0,1)"]);

        await TakeAgain(bank, envelope);
        await Handle(bank, envelope);
        (await bank.Number("select count(*) from wolverine_incoming_envelopes")).ShouldBe(0);
        (await bank.Rows("select id, exception_message from wolverine_dead_letters")).ShouldBe([$"({envelope.Id},\"No luck\")"]);
        (meanwhile.Handled, meanwhile.Told).ShouldBe((2, 1));
        (await bank.Texts("select data ->> 'owner' from mt_events")).ShouldBe(["No luck"]);
    }

    /// <summary>Wolverine would take the message for handled.</summary>
    [Fact]
    public async Task keeps_a_dead_message_also_where_nobody_can_be_told()
    {
        var (bank, envelope) = await Begin(byNode: true, retries: 0);
        meanwhile.Happens = _ => throw new InvalidOperationException("No luck");
        meanwhile.Mourns = () => throw new InvalidOperationException("Nobody listens");

        await Handle(bank, envelope);

        meanwhile.Told.ShouldBeGreaterThan(0);
        (await bank.Rows("select id, exception_message from wolverine_dead_letters")).ShouldBe([$"({envelope.Id},\"No luck\")"]);
    }

    [Fact]
    public async Task leaves_a_message_that_others_have_taken_while_somebody_was_told_that_it_is_dead()
    {
        var (bank, envelope) = await Begin(byNode: true, retries: 0);
        meanwhile.Happens = _ => throw new InvalidOperationException("No luck");
        meanwhile.Mourns = () => bank.Run("update wolverine_incoming_envelopes set owner_id = $1", Other);

        await Handle(bank, envelope);

        meanwhile.Told.ShouldBe(1);
        (await bank.Texts("select status || owner_id from wolverine_incoming_envelopes")).ShouldBe([$"Incoming{Other}"]);
        (await bank.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
    }

    /// <summary>In passes nobody notes whose process died: the start of each message is counted.</summary>
    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public async Task stands_behind_the_count_of_starts_by_which_a_message_that_kills_its_pass_is_dead(int deaths, bool isHandled)
    {
        var (bank, envelope) = await Begin(byNode: false);
        await bank.Run("insert into crash_suspects values ($1, $2)", envelope.Id, deaths);
        long counted = 0;
        meanwhile.Happens = async _ => counted = await bank.Number("select starts from crash_suspects");

        await Handle(bank, envelope);

        meanwhile.Handled.ShouldBe(isHandled ? 1 : 0);
        counted.ShouldBe(isHandled ? 10 : 0, "also if it dies now");
        (await bank.Texts("select exception_message from wolverine_dead_letters"))
            .ShouldBe(isHandled ? [] : ["It was begun 10 times, and each time the process died before it ended."]);
        (await bank.Number("select count(*) from crash_suspects")).ShouldBe(0);
    }

    /// <summary>What a dead node leaves behind was begun, perhaps; it has not failed.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    public async Task takes_no_patience_from_a_message_that_a_dead_node_has_left_behind(int attempts, int then)
    {
        var (bank, _) = await Begin(byNode: true);
        await bank.Run("update wolverine_incoming_envelopes set owner_id = $1, attempts = $2", Other, attempts);

        await bank.Run("update wolverine_incoming_envelopes set owner_id = 0");

        (await bank.Number("select attempts from wolverine_incoming_envelopes")).ShouldBe(then);
    }

    /// <summary>As a look at what is due takes it.</summary>
    static async Task TakeAgain(Bank bank, Envelope envelope)
    {
        var owner = envelope.WasPersistedInInbox && bank.Services.GetRequiredService<IWolverineRuntime>().DurabilitySettings is { Mode: DurabilityMode.Solo } node
            ? node.AssignedNodeNumber
            : 0;
        await bank.Run("update wolverine_incoming_envelopes set status = 'Incoming', owner_id = $1, execution_time = null", owner);
        (envelope.Status, envelope.ScheduledTime) = (EnvelopeStatus.Incoming, null);
    }

    /// <summary>A message that this node, or a pass, has just taken; nothing else runs.</summary>
    async Task<(Bank Bank, Envelope Envelope)> Begin(bool byNode, object? of = null, int retries = 10)
    {
        var bank = await Bank.Open(
            postgres,
            workers: byNode,
            module =>
            {
                module.Services.AddSingleton(meanwhile);
                module.Handle<Pay>("payments", typeof(PayHandler)).Handle<PayAbroad>("payments", typeof(PayAbroadHandler));
                module.Command(typeof(MournHandler)).WhenDead<Pay>((pay, message, reason) => new Mourn(pay.Account, message, reason));
            },
            wolverine =>
            {
                if (byNode)
                {
                    // A node of which nothing runs by itself.
                    wolverine.Durability.Mode = DurabilityMode.Solo;
                    wolverine.Durability.DurabilityAgentEnabled = false;
                }
            },
            options => options.RetryAfter = [.. Enumerable.Repeat(TimeSpan.FromMinutes(1), retries)]);
        banks.Add(bank);
        await bank.Start();
        var runtime = bank.Services.GetRequiredService<IWolverineRuntime>();
        var owner = byNode ? runtime.DurabilitySettings.AssignedNodeNumber : 0;
        var message = of ?? new Pay(Guid.CreateVersion7(), 1);
        var envelope = new Envelope(message)
        {
            Id = Guid.CreateVersion7(), TenantId = Bank.Tenant, Destination = new Uri("local://payments"), Status = EnvelopeStatus.Incoming, OwnerId = owner,
            Serializer = runtime.Options.DefaultSerializer, ContentType = runtime.Options.DefaultSerializer.ContentType, WasPersistedInInbox = byNode, // a pass does not say it
        };
        await bank.Run(
            "insert into wolverine_incoming_envelopes (body, id, status, owner_id, attempts, message_type, received_at) values ($1, $2, 'Incoming', $3, 0, $4, $5)",
            EnvelopeSerializer.Serialize(envelope), envelope.Id, owner, envelope.MessageType!, envelope.Destination!.ToString());
        return (bank, envelope);
    }

    static async Task Handle(Bank bank, Envelope envelope)
    {
        var runtime = bank.Services.GetRequiredService<IWolverineRuntime>();
        await runtime.Pipeline.InvokeAsync(envelope, new Callback(runtime));
    }

    static Task<List<string>> Messages(Bank bank) => bank.Rows("select id, status, owner_id, execution_time, attempts, keep_until from wolverine_incoming_envelopes order by id");

    sealed class Callback(IWolverineRuntime runtime) : IChannelCallback
    {
        public IHandlerPipeline? Pipeline => runtime.Pipeline;

        public async ValueTask CompleteAsync(Envelope envelope) => await runtime.Storage.Inbox.MarkIncomingEnvelopeAsHandledAsync(envelope);

        public ValueTask DeferAsync(Envelope envelope) => ValueTask.CompletedTask;
    }
}
