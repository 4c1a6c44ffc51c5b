using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine.Runtime;

namespace Campaigns.Storage;

/// <summary>
/// Gives back what lies in the outbox of this node. Where the database went away between a commit and its answer, the commit may hold and nobody sends its
/// messages; where it went away after a message was sent, its row is never deleted. A node takes such rows up only when it starts, or after another's
/// death: given back, they are sent by whoever recovers them, once more where they had been sent, which their handlers bear.
/// </summary>
public sealed class UnsentMessages(NpgsqlDataSource database, IWolverineRuntime runtime, MessagingOptions options, TimeProvider clock, ILogger<UnsentMessages> log)
    : BackgroundService
{
    /// <summary>Longer than a broker takes to confirm a message.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    static readonly string FindUnsent = Sql.Beside<UnsentMessages>(nameof(FindUnsent));
    static readonly string GiveBackUnsent = Sql.Beside<UnsentMessages>(nameof(GiveBackUnsent));

    /// <summary>When this node first saw each of its messages lie.</summary>
    Dictionary<Guid, DateTimeOffset> lying = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.NodeTimeout, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunOnce(runtime.DurabilitySettings.AssignedNodeNumber, stoppingToken);
            }
            catch (NpgsqlException)
            {
                // The database is away: what lies there still does afterwards.
            }
        }
    }

    /// <summary>One look: gives back what has lain there since a look long enough ago.</summary>
    /// <param name="node">Whose outbox is looked at.</param>
    public async Task RunOnce(int node, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var found = await database.Query(FindUnsent, row => row.GetGuid(0), ct, node);
        lying = found.ToDictionary(id => id, id => lying.GetValueOrDefault(id, now));
        var forgotten = lying.Where(each => now - each.Value >= Patience).Select(each => each.Key).ToArray();
        if (forgotten.Length > 0)
        {
            var given = await database.Query(GiveBackUnsent, row => row.GetGuid(0), ct, node, forgotten);
            Log.UnsentMessages(log, given.Count, Patience.TotalSeconds);
        }
    }
}
