using System.Diagnostics;
using System.Diagnostics.Metrics;
using Campaigns.Recipients;

namespace Campaigns.Sending;

/// <summary>What is handed over, and how long it takes. Counted once a batch.</summary>
public sealed class SendingMetrics(IMeterFactory meters)
{
    readonly Counter<long> messages = meters.Meter().CreateCounter<long>(
        "campaigns.handover.messages", "{message}", "Messages of campaigns that were handed over, or were to be, by what came of it");

    readonly Histogram<double> duration = meters.Meter().CreateDuration(
        "campaigns.handover.duration", "How long it took to hand a batch over, from its first message to the last answer");

    /// <param name="results">Of one batch.</param>
    internal void Count(IEnumerable<(Channel Channel, object Fact)> results)
    {
        if (!messages.Enabled)
        {
            return;
        }

        foreach (var ((channel, outcome, category), count) in results.CountBy(result => Outcome(result.Channel, result.Fact)))
        {
            var tags = new TagList { Metrics.Label(Metrics.Channel, channel), Metrics.Label("campaigns.outcome", outcome) };
            if (category is { } kind)
            {
                tags.Add(Metrics.Label(Metrics.ErrorType, kind));
            }

            messages.Add(count, tags);
        }
    }

    internal void RecordDuration(TimeSpan time) => duration.Record(time.TotalSeconds);

    static (Channel, string, FailureCategory?) Outcome(Channel channel, object fact) => fact switch
    {
        MessageSent => (channel, "sent", null),
        MessageFailed failed => (channel, "failed", failed.Category),
        AttemptFailed failed => (channel, "deferred", failed.Category),
        MessageInDoubt => (channel, "in_doubt", null),
        _ => (channel, "returned", null),
    };
}
