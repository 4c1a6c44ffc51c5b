using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>Submit, approve, reject: the steps between draft and schedule where an organisation asks for approval.</summary>
public static class ReviewCampaign
{
    public static Outcome Submit(Campaign campaign) => campaign.Status switch
    {
        CampaignStatus.InReview => Outcome.Nothing,
        _ when CampaignRules.IsDraft(campaign) is { } refusal => Outcome.Refuse(refusal),
        _ when CampaignRules.IsComplete(campaign.Settings) is { } refusal => Outcome.Refuse(refusal),
        _ => Outcome.Record(new CampaignSubmitted()),
    };

    public static Outcome Approve(Campaign campaign, string? comment) => campaign.Status switch
    {
        CampaignStatus.Approved => Outcome.Nothing,
        CampaignStatus.InReview => Outcome.Record(new CampaignApproved(comment)),
        _ => Outcome.Refuse(NotInReview(campaign)),
    };

    public static Outcome Reject(Campaign campaign, string? reason) => campaign.Status switch
    {
        CampaignStatus.InReview when string.IsNullOrWhiteSpace(reason) =>
            Outcome.Refuse(new Refusal("reason-missing", "Say why: the author has to know.", RefusalKind.Invalid)),
        CampaignStatus.InReview => Outcome.Record(new CampaignRejected(reason)),
        _ => Outcome.Refuse(NotInReview(campaign)),
    };

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/campaigns/{id:guid}/submit", async (Guid id, ApiRequest request, CancellationToken ct) =>
                CampaignView.Answer(request, await request.Decide<Campaign>(id, (campaign, _) => Submit(campaign), ct)))
            .WithName("SubmitCampaign").WithSummary("Ask for approval").Describe();
        api.MapPost("/campaigns/{id:guid}/approve", async (Guid id, Approval? approval, ApiRequest request, CancellationToken ct) =>
                CampaignView.Answer(request, await request.Decide<Campaign>(id, (campaign, _) => Approve(campaign, approval?.Comment), ct)))
            .WithName("ApproveCampaign").WithSummary("Approve a submitted campaign").Describe();
        api.MapPost("/campaigns/{id:guid}/reject", async (Guid id, Reason rejection, ApiRequest request, CancellationToken ct) =>
                CampaignView.Answer(request, await request.Decide<Campaign>(id, (campaign, _) => Reject(campaign, rejection.Text), ct)))
            .WithName("RejectCampaign").WithSummary("Reject a submitted campaign; duplicate it to try again").Describe();
    }

    static Refusal NotInReview(Campaign campaign) =>
        CampaignRules.Exists(campaign) ?? new Refusal("campaign-not-in-review", $"The campaign is {CampaignRules.Words(campaign.Status)}, not in review.");
}

public sealed record Approval(string? Comment = null);
