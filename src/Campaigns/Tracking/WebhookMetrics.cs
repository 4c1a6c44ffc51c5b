using System.Diagnostics.Metrics;

namespace Campaigns.Tracking;

/// <summary>What became of a body that somebody posted.</summary>
public enum BodyResult
{
    Stored,

    /// <summary>The same one again.</summary>
    Repeated,

    /// <summary>Signed too long ago: kept, and not read.</summary>
    Late,

    /// <summary>Its signature does not fit.</summary>
    Refused,

    /// <summary>There was no room for it, or it did not come in time.</summary>
    Busy,

    TooLarge,
}

/// <summary>Counts the bodies of webhooks.</summary>
public sealed class WebhookMetrics(IMeterFactory meters)
{
    readonly Counter<long> bodies = meters.Meter().CreateCounter<long>(
        "campaigns.webhook.bodies", "{body}", "Bodies that providers, or others in their name, have posted, by what became of them");

    internal void Count(string provider, BodyResult result) => bodies.Add(1, Metrics.Label(Metrics.Provider, provider), Metrics.Label("campaigns.result", result));
}
