using Marten;
using Marten.Events;
using JasperFx.Events;
using Wolverine;

namespace Campaigns.Storage;

/// <summary>What came of a decision: the state after it with what was recorded, or the state that made it a refusal.</summary>
public sealed record Decided<TState>(StreamState<TState> Stream, IReadOnlyList<object> Recorded, Refusal? Refusal);

/// <summary>Puts what was decided into the commit of the session that the stream was loaded by.</summary>
public static class Deciding
{
    /// <summary>The state to decide on.</summary>
    public static StreamState<TState> Loaded<TState>(this IEventStream<TState> stream)
        where TState : class, IStreamState<TState> =>
        new(stream.Id, stream.Aggregate ?? TState.Begin(stream.Id), stream.CurrentVersion ?? 0);

    /// <summary>The state alone.</summary>
    public static TState State<TState>(this IEventStream<TState> stream)
        where TState : class, IStreamState<TState> => stream.Aggregate ?? TState.Begin(stream.Id);

    /// <summary>Appends the events of an outcome. The commit is refused when the stream has moved on since it was loaded.</summary>
    /// <returns>What it comes to, and the messages that go with the commit.</returns>
    public static (Decided<TState> Decided, OutgoingMessages Messages) Record<TState>(this IEventStream<TState> stream, Outcome outcome)
        where TState : class, IStreamState<TState>
    {
        var loaded = stream.Loaded();
        if (outcome.Refusal is { } refusal)
        {
            return (new Decided<TState>(loaded, [], refusal), []);
        }

        if (outcome.Events.Count > 0)
        {
            stream.AppendMany(outcome.Events);
        }

        var state = outcome.Events.Aggregate(loaded.State, (state, fact) => state.Evolve(fact));
        return (new Decided<TState>(new StreamState<TState>(loaded.Id, state, loaded.Version + outcome.Events.Count), outcome.Events, null), outcome.Outgoing());
    }

    /// <summary>The messages of an outcome, each at its time and in its queue, for a handler to return.</summary>
    public static OutgoingMessages Outgoing(this Outcome outcome)
    {
        var messages = new OutgoingMessages();
        foreach (var (message, due, priority) in outcome.Messages)
        {
            messages.Add(priority == Priority.Urgent && message is IPrioritised prioritised ? prioritised.AsUrgent() : message, new DeliveryOptions { ScheduledTime = due });
        }

        return messages;
    }
}
