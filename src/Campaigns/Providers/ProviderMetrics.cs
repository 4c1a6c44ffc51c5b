using System.Diagnostics;
using System.Diagnostics.Metrics;
using Campaigns.Recipients;
using Campaigns.Storage;

namespace Campaigns.Providers;

/// <summary>How long providers take, and what they answer.</summary>
public sealed class ProviderMetrics(IMeterFactory meters, MachineClock machine)
{
    readonly TimeProvider clock = machine.Now;

    readonly Histogram<double> duration = meters.Meter().CreateDuration(
        "campaigns.provider.call.duration", "How long a call to a provider took, by what it came to");

    /// <summary>The same provider, measured.</summary>
    public IMessageProvider Measure(IMessageProvider provider) => new Measured(provider, this);

    void Record(string provider, string operation, long began, string answer, FailureCategory? category)
    {
        var tags = new TagList
        {
            Metrics.Label(Metrics.Provider, provider), Metrics.Label("campaigns.operation", operation), Metrics.Label("campaigns.answer", answer),
        };
        if (category is { } kind)
        {
            tags.Add(Metrics.Label(Metrics.ErrorType, kind));
        }

        duration.Record(clock.GetElapsedTime(began).TotalSeconds, tags);
    }

    sealed class Measured(IMessageProvider provider, ProviderMetrics metrics) : IMessageProvider
    {
        public string Name => provider.Name;

        public Channel Channel => provider.Channel;

        public async Task<SendResult> Send(OutgoingMessage message, CancellationToken ct)
        {
            if (!metrics.duration.Enabled)
            {
                return await provider.Send(message, ct);
            }

            var began = metrics.clock.GetTimestamp();
            var result = await provider.Send(message, ct);
            var (answer, category) = result switch
            {
                SendResult.Accepted => ("accepted", null),
                SendResult.Refused { IsThrottled: true } refused => ("throttled", refused.Category),
                SendResult.Refused refused => ("refused", (FailureCategory?)refused.Category),
                SendResult.InDoubt => ("in_doubt", null),
                _ => ("not_called", null),
            };
            metrics.Record(Name, "send", began, answer, category);
            return result;
        }

        public async Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct)
        {
            if (!metrics.duration.Enabled)
            {
                return await provider.LookUp(message, ct);
            }

            var began = metrics.clock.GetTimestamp();
            var result = await provider.LookUp(message, ct);
            metrics.Record(
                Name, "look_up", began, result is LookUpResult.Found ? "found" : result is LookUpResult.NotFound ? "not_found" : "unavailable", category: null);
            return result;
        }

        public Task<bool> HasVerified(string tenantId, string email, CancellationToken ct) => provider.HasVerified(tenantId, email, ct);
    }
}
