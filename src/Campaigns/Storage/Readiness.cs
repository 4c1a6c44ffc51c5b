using Npgsql;

namespace Campaigns.Storage;

/// <summary>What keeps a node from its work.</summary>
public enum Obstacle { ClockIsWrong, DatabaseIsAway, DatabaseRefusesWrites }

/// <summary>Whether this node can do its work: its clock is right, and its database takes what it writes.</summary>
public sealed class Readiness(NpgsqlDataSource database, NodeClock clock, RefusedWrites refusedWrites)
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    /// <returns>What keeps it from that, and why, for people; null where nothing does.</returns>
    public async Task<(Obstacle What, string Why)?> FindObstacle(CancellationToken ct)
    {
        if (clock.Wrong is { } wrong)
        {
            return (Obstacle.ClockIsWrong, wrong);
        }

        if (refusedWrites.Lately is { } refusal)
        {
            return (Obstacle.DatabaseRefusesWrites, refusal);
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        ended.CancelAfter(Longest);
        try
        {
            // Goes into the log that every commit goes into, and into no table: a standby refuses it, and a disk without room for the log.
            await using var command = database.CreateCommand(
                "select current_setting('transaction_read_only')::bool from pg_logical_emit_message(true, 'campaigns-health', '')");
            return await command.ExecuteScalarAsync(ended.Token) is true ? (Obstacle.DatabaseRefusesWrites, "it is read only") : null;
        }
        catch (PostgresException refused) when (RefusedWrites.Words(refused) is { } why)
        {
            return (Obstacle.DatabaseRefusesWrites, why);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return (Obstacle.DatabaseIsAway, "it does not answer");
        }
    }
}
