using Campaigns.Sending;

namespace Campaigns.Providers;

/// <summary>Who takes messages over which channel: of several for one channel, the one registered last.</summary>
public sealed class MessageProviders(IEnumerable<IMessageProvider> providers)
{
    public IMessageProvider For(Channel channel) => providers.Last(provider => provider.Channel == channel);
}
