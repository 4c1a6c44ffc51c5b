using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>Takes a finished campaign off the list of current ones; nothing of it is lost.</summary>
public static class ArchiveCampaign
{
    public static Outcome Decide(Campaign campaign) => campaign switch
    {
        { Archived: true } => Outcome.Nothing,
        { IsFinished: true } => Outcome.Record(new CampaignArchived()),
        _ => Outcome.Refuse(CampaignRules.Exists(campaign)
            ?? new Refusal("campaign-not-finished", $"The campaign is {CampaignRules.Words(campaign.Status)}; only finished ones are archived.")),
    };

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/archive", async (Guid id, ApiRequest request, CancellationToken ct) =>
                CampaignView.Answer(request, await request.Decide<Campaign>(id, (campaign, _) => Decide(campaign), ct)))
            .WithName(nameof(ArchiveCampaign)).WithSummary("Move a finished campaign to the history").Describe();
}
