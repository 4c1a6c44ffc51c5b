using Campaigns.Engine.Events;
using Campaigns.Limits;
using Microsoft.Extensions.Logging;

namespace Campaigns.Planning;

/// <summary>Whatever lets a breaker pause a campaign says so in the log, with the campaign and the reason.</summary>
static class BreakerPauses
{
    /// <param name="recorded">What was committed about the campaign just now.</param>
    public static void Tell(ILogger log, StreamState<Campaign> campaign, IReadOnlyList<object> recorded)
    {
        foreach (var paused in recorded.OfType<CampaignPaused>().Where(paused => paused.By == PausedBy.Breaker))
        {
            Log.BreakerPaused(log, campaign.Id, campaign.State.Settings.Name, paused.Reason);
        }
    }
}
