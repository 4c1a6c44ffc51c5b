using Campaigns.Engine.Events;
using Campaigns.Limits;
using Microsoft.Extensions.Logging;

namespace Campaigns.Planning;

/// <summary>A message without which a campaign does not go on.</summary>
public interface ICampaignWork
{
    Guid CampaignId { get; }
}

/// <summary>A campaign whose work failed in every attempt is paused and says why, instead of standing still in silence. Resuming tries again.</summary>
public sealed class StrandedCampaign(EventStore store, ILogger<StrandedCampaign> log)
{
    public async Task Handle(ICampaignWork dead, string tenantId, string reason)
    {
        var decided = await store.Decide<Campaign>(
            () => store.OpenSession(tenantId), dead.CampaignId, (campaign, _) => Decide(campaign.State, reason), CancellationToken.None);
        BreakerPauses.Tell(log, decided.Stream, decided.Recorded);
    }

    public static Outcome Decide(Campaign campaign, string reason) => campaign.Status is CampaignStatus.Sending or CampaignStatus.Scheduled
        ? Outcome.Record(new CampaignPaused(PausedBy.Breaker, $"Its work failed again and again. Resuming tries once more. {reason}"))
        : Outcome.Nothing;
}
