using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>A new draft with the same settings, whatever became of the first one.</summary>
static class DuplicateCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/duplicate", Handle).WithName("DuplicateCampaign").WithSummary("A new draft with the same settings")
            .Produces<CampaignView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status404NotFound);

    static async Task<IResult> Handle(Guid id, DuplicateInput? input, ApiRequest request, CancellationToken ct)
    {
        var original = await request.Store.Load<Campaign>(request.TenantId, id, ct);
        if (CampaignRules.Exists(original.State) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var name = string.IsNullOrWhiteSpace(input?.Name) ? $"{original.State.Settings.Name} (copy)" : input.Name.Trim();
        var copy = new DraftCampaign(Guid.CreateVersion7(request.Now), original.State.Settings with { Name = name }, CopyOf: id);
        return await DraftCampaignEndpoints.Answer(request, copy, ct);
    }
}

public sealed record DuplicateInput(string? Name = null);
