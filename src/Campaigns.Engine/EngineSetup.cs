using System.Reflection;
using System.Text.Json;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;

namespace Campaigns.Engine;

/// <summary>What an application tells the engine about itself, in one readable list.</summary>
public sealed class EngineSetup
{
    public EngineSetup() => ForgetHandled.Register(this);

    internal EngineModel Model { get; } = new();

    /// <summary>Runs the assembly's migrations, embedded as <c>Schema/0001_name.sql</c>, after the engine's own.</summary>
    public EngineSetup Migrations(Assembly assembly)
    {
        Model.Modules.Add(assembly);
        return this;
    }

    /// <param name="name">The stored name, snake_case; never to be changed.</param>
    public EngineSetup Event<T>(string name)
    {
        Model.EventTypes.Add(typeof(T), name);
        return this;
    }

    /// <summary>Reads events that were stored in an old shape as present facts; what is stored stays as it is.</summary>
    /// <typeparam name="TOld">The old shape, kept for reading only.</typeparam>
    /// <typeparam name="TNew">An event with a name of its own.</typeparam>
    /// <param name="oldName">The name that nothing is stored under any more.</param>
    /// <param name="upcast">Pure: runs at every reading.</param>
    public EngineSetup Upcast<TOld, TNew>(string oldName, Func<TOld, TNew> upcast)
        where TNew : notnull
    {
        Model.EventTypes.Add(Upcaster.From(oldName, upcast));
        return this;
    }

    /// <summary>The same from the JSON as it was stored, where no old type is worth keeping.</summary>
    public EngineSetup Upcast<TNew>(string oldName, Func<JsonElement, TNew> upcast)
        where TNew : notnull => Upcast<JsonElement, TNew>(oldName, upcast);

    /// <summary>Says how a fact looks once what is personal in it is gone, for <see cref="EventErasure"/>.</summary>
    /// <param name="mask">Pure. To mask what is masked changes nothing.</param>
    public EngineSetup Mask<T>(Func<T, T> mask)
        where T : notnull
    {
        Model.EventTypes.Add(mask);
        return this;
    }

    /// <param name="alias">The stored name of the stream type, snake_case.</param>
    /// <param name="snapshot">Keep the state in the table <c>mt_doc_&lt;alias&gt;</c>, which a migration must make.</param>
    public EngineSetup Stream<TState>(string alias, TState initial, Func<TState, object, TState> apply, bool snapshot = false)
        where TState : class
    {
        if (alias.Length == 0 || !alias.All(letter => char.IsAsciiLetterLower(letter) || letter == '_'))
        {
            throw new ArgumentException($"'{alias}' is no alias: lower-case letters and underscores only.", nameof(alias));
        }

        Model.Add(new StreamType<TState>(alias, initial, apply, snapshot));
        return this;
    }

    /// <summary>Keeps the projection's rows in the transaction of every append.</summary>
    public EngineSetup Inline(Projection projection)
    {
        Model.ProjectionList.Add(projection);
        return this;
    }

    /// <summary>Keeps the projection's rows shortly after the commit, in one node at a time, exactly once for each event.</summary>
    public EngineSetup Async(Projection projection, AsyncOptions? options = null)
    {
        Model.AsyncProjections.Add((projection, options ?? AsyncOptions.Default));
        return this;
    }

    public EngineSetup Queue(string name, QueueOptions options)
    {
        Model.Queues[name] = options;
        return this;
    }

    /// <summary>What becomes of a message whose handler throws this; the first that matches, in the order of registration, goes before the queue's policy.</summary>
    /// <param name="when">Only errors of which this is true.</param>
    public EngineSetup OnError<TException>(RetryPolicy policy, Func<TException, bool>? when = null)
        where TException : Exception
    {
        Model.ErrorPolicies.Add(new ErrorPolicy(error => error is TException match && (when is null || when(match)), policy));
        return this;
    }

    /// <summary>Has a message handled again and again, once each time however many nodes there are; times missed while no node ran are made up for once.</summary>
    /// <param name="period">From one due time to the next, counted from midnight UTC of the year 1: an hour is every full hour.</param>
    /// <param name="message">Of a type that somebody handles.</param>
    public EngineSetup Every(TimeSpan period, object message)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.FromSeconds(1));
        Model.Schedules.Add((period, message));
        return this;
    }

    /// <summary>How long a message that was sent with an id stays known after it was handled, so that the same one sent again is not handled again. A day unless set.</summary>
    public EngineSetup RememberHandled(TimeSpan time)
    {
        Model.HandledRememberedFor = time;
        return this;
    }

    /// <summary>Handles a kind of message, one at a time.</summary>
    /// <param name="kind">The stored name, snake_case; never to be changed while messages wait.</param>
    /// <param name="whenDead">
    /// Told, with tenant and reason, of a message that no attempt could handle, so that what waits for it does not wait in silence. May be
    /// told more than once.
    /// </param>
    public EngineSetup Handle<T>(
        string kind, string queue, Func<IServiceProvider, Func<T, Delivery, CancellationToken, Task>> handler,
        Func<IServiceProvider, Func<T, string, string, Task>>? whenDead = null)
        where T : class
    {
        Model.Add(new MessageType(typeof(T), kind, queue, 1)
        {
            One = (services, message, delivery, ct) => handler(services)((T)message, delivery, ct),
            WhenDead = whenDead is null ? null : (services, message, tenantId, reason) => whenDead(services)((T)message, tenantId, reason),
        });
        return this;
    }

    /// <summary>Handles up to <paramref name="atOnce"/> messages of a kind and a tenant in one call and one commit.</summary>
    public EngineSetup HandleMany<T>(string kind, string queue, int atOnce, Func<IServiceProvider, Func<IReadOnlyList<T>, Session, CancellationToken, Task>> handler)
        where T : class
    {
        Model.Add(new MessageType(typeof(T), kind, queue, atOnce)
        {
            Many = (services, messages, session, ct) => handler(services)([.. messages.Cast<T>()], session, ct),
        });
        return this;
    }
}
