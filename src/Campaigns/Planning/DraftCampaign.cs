using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

public static class DraftCampaign
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns", Handle).WithName(nameof(DraftCampaign)).WithSummary("Create a campaign as a draft")
            .Produces<CampaignView>(StatusCodes.Status201Created).ProducesValidationProblem().ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(CampaignInput input, ApiRequest request, CancellationToken ct)
    {
        var errors = input.Errors();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        if (await input.FindReferences(request.Store, request.TenantId, ct) is { } unknown)
        {
            return unknown.ToProblem();
        }

        var session = request.OpenSession();
        var id = Guid.CreateVersion7(session.Now);
        var drafted = new CampaignDrafted(input.ToSettings());
        session.Start<Campaign>(id, drafted);
        await session.Commit(ct);
        request.SetETag(1);
        return Results.Created($"/api/v1/campaigns/{id}", CampaignView.Of(id, 1, Campaign.Initial.Apply(drafted)));
    }
}
