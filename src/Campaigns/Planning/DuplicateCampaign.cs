using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>A new draft with the same settings, whatever became of the first one.</summary>
public static class DuplicateCampaign
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/duplicate", Handle).WithName(nameof(DuplicateCampaign)).WithSummary("A new draft with the same settings")
            .Produces<CampaignView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status404NotFound);

    static async Task<IResult> Handle(Guid id, DuplicateInput? input, ApiRequest request, CancellationToken ct)
    {
        var original = await request.Store.Load<Campaign>(request.TenantId, id, ct);
        if (CampaignRules.Exists(original.State) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var session = request.OpenSession();
        var copy = Guid.CreateVersion7(session.Now);
        var name = string.IsNullOrWhiteSpace(input?.Name) ? $"{original.State.Settings.Name} (copy)" : input.Name.Trim();
        var drafted = new CampaignDrafted(original.State.Settings with { Name = name }, id);
        session.Start<Campaign>(copy, drafted);
        await session.Commit(ct);
        request.SetETag(1);
        return Results.Created($"/api/v1/campaigns/{copy}", CampaignView.Of(copy, 1, Campaign.Initial.Apply(drafted)));
    }
}

public sealed record DuplicateInput(string? Name = null);
