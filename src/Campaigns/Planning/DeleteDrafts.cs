using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>Deletes one draft, or many at once: all of them or none.</summary>
public static class DeleteDrafts
{
    public const int MostAtOnce = 500;

    public static Outcome Decide(Campaign campaign) =>
        CampaignRules.IsDraft(campaign) is { } refusal ? Outcome.Refuse(refusal) : Outcome.Record(new CampaignDeleted());

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapDelete("/campaigns/{id:guid}", DeleteOne).WithName("DeleteDraft").WithSummary("Delete a draft")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/campaigns/delete", DeleteMany).WithName("DeleteDrafts").WithSummary("Delete several drafts, all or none")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    static async Task<IResult> DeleteOne(Guid id, ApiRequest request, CancellationToken ct)
    {
        var decided = await request.Decide<Campaign>(id, (campaign, _) => Decide(campaign), ct);
        return decided.Refusal?.ToProblem() ?? Results.NoContent();
    }

    static async Task<IResult> DeleteMany(DeleteDraftsInput input, ApiRequest request, CancellationToken ct)
    {
        if (input.Ids is not { Count: > 0 and <= MostAtOnce })
        {
            return Problems.Problem("invalid-input", $"Name 1 to {MostAtOnce} drafts.", StatusCodes.Status400BadRequest);
        }

        var session = request.OpenSession();
        foreach (var campaign in await request.Store.LoadMany<Campaign>(request.TenantId, [.. input.Ids.Distinct()], ct))
        {
            var outcome = Decide(campaign.State);
            if (outcome.Refusal is { } refusal)
            {
                return (refusal with { Explanation = $"{campaign.Id}: {refusal.Explanation} Nothing was deleted." }).ToProblem();
            }

            session.Add(campaign, outcome);
        }

        await session.Commit(ct);
        return Results.NoContent();
    }
}

public sealed record DeleteDraftsInput(IReadOnlyList<Guid> Ids);
