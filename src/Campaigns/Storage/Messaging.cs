using System.Reflection;
using JasperFx.CodeGeneration.Model;
using JasperFx.CodeGeneration;
using JasperFx;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Wolverine.Attributes;
using Wolverine.Configuration;
using Wolverine.ErrorHandling;
using Wolverine.Postgresql;
using Wolverine.RabbitMQ;
using Wolverine.Runtime.Handlers;
using Wolverine.Runtime;
using Wolverine;

namespace Campaigns.Storage;

/// <summary>By what messages travel between handlers. The handlers are the same.</summary>
public enum MessageTransport
{
    /// <summary>Durable queues of each node: the fastest. Work is done where it was sent, or by others after a node has died.</summary>
    Local,

    /// <summary>Queues in PostgreSQL: any node takes any work.</summary>
    Postgresql,

    /// <summary>RabbitMQ, with the inbox and outbox in PostgreSQL: any node takes any work.</summary>
    RabbitMq,
}

/// <summary>Settings under <c>Messaging</c>.</summary>
public sealed class MessagingOptions
{
    public MessageTransport Transport { get; set; } = MessageTransport.Local;

    /// <summary>Of RabbitMQ, for example <c>amqp://user:password@host:5672</c>.</summary>
    public string? RabbitMq { get; set; }

    /// <summary>How long after its start a node first looks for messages that are due: by then it is registered, and nobody takes them for an orphan's.</summary>
    public TimeSpan FirstPoll { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>How often a node looks for messages that are due.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a node that says nothing is believed to live. Then others do its work.</summary>
    public TimeSpan NodeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>By how much the clock of a node may differ from the database's.</summary>
    public TimeSpan ClockTolerance { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a message may begin and end with the death of its process, before it is a dead letter.</summary>
    public int CrashesUntilDead { get; set; } = 10;

    /// <summary>
    /// How long a message that failed waits for each further attempt, before it is a dead letter; null:
    /// <see cref="Retries"/> says.
    /// </summary>
    public List<TimeSpan>? RetryAfter { get; set; }

    /// <summary>1, 2, 4 ... 512 seconds: about 17 minutes altogether.</summary>
    public IReadOnlyList<TimeSpan> Retries =>
        RetryAfter ?? [.. Enumerable.Range(0, 10).Select(times => TimeSpan.FromSeconds(1 << times))];

    /// <summary>How long a node that stops waits for the handlers under way.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How Wolverine is set up: durability, error policies, the fence.</summary>
public static class Messaging
{
    /// <summary>A lost race is tried again at once, at random intervals, or many writers would meet again and again.</summary>
    static readonly TimeSpan[] Again = [.. Enumerable.Range(1, 20).Select(times => TimeSpan.FromMilliseconds(4 * times))];

    public static void Configure(
        WolverineOptions wolverine,
        MessagingOptions options,
        Assembly? handlers,
        bool byWorkers,
        Func<object, Guid, Exception, object?> whenDead)
    {
        wolverine.ApplicationAssembly = handlers ?? typeof(Messaging).Assembly;
        wolverine.CodeGeneration.TypeLoadMode = handlers is null ? TypeLoadMode.Dynamic : TypeLoadMode.Static;
        wolverine.Discovery.DisableConventionalDiscovery();
        wolverine.EnvelopeIdGeneration = EnvelopeIdGeneration.GuidV7;
        wolverine.UseSystemTextJsonForSerialization(json => StoredJson.Configure(json));
        // A batch takes as long as its provider does. After Wolverine's minute it would be told to stop, as if the node did; what handlers wait for has
        // time-outs of its own.
        wolverine.DefaultExecutionTimeout = TimeSpan.FromHours(1);
        if (options.Transport == MessageTransport.RabbitMq)
        {
            var address = Broker(options.RabbitMq);
            wolverine.UseRabbitMq(broker =>
                {
                    broker.Uri = address;
                    broker.RequestedHeartbeat = options.NodeTimeout; // what a node that stands still was sent and has not taken is sent to others
                })
                .ConfigureChannelCreation(channel =>
                {
                    // A message leaves the outbox when it was published. Without the broker's word that is so while it is still in this process's memory.
                    channel.PublisherConfirmationsEnabled = true;
                    channel.PublisherConfirmationTrackingEnabled = true;
                })
                .DisableDeadLetterQueueing() // dead letters stay in the database, whatever brought the message
                .AutoProvision();
        }

        wolverine.Policies.UseDurableLocalQueues();
        wolverine.Policies.AutoApplyTransactions();
        wolverine.Policies.AddMiddleware(typeof(HandGuard), chain => chain is HandlerChain);
        wolverine.Policies.AddMiddleware(typeof(ClockGuard), chain => chain is HandlerChain);
        wolverine.Policies.AddMiddleware(typeof(CrashGuard), chain => chain is HandlerChain);
        wolverine.Policies.AddMiddleware(typeof(MessageFence), chain => chain is HandlerChain handler && CommitsOnce(handler));

        var durability = wolverine.Durability;
        durability.Mode = byWorkers ? DurabilityMode.Balanced : DurabilityMode.ServerlessWithOutbox;
        durability.ScheduledJobFirstExecution = options.FirstPoll;
        durability.ScheduledJobPollingTime = options.Poll;
        durability.RecoveryBatchSize = 1000;
        durability.HealthCheckPollingTime = options.NodeTimeout / 5;
        durability.FirstHealthCheckExecution = TimeSpan.FromSeconds(1);
        durability.StaleNodeTimeout = options.NodeTimeout;
        durability.OrphanedMessageSweepPollingTime = TimeSpan.FromSeconds(1);
        durability.DrainTimeout = options.DrainTimeout;
        // Whether they are set decides on columns of Wolverine's tables, which nodes with workers and without share. Among nodes that tell of each other
        // nothing becomes stale (ForgottenMessages and UnsentMessages look after their own); passes take up what a request has left behind.
        durability.OutboxStaleTime = byWorkers ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(1);
        durability.InboxStaleTime = byWorkers ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(5);
        wolverine.AutoBuildMessageStorageOnStartup = AutoCreate.None; // schemas change by "migrate" only

        wolverine.Policies.OnException(MessageFence.Refused)
            .CustomAction((_, _, _) => ValueTask.CompletedTask, "Leave the message to whoever has it"); // Discard would mark it as handled for them
        wolverine.Policies.OnException<PoisonException>().ContinueWith(new AfterFailure([], 0, whenDead));
        wolverine.Policies.OnException(Races.Lost).RetryWithCooldown(Again).WithFullJitter()
            .Then.ContinueWith(new AfterFailure(options.Retries, Again.Length, whenDead));
        wolverine.Policies.OnAnyException().ContinueWith(new AfterFailure(options.Retries, 0, whenDead));
        // Of several that failed together each is tried alone, and one may be dead alone.
        wolverine.Policies.OnAnyException().IsolateBatchMembers();
    }

    static Uri Broker(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var broker) && (broker.Scheme is "amqp" or "amqps")
        ? broker
        : throw new OptionsValidationException(
            "Messaging", typeof(MessagingOptions), ["Messaging:RabbitMq says where RabbitMQ is, for example amqp://user:password@host:5672."]);

    /// <summary>One commit ends the message: where the handler takes the session that Wolverine commits.</summary>
    public static bool CommitsOnce(HandlerChain chain) =>
        chain.MessageType is { IsArray: false } && chain.HandlerCalls().Any(call =>
            call.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(IDocumentSession))
            && !call.Method.IsDefined(typeof(NonTransactionalAttribute), true) && !call.HandlerType.IsDefined(typeof(NonTransactionalAttribute), true));
}
