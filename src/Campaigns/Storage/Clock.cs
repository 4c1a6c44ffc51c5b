namespace Campaigns.Storage;

/// <summary>Time as it is stored.</summary>
public static class Clock
{
    /// <summary>Now, in the microseconds that PostgreSQL keeps: what is decided, stored and read again is the same moment.</summary>
    public static DateTimeOffset Microseconds(this TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
