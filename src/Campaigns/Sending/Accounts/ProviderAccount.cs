using Campaigns.Limits;

namespace Campaigns.Sending.Accounts;

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

    static readonly TimeSpan LongestBelieved = TimeSpan.FromHours(24);

    /// <summary>For people, behind a "because".</summary>
    public string SlowWords => $"the provider {SlowPredicate}";

    /// <summary>The same where it stands alone.</summary>
    public string SlowSentence => $"The provider {SlowPredicate}";

    string SlowPredicate => $"asks to slow down: {Reason}";

    /// <summary>How long to wait where a provider says it: as long as it says, within reason.</summary>
    public static TimeSpan? Believed(TimeSpan? wait) => wait > LongestBelieved ? LongestBelieved : wait;

    /// <summary>After the provider had too much at once.</summary>
    /// <param name="retryAfter">What it asked for; null: twice as long as the time before.</param>
    /// <param name="draw">0 to 1, so that not all come back at once.</param>
    public ProviderAccount SlowDown(TimeSpan? retryAfter, string reason, double draw, DateTimeOffset now)
    {
        // While it waits already, the answer is to a call that was out with the one that made it wait: the same time, not the next one.
        var isSlow = SlowUntil > now;
        var until = now + (Believed(retryAfter) ?? Backoff.After(isSlow ? Slowed - 1 : Slowed, FirstWait, LongestBackoff, draw));
        return this with { SlowUntil = SlowUntil > until ? SlowUntil : until, Slowed = isSlow ? Slowed : Slowed + 1, Reason = reason };
    }
}
