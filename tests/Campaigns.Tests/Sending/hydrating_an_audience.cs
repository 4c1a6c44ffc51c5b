using Campaigns.Planning;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Sending;

public sealed class hydrating_an_audience
{
    static readonly AudienceHydrated Hydrated = new(9, 1);
    static readonly object[] Launched = [.. Some.Facts(CampaignStatus.Scheduled), new CampaignLaunched(3)];

    [Fact]
    public void starts_the_first_batch_when_it_is_done() =>
        Given(Launched).When(campaign => AudienceHydration.Decide(campaign, Some.Id, Hydrated)).Then(Hydrated, Sent(new SendBatch(Some.Id, 1)));

    [Fact]
    public void goes_on_during_a_pause_and_leaves_the_first_batch_to_its_end() =>
        Given([.. Launched, new CampaignPaused(PausedBy.Person, "Wait")])
            .When(campaign => AudienceHydration.Decide(campaign, Some.Id, Hydrated)).Then(Hydrated);

    [Fact]
    public void of_a_campaign_cancelled_meanwhile_withdraws_everybody() =>
        Given([.. Launched, new CampaignCancelled(null)])
            .When(campaign => AudienceHydration.Decide(campaign, Some.Id, Hydrated)).Then(Hydrated, Sent(new WithdrawQueued(Some.Id)));

    [Fact]
    public void ends_at_a_cancellation_and_withdraws_whoever_came_with_the_last_chunk() =>
        Given([.. Launched, new CampaignCancelled(null)])
            .When(campaign => AudienceHydration.Stopped(campaign, Some.Id).ShouldNotBeNull()).Then(Sent(new WithdrawQueued(Some.Id)));

    [Fact]
    public void is_done_once()
    {
        Some.CampaignIn(CampaignStatus.Sending).When(campaign => AudienceHydration.Stopped(campaign, Some.Id).ShouldNotBeNull()).ThenNothing();
        Some.CampaignIn(CampaignStatus.Sending).When(campaign => AudienceHydration.Decide(campaign, Some.Id, Hydrated)).ThenNothing();
        Some.CampaignIn(CampaignStatus.Cancelled).When(campaign => AudienceHydration.Stopped(campaign, Some.Id).ShouldNotBeNull()).ThenNothing();
    }

    [Fact]
    public void goes_on_while_the_campaign_does() => AudienceHydration.Stopped(Given(Launched).State, Some.Id).ShouldBeNull();
}
