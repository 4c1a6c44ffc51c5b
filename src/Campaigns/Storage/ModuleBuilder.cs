using JasperFx.Events.Projections;
using Marten;
using Marten.Events;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Postgresql;
using Wolverine.RabbitMQ;
using Wolverine.Runtime.Handlers;

namespace Campaigns.Storage;

/// <summary>What a room tells of itself: its streams, messages, handlers, projections, schedules, masks and services, in one readable list.</summary>
public sealed class ModuleBuilder(IServiceCollection services, MessagingOptions messaging, bool byWorkers)
{
    readonly List<Action<StoreOptions>> store = [];
    readonly List<Action<WolverineOptions>> wolverine = [];
    readonly List<StreamKind> streams = [];
    readonly List<(Type Message, string Queue)> queues = [];
    readonly List<Func<object, Guid, Exception, object?>> whenDead = [];

    public IServiceCollection Services => services;

    /// <summary>The kinds of streams, for tools that find them by their stored names.</summary>
    public IReadOnlyList<StreamKind> Streams => streams;

    /// <summary>The kinds of messages that wait in queues, and in which.</summary>
    public IReadOnlyList<(Type Message, string Queue)> Queues => queues;

    /// <summary>A kind of stream, and with <see cref="StreamBuilder.Event"/> the events that it consists of.</summary>
    /// <param name="alias">The stored name, snake_case; never to be changed.</param>
    /// <param name="kept">Keep the state as a document in <c>mt_doc_alias</c>, in the commit of its events: for streams too long to replay each time.</param>
    public StreamBuilder Stream<TState>(string alias, bool kept = false)
        where TState : class, IStreamState<TState>
    {
        var projection = new StateProjection<TState> { Name = alias, IncludeArchivedEvents = true };
        store.Add(options =>
        {
            // Marten names the streams after the type of their state, and has no other way: documents and streams have one name.
            if (((EventGraph)options.Events).AggregateAliasFor(typeof(TState)) is var name && name != alias)
            {
                throw new InvalidOperationException($"Marten stores {typeof(TState).Name} streams as {name}, not {alias}.");
            }

            options.Schema.For<TState>().DocumentAlias(alias);
            options.Projections.Add(projection, kept ? ProjectionLifecycle.Inline : ProjectionLifecycle.Live);
        });
        streams.Add(new StreamKind<TState>(alias, kept));
        return new StreamBuilder(store, projection);
    }

    /// <summary>Keeps the projection's rows in the transaction of every append.</summary>
    public ModuleBuilder Inline(InlineProjection projection)
    {
        store.Add(projection.AddTo);
        return this;
    }

    /// <summary>Anything else about the store.</summary>
    public ModuleBuilder Store(Action<StoreOptions> configure)
    {
        store.Add(configure);
        return this;
    }

    /// <summary>Says how an event looks once what is personal in it is gone. Pure; to mask what is masked changes nothing.</summary>
    public ModuleBuilder Mask<T>(Func<T, T> mask)
        where T : notnull
    {
        store.Add(options => options.Events.AddMaskingRuleForProtectedInformation(mask));
        return this;
    }

    /// <summary>Runs before every handler that takes a <typeparamref name="T"/>, and makes one.</summary>
    /// <param name="middleware">A static class whose <c>Before</c> returns it.</param>
    public ModuleBuilder Middleware<T>(Type middleware)
    {
        wolverine.Add(options => options.Policies.AddMiddleware(middleware, chain =>
            chain is HandlerChain handler
            && handler.HandlerCalls().Any(call => call.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(T)))));
        return this;
    }

    /// <summary>A command: sent over the bus, carried out at once, answered.</summary>
    /// <param name="handler">The type whose <c>Handle</c> takes it.</param>
    public ModuleBuilder Command(params IReadOnlyList<Type> handlers)
    {
        wolverine.Add(options =>
        {
            foreach (var handler in handlers)
            {
                options.Discovery.IncludeType(handler);
            }
        });
        return this;
    }

    /// <summary>A kind of message that waits in a queue, one at a time. Its stored name stands at its type, in <c>MessageIdentity</c>.</summary>
    /// <param name="handler">The type whose <c>Handle</c> takes it.</param>
    public ModuleBuilder Handle<TMessage>(string queue, Type handler)
    {
        queues.Add((typeof(TMessage), queue));
        wolverine.Add(options =>
        {
            options.Discovery.IncludeType(handler);
            options.Route<TMessage>(queue, messaging.Transport, byWorkers);
        });
        return this;
    }

    /// <summary>A kind of message of which several of an organisation are handled in one commit.</summary>
    /// <param name="together">The type whose <c>Handle</c> takes an array of them.</param>
    /// <param name="alone">The type whose <c>Handle</c> takes one, for work that is done by passes.</param>
    public ModuleBuilder HandleMany<TMessage>(string queue, int atOnce, Type together, Type alone)
    {
        queues.Add((typeof(TMessage), queue));
        wolverine.Add(options =>
        {
            options.Discovery.IncludeType(byWorkers ? together : alone);
            options.Route<TMessage>(queue, messaging.Transport, byWorkers);
            if (byWorkers)
            {
                options.BatchMessagesOf<TMessage>(batch =>
                {
                    batch.BatchSize = atOnce;
                    batch.TriggerTime = TimeSpan.FromMilliseconds(10);
                    batch.LocalExecutionQueueName = BatchesOf(queue);
                });
            }
        });
        return this;
    }

    /// <summary>Messages of a queue that are handled at the same time on each node; without this call, as many as there are processors.</summary>
    public ModuleBuilder Queue(string queue, int parallel)
    {
        wolverine.Add(options => options.LocalQueue(queue).MaximumParallelMessages(parallel));
        return this;
    }

    /// <summary>Has a message handled again and again, once each time however many nodes there are.</summary>
    /// <param name="cron">Five fields, UTC: <c>0 * * * *</c> is every full hour.</param>
    public ModuleBuilder Every<TMessage>(string name, string cron, Func<TMessage> message)
        where TMessage : class
    {
        if (byWorkers)
        {
            wolverine.Add(options => options.Schedules.ScheduleRecurring(name, cron, _ => message()));
        }

        return this;
    }

    /// <summary>Has a command carried out before a message is dead that no attempt could handle. It may be carried out more than once.</summary>
    /// <param name="command">From the message, the id of its envelope, and why it failed.</param>
    public ModuleBuilder WhenDead<TMessage>(Func<TMessage, Guid, string, object> command)
        where TMessage : class
    {
        whenDead.Add((dead, id, error) => dead is TMessage message ? command(message, id, error.Message) : null);
        return this;
    }

    /// <summary>The local queue in which what came in by a queue waits to be handled together.</summary>
    internal static string BatchesOf(string queue) => queue + "-batches";

    internal object? Dead(object message, Guid id, Exception error) =>
        whenDead.Select(tell => tell(message, id, error)).FirstOrDefault(command => command is not null);

    internal void Apply(StoreOptions options) => store.ForEach(configure => configure(options));

    internal void Apply(WolverineOptions options) => wolverine.ForEach(configure => configure(options));
}

/// <summary>The events of a kind of stream.</summary>
public sealed class StreamBuilder(List<Action<StoreOptions>> store, ProjectionBase projection)
{
    /// <param name="name">The stored name, snake_case; never to be changed.</param>
    public StreamBuilder Event<T>(string name)
        where T : class
    {
        projection.IncludeType<T>(); // without, a state would be kept of every stream there is
        store.Add(options =>
        {
            options.Events.AddEventType<T>();
            options.Events.MapEventType<T>(name);
        });
        return this;
    }
}

/// <summary>A kind of stream, whatever the type of its state.</summary>
/// <param name="Alias">The stored name of the stream type, for example <c>campaign</c>.</param>
/// <param name="Kept">Its states are documents.</param>
public abstract record StreamKind(string Alias, bool Kept)
{
    /// <summary>The CLR type of the state.</summary>
    public abstract Type State { get; }

    /// <summary>The state before the first event.</summary>
    public abstract object Begin(Guid id);

    /// <summary>The state after an event.</summary>
    public abstract object Evolve(object state, object fact);
}

/// <inheritdoc/>
public sealed record StreamKind<TState>(string Alias, bool Kept) : StreamKind(Alias, Kept)
    where TState : class, IStreamState<TState>
{
    public override Type State => typeof(TState);

    public override object Begin(Guid id) => TState.Begin(id);

    public override object Evolve(object state, object fact) => ((TState)state).Evolve(fact);
}

static class Routing
{
    /// <summary>Sends a kind of message to a queue, by whichever transport there is.</summary>
    /// <param name="listens">This node takes messages from the queue.</param>
    public static void Route<TMessage>(this WolverineOptions options, string queue, MessageTransport transport, bool listens)
    {
        switch (transport)
        {
            case MessageTransport.Postgresql:
                options.PublishMessage<TMessage>().ToPostgresqlQueue(queue);
                if (listens)
                {
                    options.ListenToPostgresqlQueue(queue).MaximumMessagesToReceive(100);
                }

                break;
            case MessageTransport.RabbitMq:
                options.PublishMessage<TMessage>().ToRabbitQueue(queue).UseDurableOutbox();
                if (listens)
                {
                    options.ListenToRabbitQueue(queue).UseDurableInbox();
                }

                break;
            default:
                options.PublishMessage<TMessage>().ToLocalQueue(queue).UseDurableInbox();
                break;
        }
    }
}
