using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Changes a draft.</summary>
public sealed record EditCampaign(Guid CampaignId, CampaignSettings Settings);

public static class EditCampaignHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(EditCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        var outcome = Decide(campaign.State(), command.Settings);
        if (outcome.Events.Count > 0)
        {
            CampaignUses.Hold(session, command.CampaignId, command.Settings);
        }

        return caller.Record(campaign, outcome);
    }

    public static Outcome Decide(Campaign campaign, CampaignSettings settings) =>
        CampaignRules.IsDraft(campaign) is { } refusal ? Outcome.Refuse(refusal)
        : settings.IsSame(campaign.Settings) ? Outcome.Nothing
        : Outcome.Record(new CampaignEdited(settings));
}

static class EditCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        Describe(api.MapPut("/campaigns/{id:guid}", Change)).WithName(nameof(EditCampaign)).WithSummary("Change a draft; If-Match guards against overwriting");
        Describe(api.MapPatch("/campaigns/{id:guid}", ChangeInPart)).WithName("EditCampaignInPart")
            .WithSummary("Change what is named of a draft (RFC 7396): null removes, what is not named stays");
    }

    static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint
        .Produces<CampaignView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);

    static Task<IResult> ChangeInPart(Guid id, MergePatch<CampaignInput> patch, ApiRequest request, CancellationToken ct) => request.ChangeInPart(
        async () =>
        {
            var campaign = await request.Store.Load<Campaign>(request.TenantId, id, ct);
            return (campaign.State, campaign.Version);
        },
        async campaign => CampaignRules.IsDraft(campaign)?.ToProblem() ?? await Change(id, patch.Apply(CampaignInput.Read(campaign.Settings)), request, ct));

    static async Task<IResult> Change(Guid id, CampaignInput input, ApiRequest request, CancellationToken ct)
    {
        var errors = input.Errors();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        var before = (await request.Store.Load<Campaign>(request.TenantId, id, ct)).State.Settings.Audience;
        if (await input.FindReferences(request.Store, request.TenantId, before, ct) is { } unknown)
        {
            return unknown.ToProblem();
        }

        return await CampaignView.Answer(request, await request.Decide<Campaign>(new EditCampaign(id, input.ToSettings()), ct), ct);
    }
}
