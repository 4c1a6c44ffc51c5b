using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Wolverine;

namespace Campaigns.Sending;

public static class CheckHealthHandler
{
    public static async Task<OutgoingMessages> Handle(CheckHealth message, IDocumentSession session, IOptions<SendingOptions> options, CancellationToken ct)
    {
        var counts = await CampaignHealth.Read(session.DocumentStore, session.TenantId, message.CampaignId, ct);
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        return campaign.Record(Decide(campaign.State(), message.CampaignId, counts, options.Value)).Messages;
    }

    /// <summary>Counts since the breaker last tripped: who resumed the campaign knew of those before.</summary>
    public static Outcome Decide(Campaign campaign, Guid id, CampaignHealth counts, SendingOptions options)
    {
        if (campaign.Status is CampaignStatus.Completed or CampaignStatus.Partial or CampaignStatus.Failed)
        {
            return Outcome.Nothing.Send(new CompleteCampaign(id)); // what arrives worse than it was thought to may end it otherwise
        }

        var since = counts.Since(campaign.HealthAtBreak);
        return campaign.Status == CampaignStatus.Sending && BreakerRule.Breach(since.Sent, since.Bounced, since.Complained, options) is { } reason
            ? Outcome.Record(new CampaignPaused(PausedBy.Breaker, reason, counts))
            : Outcome.Nothing;
    }
}
