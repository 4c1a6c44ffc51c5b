using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Campaigns.Storage;

/// <summary>How this node does: whether it is ready, and by how much its clock is wrong.</summary>
public sealed class NodeMetrics : Sample
{
    readonly Readiness readiness;
    readonly IHostApplicationLifetime lifetime;
    readonly ObservableGauge<int> ready;
    int? known;

    public NodeMetrics(IMeterFactory meters, Readiness readiness, NodeClock clock, IHostApplicationLifetime lifetime)
    {
        (this.readiness, this.lifetime) = (readiness, lifetime);
        ready = meters.Meter().CreateObservableGauge(
            "campaigns.node.ready", () => known is { } value ? [new Measurement<int>(value)] : Array.Empty<Measurement<int>>(), "{node}",
            "1 where this node can do its work, as /health has it, and 0 where it cannot");
        meters.Meter().CreateObservableGauge(
            "campaigns.clock.offset", () => clock.Ahead is { } by ? [new Measurement<double>(by.TotalSeconds)] : Array.Empty<Measurement<double>>(), "s",
            "By how much the clock of this machine is ahead of the database's; less than 0 where it is behind");
    }

    /// <inheritdoc/>
    public override bool IsWanted => ready.Enabled;

    /// <inheritdoc/>
    public override async Task Read(CancellationToken ct) =>
        known = lifetime.ApplicationStarted.IsCancellationRequested && await readiness.FindObstacle(ct) is null ? 1 : 0;

    /// <inheritdoc/>
    public override void Forget() => known = 0;
}
