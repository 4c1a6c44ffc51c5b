using System.Diagnostics.Metrics;
using Npgsql;

namespace Campaigns.Storage;

/// <summary>How much waits in the queues of all nodes, and for how long. All nodes tell the same.</summary>
public sealed class QueueMetrics : Sample
{
    /// <summary>Whoever has so many needs no exact number.</summary>
    const int MostCounted = 100_000;

    static readonly string CountMessages = Sql.Beside<QueueMetrics>(nameof(CountMessages));

    readonly NpgsqlDataSource database;
    readonly TimeProvider clock;
    readonly ObservableGauge<long> messages;
    readonly ObservableGauge<double> oldest;
    Depth? known;

    public QueueMetrics(IMeterFactory meters, NpgsqlDataSource database, TimeProvider clock)
    {
        (this.database, this.clock) = (database, clock);
        messages = meters.Meter().CreateObservableGauge(
            "campaigns.queue.messages", () => Volatile.Read(ref known)?.Messages ?? [], "{message}",
            "Messages that wait to be handled, that are scheduled for later, and that no attempt could handle");
        oldest = meters.Meter().CreateObservableGauge(
            "campaigns.queue.oldest_age", () => Volatile.Read(ref known)?.Oldest ?? [], "s", "For how long the message waits that has waited longest");
    }

    /// <inheritdoc/>
    public override bool IsWanted => messages.Enabled || oldest.Enabled;

    /// <inheritdoc/>
    public override async Task Read(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var rows = await database.Query(
            CountMessages,
            row => (State: row.GetString(0), Kind: row.GetString(1), Count: row.GetInt64(2), Since: row.ValueOrNull<DateTimeOffset>(3)),
            ct, now, MostCounted);
        var since = rows.Min(row => row.Since) ?? now;
        Volatile.Write(ref known, new Depth(
            [
                .. rows.Select(row => new Measurement<long>(
                    row.Count, Metrics.Label("campaigns.state", row.State), Metrics.Label("campaigns.message.type", row.Kind))),
            ],
            [new Measurement<double>(since < now ? (now - since).TotalSeconds : 0)]));
    }

    /// <inheritdoc/>
    public override void Forget() => Volatile.Write(ref known, null);

    sealed record Depth(IReadOnlyList<Measurement<long>> Messages, IReadOnlyList<Measurement<double>> Oldest);
}
