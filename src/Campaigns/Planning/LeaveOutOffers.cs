using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <param name="OfferIds">Of contacts in the audience.</param>
public sealed record OfferIdsInput(IReadOnlyList<Guid> OfferIds);

/// <summary>Leaves single offers out of a draft by hand, or takes those in again that were left out so.</summary>
/// <param name="Out">False: they are taken in again.</param>
public sealed record LeaveOutOffers(Guid CampaignId, IReadOnlyList<Guid> OfferIds, bool Out);

public static class LeaveOutOffersHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(LeaveOutOffers command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Decide(campaign.State(), command)); // names nothing that anybody could remove
    }

    public static Outcome Decide(Campaign campaign, LeaveOutOffers command)
    {
        if (CampaignRules.IsDraft(campaign) is { } refusal)
        {
            return Outcome.Refuse(refusal);
        }

        if (campaign.Settings.Offers is not { } offers)
        {
            return Outcome.Refuse(new Refusal("no-offers", "The campaign is about no offers: give it offers.", RefusalKind.Invalid));
        }

        var before = offers.Except ?? [];
        var after = (command.Out ? before.Union(command.OfferIds) : before.Except(command.OfferIds)).ToList();
        return after.Count > CampaignOffers.MostLeftOut
            ? Outcome.Refuse(new Refusal(
                "too-many-left-out", $"At most {CampaignOffers.MostLeftOut} offers are left out one by one: write a condition in the formula (only), which leaves out any number.", RefusalKind.Invalid))
            : after.Count == before.Count ? Outcome.Nothing
            : Outcome.Record(new CampaignEdited(campaign.Settings with { Offers = (offers with { Except = after }).Normalise() }));
    }
}

static class LeaveOutOffersEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/campaigns/{id:guid}/offers/leave-out", (Guid id, OfferIdsInput offers, ApiRequest request, CancellationToken ct) => Handle(id, offers, true, request, ct))
            .WithName("LeaveOutOffers").WithSummary("Leave single offers out of a draft by hand").Describe().ProducesValidationProblem();
        api.MapPost("/campaigns/{id:guid}/offers/take-in", (Guid id, OfferIdsInput offers, ApiRequest request, CancellationToken ct) => Handle(id, offers, false, request, ct))
            .WithName("TakeInOffers").WithSummary("Take those offers in again that were left out of a draft by hand").Describe().ProducesValidationProblem();
    }

    static async Task<IResult> Handle(Guid id, OfferIdsInput offers, bool leaveOut, ApiRequest request, CancellationToken ct) =>
        offers.OfferIds is not { Count: > 0 and <= CampaignOffers.MostLeftOut }
            ? Problems.Invalid(new Dictionary<string, string[]> { ["offerIds"] = [$"1 to {CampaignOffers.MostLeftOut} offers."] })
            : await CampaignView.Answer(request, await request.Decide<Campaign>(new LeaveOutOffers(id, offers.OfferIds, leaveOut), ct), ct);
}
