using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

public static class EditCampaign
{
    public static Outcome Decide(Campaign campaign, CampaignSettings settings) =>
        CampaignRules.IsDraft(campaign) is { } refusal ? Outcome.Refuse(refusal)
        : settings.IsSame(campaign.Settings) ? Outcome.Nothing
        : Outcome.Record(new CampaignEdited(settings));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/campaigns/{id:guid}", Handle).WithName(nameof(EditCampaign)).WithSummary("Change a draft; If-Match guards against overwriting")
            .Produces<CampaignView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

    static async Task<IResult> Handle(Guid id, CampaignInput input, ApiRequest request, CancellationToken ct)
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

        return CampaignView.Answer(request, await request.Decide<Campaign>(id, (campaign, _) => Decide(campaign, input.ToSettings()), ct));
    }
}
