using System.Text.Json;

namespace Campaigns.Engine.Events;

/// <summary>A kind of stream, whatever the type of its state: for tools that find it by its stored name.</summary>
/// <param name="Alias">The stored name of the stream type, for example <c>campaign</c>.</param>
/// <param name="Snapshot">
/// Keep the state itself in <c>mt_doc_&lt;alias&gt;</c>, written in the commit of the events: for streams too long to replay each time.
/// </param>
public abstract record StreamType(string Alias, bool Snapshot)
{
    /// <summary>The state before the first event.</summary>
    public abstract object Beginning { get; }

    /// <summary>The CLR type of the state.</summary>
    public abstract Type State { get; }

    /// <summary>The state after a fact; null, a fact that this program does not know, changes nothing.</summary>
    public abstract object Fold(object state, object? fact);

    /// <summary>The state in the form in which snapshots are stored.</summary>
    public string Serialize(object state) => JsonSerializer.Serialize(state, State, EventTypes.Json);
}

/// <summary>How the state of a kind of stream comes from its events.</summary>
public sealed record StreamType<TState>(string Alias, TState Initial, Func<TState, object, TState> Apply, bool Snapshot) : StreamType(Alias, Snapshot)
    where TState : class
{
    public override object Beginning => Initial;

    public override Type State => typeof(TState);

    public override object Fold(object state, object? fact) => fact is null ? state : Apply((TState)state, fact);
}

/// <summary>The state of a stream and the version it is at; version 0 is a stream that does not exist.</summary>
public sealed record StreamState<TState>(Guid Id, TState State, long Version);
