using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Takes a finished campaign off the list of current ones; nothing of it is lost.</summary>
public sealed record ArchiveCampaign(Guid CampaignId);

public static class ArchiveCampaignHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(ArchiveCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Decide(campaign.State()));
    }

    public static Outcome Decide(Campaign campaign) => campaign switch
    {
        { Archived: true } => Outcome.Nothing,
        { IsFinished: true } => Outcome.Record(new CampaignArchived()),
        _ => Outcome.Refuse(CampaignRules.Exists(campaign)
            ?? new Refusal("campaign-not-finished", $"The campaign is {CampaignRules.Words(campaign.Status)}; only finished ones are archived.")),
    };
}

static class ArchiveCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/archive", async (Guid id, ApiRequest request, CancellationToken ct) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new ArchiveCampaign(id), ct), ct))
            .WithName(nameof(ArchiveCampaign)).WithSummary("Move a finished campaign to the history").Describe();
}
