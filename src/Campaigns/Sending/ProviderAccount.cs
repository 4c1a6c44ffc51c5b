namespace Campaigns.Sending;

/// <summary>How an organisation's account at a provider does, as all nodes see it.</summary>
/// <param name="SlowUntil">Nothing goes out before: the provider had too much at once.</param>
/// <param name="Slowed">How many times in a row it had.</param>
/// <param name="ErrorsInARow">Messages since the last one that it took, or refused for the recipient's sake.</param>
/// <param name="Reason">The provider's words.</param>
public sealed record ProviderAccount(DateTimeOffset? SlowUntil, int Slowed, int ErrorsInARow, string? Reason)
{
    public static readonly ProviderAccount Healthy = new(null, 0, 0, null);

    static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(10);

    /// <summary>The longest that a provider's own word is believed.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    /// <summary>For people.</summary>
    public string SlowWords => $"the provider asks to slow down: {Reason}";

    /// <summary>After the provider had too much at once.</summary>
    /// <param name="retryAfter">What it asked for; null: twice as long as the time before.</param>
    /// <param name="draw">0 to 1, so that not all come back at once.</param>
    public ProviderAccount SlowDown(TimeSpan? retryAfter, string reason, double draw, DateTimeOffset now)
    {
        // While it waits already, the answer is to a call that was out with the one that made it wait: the same time, not the next one.
        var isSlow = SlowUntil > now;
        var wait = retryAfter ?? Backoff.After(isSlow ? Slowed - 1 : Slowed, FirstWait, LongestBackoff, draw);
        var until = now + (wait < LongestWait ? wait : LongestWait);
        return this with { SlowUntil = SlowUntil > until ? SlowUntil : until, Slowed = isSlow ? Slowed : Slowed + 1, Reason = reason };
    }
}
