using Campaigns.Storage;
using Campaigns.Planning;
using Campaigns.Tenancy;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Planning;

public sealed class a_campaign_in_review
{
    readonly Given<Campaign> submitted = Some.CampaignIn(CampaignStatus.InReview);

    [Fact]
    public void is_approved_with_a_comment_or_without()
    {
        submitted.When(campaign => ReviewCampaignHandler.Approve(campaign, "Good")).Then(new CampaignApproved("Good"));
        submitted.When(campaign => ReviewCampaignHandler.Approve(campaign, null)).Then(new CampaignApproved(null));
    }

    [Theory, InlineData(null), InlineData(""), InlineData(" \t")]
    public void is_not_rejected_without_a_reason(string? reason) =>
        submitted.When(campaign => ReviewCampaignHandler.Reject(campaign, reason)).Refused("reason-missing").Kind.ShouldBe(RefusalKind.Invalid);

    [Fact]
    public void is_over_when_rejected_and_says_why()
    {
        submitted.When(campaign => ReviewCampaignHandler.Reject(campaign, "Too long")).Then(new CampaignRejected("Too long"));
        var rejected = Given([.. Some.Facts(CampaignStatus.InReview), new CampaignRejected("Too long")]).State;
        rejected.Status.ShouldBe(CampaignStatus.Cancelled);
        rejected.Reason.ShouldBe("Rejected: Too long");
    }

    [Fact]
    public void is_launched_once_approved_whether_or_not_approval_is_asked_for()
    {
        foreach (var organisation in new[] { Some.Organisation, Some.WithApproval })
        {
            Some.CampaignIn(CampaignStatus.Approved)
                .When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.Launchable, organisation, Some.Now))
                .Then(new CampaignScheduled(Some.Now), new CampaignLaunched(3), Sent(new HydrateAudience(Some.Id)));
        }
    }
}
