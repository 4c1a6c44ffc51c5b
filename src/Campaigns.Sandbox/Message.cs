namespace Campaigns.Sandbox;

/// <summary>A message somebody sent: what the mailbox needs to know of it.</summary>
abstract class Message
{
    public abstract string Id { get; }
    public abstract DateTimeOffset At { get; }
    public required string To { get; init; }

    /// <summary>The custom argument or query parameter by which the sender knows it; null where there is none.</summary>
    public required string? SenderId { get; init; }

    /// <summary>What decides, with the seed, which faults hit it.</summary>
    public string Key => SenderId ?? To;

    public abstract MessageLine Line();

    /// <summary>Null where the message has been forgotten in the meantime.</summary>
    public abstract object? View();

    /// <summary>Called when the mailbox keeps it; the bytes that are held because of it.</summary>
    public abstract int Keep();

    /// <summary>Called when the mailbox drops it; the bytes that are let go.</summary>
    public abstract int Forget();
}

/// <summary>A line of the mailbox's list.</summary>
sealed record MessageLine(string Id, DateTimeOffset At, MessageChannel Channel, string To, string Subject, IEnumerable<string> Events);
