using Npgsql;

namespace Campaigns.Storage;

/// <summary>
/// What PostgreSQL last said when it took no writes of this node. A full disk takes small ones as long as there is room in pages and in the log, so whoever asks
/// whether the node can do its work writes in vain to find out.
/// </summary>
public sealed class RefusedWrites(TimeProvider clock)
{
    /// <summary>Work that was refused is tried again every five seconds: after this the writes go through, or there are none.</summary>
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(15);

    volatile Refused? last;

    /// <summary>In PostgreSQL's words; null where no write was refused lately.</summary>
    public string? Lately => last is { } refused && clock.GetUtcNow() - refused.At < Remembered ? refused.Why : null;

    /// <summary>Remembers it where the database refuses everybody's writes.</summary>
    public void Note(Exception error)
    {
        if (Words(error) is { } why)
        {
            last = new Refused(clock.GetUtcNow(), why);
        }
    }

    /// <summary>For people, with the code that manuals know it by; null where it is about something else than that nobody may write.</summary>
    public static string? Words(Exception error) =>
        (error as PostgresException ?? error.InnerException as PostgresException) is { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction } refused
            ? $"{refused.SqlState} {refused.MessageText}"
            : null;

    sealed record Refused(DateTimeOffset At, string Why);
}
