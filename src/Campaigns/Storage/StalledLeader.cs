using JasperFx.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Storage;

/// <summary>
/// Takes the lead from a node that stands still. Whoever leads holds a lock by a connection; a leader that is stopped or frozen keeps its connection, so
/// nobody else would ever lead, and the work of the stopped node would wait for it.
/// </summary>
sealed class StalledLeader(NpgsqlDataSource database, MessagingOptions options, TimeProvider clock, ILogger<StalledLeader> log) : BackgroundService
{
    static readonly string FindStalledLeader = Sql.Beside<StalledLeader>(nameof(FindStalledLeader));

    /// <summary>The key of Wolverine's lock of the leader, which follows from the name of its schema.</summary>
    static readonly long LeaderLock = StorageSetup.Schema.GetDeterministicHashCode();

    int? suspect;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.NodeTimeout, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnce(stoppingToken);
            }
            catch (NpgsqlException)
            {
                suspect = null; // the database is away, or refuses to end the connection: neither is a reason for this node to stop
            }
        }
    }

    /// <summary>
    /// Ends the connection that holds the lock without a leader that shows signs of life, where it did so the last time too: a new leader holds the lock first
    /// and says then that it leads.
    /// </summary>
    internal async Task RunOnce(CancellationToken ct)
    {
        int? holder = (await database.Query(FindStalledLeader, row => row.GetInt32(0), ct, LeaderLock, options.NodeTimeout)) is [var found, ..] ? found : null;
        if (holder is { } connection && holder == suspect)
        {
            await database.Query("select pg_terminate_backend($1)", row => row.GetBoolean(0), ct, connection);
            Log.LeaderStandsStill(log, connection);
        }

        suspect = holder;
    }
}
