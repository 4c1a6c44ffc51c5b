using System.Net.Sockets;
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
        && (npgsql.IsTransient || npgsql.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.DiskFull or PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or StoodStill);

    /// <summary>
    /// It is the database alone: nothing gets to it, or it refuses everybody's writes. A statement that takes too long or meets others may be the
    /// fault of what it is for, and is not among these.
    /// </summary>
    public static bool DatabaseTakesNothing(Exception error) => SqlState(error) is { } state
        ? state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal)
            || state is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
                or PostgresErrorCodes.CannotConnectNow
        : (error as NpgsqlException ?? error.InnerException as NpgsqlException) is { InnerException: IOException or SocketException };

    /// <summary>PostgreSQL's word for what went wrong, where it was PostgreSQL that refused.</summary>
    public static string? SqlState(Exception error) => (error as PostgresException ?? error.InnerException as PostgresException)?.SqlState;
}
