using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>A message without which a campaign does not go on.</summary>
public interface ICampaignWork
{
    Guid CampaignId { get; }
}

/// <summary>A campaign whose work failed in every attempt is paused and says why, instead of standing still in silence. Resuming tries again.</summary>
/// <param name="MessageId">Of the envelope: resuming has it handled once more.</param>
public sealed record StrandCampaign(Guid CampaignId, Guid MessageId, string Reason);

public static class StrandCampaignHandler
{
    static readonly string NoteStranded = Sql.Beside(typeof(StrandCampaignHandler), nameof(NoteStranded));
    static readonly string ReviveStranded = Sql.Beside(typeof(StrandCampaignHandler), nameof(ReviveStranded));

    public static async Task<OutgoingMessages> Handle(StrandCampaign command, IDocumentSession session, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        session.Sql(NoteStranded, session.TenantId, command.CampaignId, command.MessageId);
        return campaign.Record(Decide(campaign.State(), command.Reason)).Messages;
    }

    /// <summary>Has the commit bring back what failed too often: it may be why the campaign was paused.</summary>
    public static void Revive(IDocumentSession session, Guid campaignId) => session.Sql(ReviveStranded, session.TenantId, campaignId);

    public static Outcome Decide(Campaign campaign, string reason) => campaign.Status is CampaignStatus.Sending or CampaignStatus.Scheduled
        ? Outcome.Record(new CampaignPaused(PausedBy.Breaker, $"Its work failed again and again. Resuming tries once more. {reason}"))
        : Outcome.Nothing;
}
