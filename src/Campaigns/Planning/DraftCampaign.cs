using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Begins a campaign as a draft.</summary>
/// <param name="CampaignId">A new one.</param>
/// <param name="CopyOf">The campaign whose settings these were.</param>
public sealed record DraftCampaign(Guid CampaignId, CampaignSettings Settings, Guid? CopyOf = null);

public static class DraftCampaignHandler
{
    public static Decided<Campaign> Handle(DraftCampaign command, IDocumentSession session, Caller caller)
    {
        if (command.CopyOf is null) // a copy may name what is gone: whoever edits or launches it is told
        {
            CampaignUses.Hold(session, command.CampaignId, command.Settings);
        }

        var drafted = new CampaignDrafted(command.Settings, command.CopyOf);
        session.Events.StartStream<Campaign>(command.CampaignId, drafted);
        caller.Keep();
        return new Decided<Campaign>(
            new StreamState<Campaign>(command.CampaignId, Campaign.Begin(command.CampaignId).Evolve(drafted), 1), [drafted], null);
    }
}

static class DraftCampaignEndpoints
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

        if (await input.FindReferences(request.Store, request.TenantId, before: null, ct) is { } unknown)
        {
            return unknown.ToProblem();
        }

        return await Answer(request, new DraftCampaign(Guid.CreateVersion7(request.Now), input.ToSettings()), ct);
    }

    /// <summary>Drafts it and says where it is.</summary>
    internal static async Task<IResult> Answer(ApiRequest request, DraftCampaign command, CancellationToken ct)
    {
        var drafted = (await request.Decide<Campaign>(command, ct)).Stream;
        request.SetETag(drafted.Version);
        return Results.Created($"/api/v1/campaigns/{drafted.Id}", await CampaignView.Read(request.Store, request.TenantId, drafted, ct));
    }
}
