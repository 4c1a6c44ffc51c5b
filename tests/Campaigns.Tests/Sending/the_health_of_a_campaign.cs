using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Sending;

namespace Campaigns.Tests.Sending;

public sealed class the_health_of_a_campaign
{
    static readonly SendingOptions Options = new();

    [Theory]
    [InlineData(99, 50, 10, null)] // too few to say anything
    [InlineData(100, 2, 0, null)]
    [InlineData(100, 3, 0, "3 of 100 messages bounced, over 2.0 %")]
    [InlineData(1000, 0, 1, null)]
    [InlineData(1000, 0, 2, null)] // one or two say nothing either
    [InlineData(1000, 0, 3, "3 of 1000 recipients reported it as spam, over 0.1 %")]
    public void pauses_it_when_too_many_bounce_or_complain(long sent, long bounced, long complained, string? reason)
    {
        var counts = new CampaignHealth(sent, bounced, complained);
        var decision = Some.CampaignIn(CampaignStatus.Sending).When(campaign => CheckHealthHandler.Decide(campaign, Some.Id, counts, Options));
        if (reason is null)
        {
            decision.ThenNothing();
        }
        else
        {
            decision.Then(new CampaignPaused(PausedBy.Breaker, reason, counts));
        }
    }

    [Fact]
    public void counts_anew_once_a_person_has_resumed_it()
    {
        var seen = new CampaignHealth(100, 3, 0);
        var resumed = Scenario.Given([.. Some.Facts(CampaignStatus.Sending), new CampaignPaused(PausedBy.Breaker, "3 of 100 bounced", seen), new CampaignResumed()]);
        resumed.When(campaign => CheckHealthHandler.Decide(campaign, Some.Id, new CampaignHealth(150, 6, 0), Options)).ThenNothing();
        resumed.When(campaign => CheckHealthHandler.Decide(campaign, Some.Id, new CampaignHealth(200, 5, 0), Options)).ThenNothing();
        resumed.When(campaign => CheckHealthHandler.Decide(campaign, Some.Id, new CampaignHealth(200, 6, 0), Options)).Outcome.Events.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(CampaignStatus.Paused), InlineData(CampaignStatus.Cancelled)]
    public void matters_only_while_it_is_sending(CampaignStatus status) =>
        Some.CampaignIn(status).When(campaign => CheckHealthHandler.Decide(campaign, Some.Id, new CampaignHealth(1000, 500, 500), Options)).ThenNothing();

    [Theory]
    [InlineData(CampaignStatus.Completed), InlineData(CampaignStatus.Partial), InlineData(CampaignStatus.Failed)]
    public void has_an_ended_campaign_judged_anew(CampaignStatus status) =>
        Some.CampaignIn(status).When(campaign => CheckHealthHandler.Decide(campaign, Some.Id, new CampaignHealth(1000, 1, 0), Options))
            .Then(Scenario.Sent(new CompleteCampaign(Some.Id)));
}
