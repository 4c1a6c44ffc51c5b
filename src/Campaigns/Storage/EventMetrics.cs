using System.Diagnostics.Metrics;
using JasperFx.Events;

namespace Campaigns.Storage;

/// <summary>Counts what is recorded, by kind.</summary>
public sealed class EventMetrics(IMeterFactory meters)
{
    readonly Counter<long> recorded = meters.Meter().CreateCounter<long>("campaigns.events", "{event}", "Events recorded, by the stored name of their kind");

    /// <param name="events">Of one commit, which holds.</param>
    internal void Count(IReadOnlyList<IEvent> events)
    {
        if (!recorded.Enabled)
        {
            return;
        }

        foreach (var (kind, count) in events.CountBy(each => each.EventTypeName))
        {
            recorded.Add(count, Metrics.Label("campaigns.event.type", kind));
        }
    }
}
