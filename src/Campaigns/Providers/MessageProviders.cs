using Campaigns.Recipients;

namespace Campaigns.Providers;

/// <summary>Who takes messages over which channel: of several for one channel, the one registered last.</summary>
public sealed class MessageProviders(IEnumerable<IMessageProvider> providers, ProviderMetrics metrics)
{
    readonly IReadOnlyList<IMessageProvider> providers = [.. providers.Select(metrics.Measure)];

    public IMessageProvider For(Channel channel) => providers.Last(provider => provider.Channel == channel);

    /// <summary>Of those who take the messages of a campaign.</summary>
    public IEnumerable<string> Names(CampaignChannels channels) => channels.Each().Select(channel => For(channel).Name);
}
