using Campaigns.Storage.History;
using Marten;
using Npgsql;

namespace Campaigns.Storage.Rebuild;

/// <summary>
/// Makes the rows of an inline projection anew from the events while the system runs: in tables beside the old ones, put in their place in one
/// transaction once they have caught up. Appends wait only for that last moment; somebody who reads the old rows for long makes the
/// rebuild wait, not the appends. A crash before it leaves the old rows serving. Marten would empty the tables in service instead.
/// </summary>
public sealed class ProjectionRebuild(IDocumentStore store)
{
    /// <summary>
    /// How long the swap waits for a lock, and appends behind it. It needs two, and together they must be less than PostgreSQL's
    /// deadlock_timeout (1 s): where an append holds one of them and waits for the other, it is the rebuild that gives way.
    /// </summary>
    static readonly TimeSpan LockTimeout = TimeSpan.FromMilliseconds(400);

    /// <summary>Between two tries to swap.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    static readonly string TakeOverRights = Sql.Beside<ProjectionRebuild>(nameof(TakeOverRights));
    static readonly string FindDependents = Sql.Beside<ProjectionRebuild>(nameof(FindDependents));

    /// <summary>All inline projections with tables of their own.</summary>
    public IReadOnlyList<InlineProjection> Projections => InlineProjection.Of(store);

    /// <param name="progress">Told how far it is: after each page, and when the swap has given way.</param>
    /// <returns>The number of events applied.</returns>
    /// <exception cref="RebuildRefusedException">
    /// Something hangs on the tables that would be lost with them, or the same projection is being rebuilt or checked already.
    /// </exception>
    public async Task<long> Run(InlineProjection projection, IProgress<RebuildProgress>? progress, CancellationToken ct)
    {
        await using (var connection = await store.Database.OpenConnectionAsync(ct))
        {
            await RefuseDependents(connection, projection, ct);
        }

        var gaveWay = 0;
        await using var replay = await ProjectionReplay.Begin(store, projection, applied => progress?.Report(new RebuildProgress(applied, gaveWay)), ct);
        var highWater = new HighWater(store.Database);
        while (true)
        {
            await replay.CatchUp(
                async token =>
                {
                    await highWater.Advance(token);
                    return (highWater.Position, await replay.LastPosition(token));
                },
                ct);
            if (await TrySwap(replay, ct))
            {
                return replay.Applied;
            }

            progress?.Report(new RebuildProgress(replay.Applied, ++gaveWay));
            await Task.Delay(Pause, store.Clock, ct);
        }
    }

    static async Task RefuseDependents(NpgsqlConnection connection, InlineProjection projection, CancellationToken ct)
    {
        await using var command = connection.Command(FindDependents, (object)projection.Tables.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var dependents = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            dependents.Add(reader.GetString(0));
        }

        if (dependents.Count > 0)
        {
            throw new RebuildRefusedException(
                $"The tables of {projection.Name} cannot be replaced: {string.Join(", ", dependents)} would be lost with them. "
                + "Drop it, rebuild, and make it again.");
        }
    }

    /// <returns>False, with nothing changed, when somebody holds a table for longer than appends may be made to wait.</returns>
    static async Task<bool> TrySwap(ProjectionReplay replay, CancellationToken ct)
    {
        var (connection, projection) = (replay.Connection, replay.Projection);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await TryLock(replay, ct))
        {
            return false;
        }

        await RefuseDependents(connection, projection, ct); // one made meanwhile
        await replay.CatchUpTo(transaction, await replay.LastPosition(ct), ct);
        foreach (var table in projection.Tables)
        {
            var rights = await connection.Ask<string?>(TakeOverRights, ct, StorageSetup.Schema, replay.Beside, table);
            await connection.Execute($"drop table \"{StorageSetup.Schema}\".{table}", ct);
            await connection.Execute($"alter table \"{replay.Beside}\".{table} set schema \"{StorageSetup.Schema}\"", ct);
            if (rights is not null)
            {
                await connection.Execute(rights, ct);
            }
        }

        await transaction.CommitAsync(ct);
        return true;
    }

    static async Task<bool> TryLock(ProjectionReplay replay, CancellationToken ct)
    {
        var connection = replay.Connection;
        var tables = string.Join(", ", replay.Projection.Tables.Select(table => $"\"{StorageSetup.Schema}\".{table}"));
        try
        {
            // No vacuum may hold a table when it comes to the swap: an automatic one gives way, but only to who waits for more than a
            // second. This lock is in the way of nobody else.
            await connection.Execute($"lock table {tables} in share update exclusive mode", ct);
            await connection.Execute($"set local lock_timeout = {LockTimeout.TotalMilliseconds}", ct);
            // No append is under way once this is held, and none begins: everything that was committed is visible, holes are dead.
            await connection.Execute("lock table mt_events in share row exclusive mode", ct);
            await connection.Execute($"lock table {tables} in access exclusive mode", ct);
            await connection.Execute("set local lock_timeout = 0", ct);
            return true;
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return false;
        }
    }
}

/// <summary>How far a rebuild is.</summary>
/// <param name="Applied">Events applied so far.</param>
/// <param name="GaveWay">How often the new rows could not take their place, because somebody reads the old ones.</param>
public readonly record struct RebuildProgress(long Applied, int GaveWay);

/// <summary>A rebuild cannot be done as things are; the message says what is in its way.</summary>
public sealed class RebuildRefusedException(string message) : Exception(message);
