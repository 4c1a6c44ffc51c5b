namespace Campaigns.Storage;

/// <summary>What a decision comes to: events to record and messages to send, or a refusal that changes nothing.</summary>
public sealed record Outcome
{
    /// <summary>The command changes nothing, for example because it was carried out before.</summary>
    public static readonly Outcome Nothing = new();

    public IReadOnlyList<object> Events { get; private init; } = [];

    /// <summary>Messages with the time they are due; null is at once.</summary>
    public IReadOnlyList<(object Message, DateTimeOffset? Due, Priority Priority)> Messages { get; private init; } = [];

    public Refusal? Refusal { get; private init; }

    public static Outcome Record(params IReadOnlyList<object> facts) => new() { Events = facts };

    public static Outcome Refuse(Refusal refusal) => new() { Refusal = refusal };

    public Outcome And(params IReadOnlyList<object> facts) => this with { Events = [.. Events, .. facts] };

    public Outcome Send(object message, Priority priority = Priority.Normal) => this with { Messages = [.. Messages, (message, null, priority)] };

    public Outcome Schedule(object message, DateTimeOffset due, Priority priority = Priority.Normal) =>
        this with { Messages = [.. Messages, (message, due, priority)] };

    /// <summary>The same where the time may have come: then it is sent at once. What is scheduled waits for the next look at what is due.</summary>
    public Outcome Schedule(object message, DateTimeOffset due, DateTimeOffset now, Priority priority = Priority.Normal) =>
        due > now ? Schedule(message, due, priority) : Send(message, priority);
}

/// <summary>Why a command was not carried out.</summary>
/// <param name="Code">Stable and for programs, for example <c>campaign-not-draft</c>.</param>
/// <param name="Explanation">For people: what is wrong and what would help.</param>
/// <param name="Kind">What sort of refusal it is; decides the HTTP status.</param>
public sealed record Refusal(string Code, string Explanation, RefusalKind Kind = RefusalKind.Conflict);

public enum RefusalKind
{
    /// <summary>The state of things does not allow it now.</summary>
    Conflict,

    /// <summary>There is no such thing, or it belongs to somebody else.</summary>
    NotFound,

    /// <summary>What was given cannot be used as it is.</summary>
    Invalid,

    /// <summary>The caller decided on an older version than the present one.</summary>
    Outdated,
}

public enum Priority
{
    Normal,
    Urgent,
}

/// <summary>A message that may be urgent: then it waits in a queue of its own, and no flood of others holds it up.</summary>
public interface IPrioritised
{
    /// <summary>The same as a message of the kind that goes to that queue.</summary>
    object AsUrgent();
}
