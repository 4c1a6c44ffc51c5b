namespace Campaigns.Storage;

/// <summary>
/// The time by which everything here is decided and recorded: the machine's own where it agrees with the database's, which all nodes share, and else the
/// database's. Between two looks at it time goes on by the counter of the machine that nobody sets, so that a clock that is moved moves nothing.
/// </summary>
public sealed class DatabaseClock(MachineClock machine) : TimeProvider
{
    /// <summary>
    /// So little may come from the question itself. Machines agree with each other more closely than any of them can ask the database, and limits that
    /// several nodes share hold as closely as their clocks agree.
    /// </summary>
    static readonly TimeSpan Agrees = TimeSpan.FromMilliseconds(250);

    Moment? anchor;

    /// <summary>The machine's own, until the database was asked.</summary>
    public override DateTimeOffset GetUtcNow() =>
        Volatile.Read(ref anchor) is { } known ? known.At + machine.Now.GetElapsedTime(known.Timestamp) : machine.Now.GetUtcNow();

    /// <summary>Goes by what the database said.</summary>
    /// <param name="own">A moment by the machine's clock.</param>
    /// <param name="theirs">The same moment by the database's.</param>
    /// <param name="unsure">By how much <paramref name="theirs"/> may be wrong.</param>
    internal void GoBy(Moment own, DateTimeOffset theirs, TimeSpan unsure) =>
        Volatile.Write(ref anchor, (theirs - own.At).Duration() <= Agrees + unsure ? own : own with { At = theirs });
}

/// <summary>A moment by both clocks of a machine.</summary>
/// <param name="At">By the one that people read and set.</param>
/// <param name="Timestamp">By the counter that nobody sets.</param>
sealed record Moment(DateTimeOffset At, long Timestamp)
{
    const int MostTries = 20;

    /// <summary>Whoever is interrupted for longer between the two looks tries again.</summary>
    static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(0.05);

    public static Moment Of(TimeProvider machine)
    {
        for (var tries = 1; ; tries++)
        {
            var timestamp = machine.GetTimestamp();
            var at = machine.GetUtcNow();
            if (machine.GetElapsedTime(timestamp) < AtOnce || tries == MostTries)
            {
                return new Moment(at, timestamp);
            }
        }
    }
}
