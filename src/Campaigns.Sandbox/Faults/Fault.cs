namespace Campaigns.Sandbox.Faults;

/// <summary>Something that is to go wrong.</summary>
public sealed record Fault
{
    public required FaultKind Kind { get; init; }

    /// <summary>How often it happens before it is over; null: until it is cleared.</summary>
    public int? Count { get; init; }

    /// <summary>
    /// The share of requests, events or POSTs that it hits, 0 to 1. Which ones follows from the seed, the message's id and how
    /// often that message came by.
    /// </summary>
    public double Share { get; init; } = 1;

    /// <summary>Null: both.</summary>
    public MessageChannel? Channel { get; init; }

    /// <summary>How slow <see cref="FaultKind.Slow"/> is.</summary>
    public int Milliseconds { get; init; } = 1000;

    /// <summary>How long the limit of a 429 lasts, by its headers.</summary>
    public int Seconds { get; init; } = 1;
}
