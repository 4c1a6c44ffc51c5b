using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Limits;
using Campaigns.Planning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

public sealed class HealthBreaker(EventStore store, IOptions<SendingOptions> options, ILogger<HealthBreaker> log)
{
    public async Task Handle(CheckHealth message, Delivery delivery, CancellationToken ct)
    {
        var counts = await CampaignHealth.Read(store, delivery.TenantId, message.CampaignId, ct);
        var decided = await store.Decide<Campaign>(
            delivery.OpenSession, message.CampaignId, (campaign, _) => Decide(campaign.State, counts, options.Value), ct);
        BreakerPauses.Tell(log, decided.Stream, decided.Recorded);
    }

    /// <summary>Counts since the breaker last tripped: who resumed the campaign knew of those before.</summary>
    public static Outcome Decide(Campaign campaign, CampaignHealth counts, SendingOptions options)
    {
        var since = counts.Since(campaign.HealthAtBreak);
        return campaign.Status == CampaignStatus.Sending && BreakerRule.Breach(since.Sent, since.Bounced, since.Complained, options) is { } reason
            ? Outcome.Record(new CampaignPaused(PausedBy.Breaker, reason, counts))
            : Outcome.Nothing;
    }
}
