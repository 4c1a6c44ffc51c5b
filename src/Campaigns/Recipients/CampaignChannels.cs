namespace Campaigns.Recipients;

/// <summary>Over which channels a campaign goes out. By both, a contact gets two messages, each with an end of its own.</summary>
public enum CampaignChannels { Email, Sms, EmailAndSms }

public static class CampaignChannelsReading
{
    public static IReadOnlyList<Channel> Each(this CampaignChannels channels) => channels switch
    {
        CampaignChannels.Email => [Channel.Email],
        CampaignChannels.Sms => [Channel.Sms],
        _ => [Channel.Email, Channel.Sms],
    };

    public static bool Include(this CampaignChannels channels, Channel channel) => channels.Each().Contains(channel);
}
