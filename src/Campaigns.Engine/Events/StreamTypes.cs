namespace Campaigns.Engine.Events;

/// <summary>A kind of stream, whatever its state is.</summary>
public abstract record StreamType(string Alias, bool Snapshot)
{
    /// <summary>The state that facts come to, from the first one of a stream on.</summary>
    internal abstract object Fold(IEnumerable<object> facts);
}

/// <summary>How the state of a kind of stream comes from its events.</summary>
/// <param name="Alias">The stored name of the stream type, for example <c>campaign</c>.</param>
/// <param name="Snapshot">
/// Keep the state itself in <c>mt_doc_&lt;alias&gt;</c>, written in the commit of the events: for streams too long to replay each time.
/// </param>
public sealed record StreamType<TState>(string Alias, TState Initial, Func<TState, object, TState> Apply, bool Snapshot)
    : StreamType(Alias, Snapshot)
    where TState : class
{
    internal override object Fold(IEnumerable<object> facts) => facts.Aggregate(Initial, Apply);
}

/// <summary>The state of a stream and the version it is at; version 0 is a stream that does not exist.</summary>
public sealed record StreamState<TState>(Guid Id, TState State, long Version);
