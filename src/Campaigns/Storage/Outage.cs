using Npgsql;

namespace Campaigns.Storage;

/// <summary>Keeps the log readable while the database is away: each loop notices it every second and says so once a minute.</summary>
sealed class Outage(TimeProvider clock)
{
    static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    long? said;

    /// <summary>Whether this error is worth a line: one that nobody expects always is.</summary>
    public bool IsNews(Exception error)
    {
        if (error is not NpgsqlException { IsTransient: true })
        {
            return true;
        }

        if (said is { } last && clock.GetElapsedTime(last) < Between)
        {
            return false;
        }

        said = clock.GetTimestamp();
        return true;
    }
}
