namespace Campaigns.Engine.Projections;

/// <summary>How an async projection is run.</summary>
public sealed record AsyncOptions
{
    public static readonly AsyncOptions Default = new();

    /// <summary>Events applied in one commit.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>Attempts at a page before the event at fault is looked for.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>What becomes of an event that cannot be applied.</summary>
    public OnFault OnFault { get; init; } = OnFault.Stop;
}

public enum OnFault
{
    /// <summary>The projection stops alone, before the event, until somebody lets it go on.</summary>
    Stop,

    /// <summary>The event is recorded as skipped, and the projection goes on behind it.</summary>
    Skip,
}

/// <summary>Where a projection is.</summary>
/// <param name="Position">The last event it has applied, or passed as being of no concern.</param>
/// <param name="HighWater">The last event that may be applied.</param>
/// <param name="Stopped">Why it does not go on; null while it does.</param>
public sealed record ProjectionStatus(string Name, long Position, long HighWater, string? Stopped)
{
    /// <summary>Positions that it is behind.</summary>
    public long Lag => Math.Max(0, HighWater - Position);
}
