using JasperFx;
using Marten.Exceptions;
using Npgsql;

namespace Campaigns.Storage;

/// <summary>The ways in which a commit tells that somebody else was faster.</summary>
public static class Races
{
    /// <summary>The SQLSTATE of a commit whose permits of a limit were taken meanwhile.</summary>
    public const string PermitsTaken = "CP001";

    /// <summary>Nothing has changed, and the same may be tried again on what is true now.</summary>
    public static bool Lost(Exception error) => error switch
    {
        ConcurrencyException or ExistingStreamIdCollisionException => true,
        AggregateException several => several.InnerExceptions.All(Lost),
        _ => SqlState(error) is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or "MT003",
    };

    /// <summary>The permits of a limit were taken by somebody who was faster: nothing has changed, and how many are left has to be looked at anew.</summary>
    public static bool PermitsWereTaken(Exception error) => SqlState(error) == PermitsTaken;

    /// <summary>The SQLSTATE of a transaction that PostgreSQL gave up because this process did nothing in it for too long.</summary>
    const string StoodStill = "25P03";

    /// <summary>The database cannot be reached, or not be written to, at this moment.</summary>
    public static bool DatabaseIsAway(Exception error) =>
        (error as NpgsqlException ?? error.InnerException as NpgsqlException) is { } npgsql
        && (npgsql.IsTransient || npgsql.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or StoodStill);

    /// <summary>PostgreSQL's word for what went wrong, where it was PostgreSQL that refused.</summary>
    public static string? SqlState(Exception error) => (error as PostgresException ?? error.InnerException as PostgresException)?.SqlState;
}
