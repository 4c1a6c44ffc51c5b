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

    /// <summary>A message that this node, or a pass, has just taken; nothing else runs.</summary>
    async Task<(Bank Bank, Envelope Envelope)> Begin(bool byNode, object? of = null)
    {
        var bank = await Bank.Open(
            postgres,
            workers: byNode,
            module =>
            {
                module.Services.AddSingleton(meanwhile);
                module.Handle<Pay>("payments", typeof(PayHandler)).Handle<PayAbroad>("payments", typeof(PayAbroadHandler));
            },
            wolverine =>
            {
                if (byNode)
                {
                    // A node of which nothing runs by itself.
                    wolverine.Durability.Mode = DurabilityMode.Solo;
                    wolverine.Durability.DurabilityAgentEnabled = false;
                }
            });
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
