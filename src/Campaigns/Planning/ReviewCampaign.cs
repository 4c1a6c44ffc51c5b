using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Asks for approval.</summary>
public sealed record SubmitCampaign(Guid CampaignId);

public sealed record ApproveCampaign(Guid CampaignId, string? Comment);

public sealed record RejectCampaign(Guid CampaignId, string? Reason);

/// <summary>Submit, approve, reject: the steps between draft and schedule where an organisation asks for approval.</summary>
public static class ReviewCampaignHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(SubmitCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Submit(campaign.State()));
    }

    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(ApproveCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Approve(campaign.State(), command.Comment));
    }

    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(RejectCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Reject(campaign.State(), command.Reason));
    }

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
            Outcome.Refuse(new Refusal("reason-missing", "Say in reason why: the author has to know.", RefusalKind.Invalid)),
        CampaignStatus.InReview => Outcome.Record(new CampaignRejected(reason)),
        _ => Outcome.Refuse(NotInReview(campaign)),
    };

    static Refusal NotInReview(Campaign campaign) =>
        CampaignRules.Exists(campaign) ?? new Refusal("campaign-not-in-review", $"The campaign is {CampaignRules.Words(campaign.Status)}, not in review.");
}

static class ReviewCampaignEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/campaigns/{id:guid}/submit", async (Guid id, ApiRequest request, CancellationToken ct) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new SubmitCampaign(id), ct), ct))
            .WithName("SubmitCampaign").WithSummary("Ask for approval").Describe();
        api.MapPost("/campaigns/{id:guid}/approve", async (Guid id, Approval? approval, ApiRequest request, CancellationToken ct) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new ApproveCampaign(id, approval?.Comment), ct), ct))
            .WithName("ApproveCampaign").WithSummary("Approve a submitted campaign").Describe();
        api.MapPost("/campaigns/{id:guid}/reject", async (Guid id, GivenReason given, ApiRequest request, CancellationToken ct) =>
                await CampaignView.Answer(request, await request.Decide<Campaign>(new RejectCampaign(id, given.Reason), ct), ct))
            .WithName("RejectCampaign").WithSummary("Reject a submitted campaign; duplicate it to try again").Describe();
    }
}

public sealed record Approval(string? Comment = null);
