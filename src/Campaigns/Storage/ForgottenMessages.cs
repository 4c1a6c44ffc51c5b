using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine.Runtime;

namespace Campaigns.Storage;

/// <summary>
/// Gives back what waits in the inbox in the name of this node and is not in its memory. Where the connection breaks between a commit and its answer,
/// the commit may hold, and the messages that go with it were never handed to a queue: nobody else takes them up while this node lives.
/// </summary>
/// <remarks>
/// Wolverine's <c>InboxStaleTime</c> would do the same by the clock of whichever node looks: one that is minutes ahead would take from all others what
/// they have in hand. A node asks this of itself only.
/// </remarks>
public sealed class ForgottenMessages(
    NpgsqlDataSource database, IWolverineRuntime runtime, MessagesInHand hand, MessagingOptions options, TimeProvider clock, ILogger<ForgottenMessages> log)
    : BackgroundService
{
    /// <summary>Several looks: between two attempts, or on its way from a commit to a queue, a message is in hand of nobody for a moment.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    static readonly string FindOwned = Sql.Beside<ForgottenMessages>(nameof(FindOwned));

    /// <summary>Since when this node saw each of its messages in hand of nobody.</summary>
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
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                lying = []; // the database is away: nothing is known of what was in hand meanwhile
            }
        }
    }

    /// <summary>One look: gives back what was in hand of nobody at each look for long enough.</summary>
    /// <param name="node">Whose inbox is looked at.</param>
    public async Task RunOnce(int node, CancellationToken ct)
    {
        var owned = await database.Query(FindOwned, row => (Id: row.GetGuid(0), ReceivedAt: new Uri(row.GetString(1))), ct, node);
        var now = clock.GetUtcNow();
        lying = owned.Where(message => !hand.MayHold(message.Id, message.ReceivedAt, runtime))
            .ToDictionary(message => message.Id, message => lying.GetValueOrDefault(message.Id, now));
        var forgotten = lying.Where(each => now - each.Value >= Patience).Select(each => each.Key).ToArray();
        if (forgotten.Length > 0)
        {
            Log.ForgottenMessages(log, await MessageFence.GiveBack(forgotten, node, database, ct), Patience.TotalSeconds);
        }
    }
}
