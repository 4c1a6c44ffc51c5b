using System.Diagnostics.Metrics;

namespace Campaigns.Limits;

/// <summary>Counts the messages that a limit left no room for.</summary>
public sealed class LimitMetrics(IMeterFactory meters)
{
    readonly Counter<long> refused = meters.Meter().CreateCounter<long>(
        "campaigns.limit.refusals", "{message}", "Messages that were due and had to wait, or were left out, because a limit was used up");

    public void Refuse(LimitKind kind, int messages) => refused.Add(messages, Metrics.Label("campaigns.limit", kind));
}
