using Campaigns.Http;
using Campaigns.Storage;
using JasperFx.Events;
using Marten.Events;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Deletes one draft, or many at once: all of them or none.</summary>
/// <param name="CampaignIds">Each once.</param>
public sealed record DeleteDrafts(IReadOnlyList<Guid> CampaignIds);

public static class DeleteDraftsHandler
{
    public static async Task<DraftsDeleted> Handle(DeleteDrafts command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var streams = new List<(IEventStream<Campaign> Stream, Outcome Outcome)>(command.CampaignIds.Count);
        foreach (var id in command.CampaignIds)
        {
            var campaign = await session.Events.FetchForWriting<Campaign>(id, ct);
            var outcome = Decide(campaign.State());
            if (outcome.Refusal is { } refusal)
            {
                return new DraftsDeleted(command.CampaignIds.Count == 1
                    ? refusal
                    : refusal with { Explanation = $"{id}: {refusal.Explanation} Nothing was deleted." });
            }

            streams.Add((campaign, outcome));
        }

        foreach (var (campaign, outcome) in streams)
        {
            if (caller.Record(campaign, outcome).Decided.Refusal is { } outdated)
            {
                return new DraftsDeleted(outdated);
            }
        }

        return new DraftsDeleted(null);
    }


    public static Outcome Decide(Campaign campaign) =>
        CampaignRules.IsDraft(campaign) is { } refusal ? Outcome.Refuse(refusal) : Outcome.Record(new CampaignDeleted());
}

static class DeleteDraftsEndpoints
{
    public const int MostAtOnce = 500;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapDelete("/campaigns/{id:guid}", async (Guid id, ApiRequest request, CancellationToken ct) => await Delete([id], request, ct))
            .WithName("DeleteDraft").WithSummary("Delete a draft")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/campaigns/delete", DeleteMany).WithName("DeleteDrafts").WithSummary("Delete several drafts, all or none")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    static Task<IResult> DeleteMany(DeleteDraftsInput input, ApiRequest request, CancellationToken ct) => input.Ids is { Count: > 0 and <= MostAtOnce }
        ? Delete([.. input.Ids.Distinct()], request, ct)
        : Task.FromResult(Problems.Problem("invalid-input", $"Name 1 to {MostAtOnce} drafts.", StatusCodes.Status400BadRequest));

    static async Task<IResult> Delete(IReadOnlyList<Guid> ids, ApiRequest request, CancellationToken ct) =>
        (await request.Send<DraftsDeleted>(new DeleteDrafts(ids), ct)).Refusal?.ToProblem() ?? Results.NoContent();
}

/// <param name="Refusal">Then nothing was deleted.</param>
public sealed record DraftsDeleted(Refusal? Refusal);

public sealed record DeleteDraftsInput(IReadOnlyList<Guid> Ids);
