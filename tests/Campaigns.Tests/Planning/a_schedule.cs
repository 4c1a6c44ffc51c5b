using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Planning;

public sealed class a_schedule
{
    static readonly DateTimeOffset At = Some.Now.AddHours(1);

    readonly Given<Campaign> scheduled = Some.CampaignIn(CampaignStatus.Scheduled);

    static Outcome Schedule(Campaign campaign, DateTimeOffset at) =>
        ScheduleCampaignHandler.Decide(campaign, Some.Id, at, Some.Launchable, Some.Organisation, Some.FourteenDays, Some.Now);

    [Fact]
    public void missed_within_the_campaigns_tolerance_is_sent_late_and_beyond_it_asks_a_person()
    {
        var scheduled = Some.CampaignIn(CampaignStatus.Draft).When(campaign => Schedule(campaign, At));
        var campaign = Scenario.Given([.. Some.Facts(CampaignStatus.Draft), .. scheduled.Outcome.Events]);
        campaign.When(each => LaunchCampaignHandler.Decide(each, new LaunchScheduled(Some.Id, At), Some.Launchable, At.AddMinutes(60)))
            .Outcome.Events.ShouldBe([new CampaignLaunched(3)]);
        var asked = campaign.When(each => LaunchCampaignHandler.Decide(each, new LaunchScheduled(Some.Id, At), Some.Launchable, At.AddMinutes(61)))
            .Outcome.Events.Single().ShouldBeOfType<CampaignPaused>();
        (asked.By, asked.Reason).ShouldBe((PausedBy.Breaker, $"Its time, {At:u}, was missed by more than 60 minutes. Resuming sends it now."));
    }

    [Fact]
    public void sends_a_message_due_at_its_time() =>
        Some.CampaignIn(CampaignStatus.Draft).When(campaign => Schedule(campaign, At)).Then(new CampaignScheduled(At), Due(new LaunchScheduled(Some.Id, At), At));

    [Fact]
    public void is_made_again_for_another_time()
    {
        var again = scheduled.When(campaign => Schedule(campaign, At.AddHours(1)));
        again.Then(new CampaignScheduled(At.AddHours(1)), Due(new LaunchScheduled(Some.Id, At.AddHours(1)), At.AddHours(1)));
        var moved = Scenario.Given([.. Some.Facts(CampaignStatus.Scheduled), .. again.Outcome.Events]);
        moved.When(campaign => Schedule(campaign, At.AddHours(1))).ThenNothing();
        moved.When(campaign => LaunchCampaignHandler.Decide(campaign, new LaunchScheduled(Some.Id, At), Some.Launchable, At)).ThenNothing();
        moved.When(campaign => LaunchCampaignHandler.Decide(campaign, new LaunchScheduled(Some.Id, At.AddHours(1)), Some.Launchable, At.AddHours(1)))
            .Outcome.Events.ShouldBe([new CampaignLaunched(3)]);
    }

    [Fact]
    public void is_made_again_for_what_could_not_begin_at_its_time()
    {
        object[] missed = [.. Some.Facts(CampaignStatus.Scheduled), new CampaignPaused(PausedBy.Breaker, "Its time was missed")];
        Scenario.Given(missed).When(campaign => Schedule(campaign, At.AddHours(1))).Outcome.Events.ShouldBe([new CampaignScheduled(At.AddHours(1))]);
        Some.CampaignIn(CampaignStatus.Paused).When(campaign => Schedule(campaign, At)).Refused("campaign-not-draft");
    }

    [Fact]
    public void reaches_fourteen_days_ahead_and_no_further()
    {
        var draft = Some.CampaignIn(CampaignStatus.Draft);
        draft.When(campaign => Schedule(campaign, Some.Now + Some.FourteenDays)).Outcome.Refusal.ShouldBeNull();
        draft.When(campaign => Schedule(campaign, Some.Now + Some.FourteenDays + TimeSpan.FromTicks(1))).Refused("schedule-out-of-range");
    }

    [Fact]
    public void is_in_the_future()
    {
        var draft = Some.CampaignIn(CampaignStatus.Draft);
        draft.When(campaign => Schedule(campaign, Some.Now.AddTicks(1))).Outcome.Refusal.ShouldBeNull();
        draft.When(campaign => Schedule(campaign, Some.Now)).Refused("schedule-out-of-range").Kind.ShouldBe(RefusalKind.Invalid);
        draft.When(campaign => Schedule(campaign, Some.Now.AddDays(-1))).Refused("schedule-out-of-range");
        draft.When(campaign => Schedule(campaign, DateTimeOffset.MinValue)).Refused("schedule-out-of-range");
        draft.When(campaign => Schedule(campaign, DateTimeOffset.MaxValue)).Refused("schedule-out-of-range");
    }

    [Fact]
    public void launches_the_campaign_when_its_time_has_come() =>
        scheduled.When(campaign => LaunchCampaignHandler.Decide(campaign, new LaunchScheduled(Some.Id, At), Some.Launchable, At))
            .Then(new CampaignLaunched(3), Sent(new HydrateAudience(Some.Id)));

    [Fact]
    public void for_another_time_changes_nothing() =>
        scheduled.When(campaign => LaunchCampaignHandler.Decide(campaign, new LaunchScheduled(Some.Id, At.AddMinutes(1)), Some.Launchable, At)).ThenNothing();

    [Fact]
    public void that_comes_when_the_campaign_is_anything_but_scheduled_changes_nothing()
    {
        foreach (var status in Enum.GetValues<CampaignStatus>().Where(status => status != CampaignStatus.Scheduled))
        {
            Some.CampaignIn(status).When(campaign => LaunchCampaignHandler.Decide(campaign, new LaunchScheduled(Some.Id, At), Some.Launchable, At)).ThenNothing();
        }

        Given([.. Some.Facts(CampaignStatus.Scheduled), new CampaignCancelled(null)])
            .When(campaign => LaunchCampaignHandler.Decide(campaign, new LaunchScheduled(Some.Id, At), Some.Launchable, At)).ThenNothing();
    }

    [Fact]
    public void is_overtaken_by_a_launch_by_hand() =>
        scheduled.When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.Launchable, Some.WithApproval, Some.Now))
            .Then(new CampaignLaunched(3), Sent(new HydrateAudience(Some.Id)));

    [Fact]
    public void is_not_overtaken_while_the_template_has_no_body() =>
        scheduled.When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.WithoutBody, Some.Organisation, Some.Now)).Refused("body-missing");

    [Fact]
    public void that_cannot_be_kept_pauses_the_campaign_and_says_why()
    {
        scheduled.When(campaign => LaunchCampaignHandler.Decide(campaign, new LaunchScheduled(Some.Id, At), Some.WithoutBody, At))
            .Then(new CampaignPaused(PausedBy.Breaker, "Could not start at its time: Its template has no body: write one."));
        BrokenAtItsTime.State.TemplateVersion.ShouldBeNull("or resuming it would send the template as it was, without a body");
    }

    [Fact]
    public void that_could_not_be_kept_is_tried_again_when_the_campaign_is_resumed()
    {
        var later = At.AddHours(2);
        BrokenAtItsTime.When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, later))
            .Then(new CampaignScheduled(later), Sent(new LaunchScheduled(Some.Id, later, Force: true)));
    }

    [Fact]
    public void that_could_not_be_kept_is_made_up_for_by_a_launch()
    {
        BrokenAtItsTime.When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.WithoutBody, Some.Organisation, Some.Now)).Refused("body-missing");
        BrokenAtItsTime.When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.Launchable with { TemplateVersion = 4 }, Some.Organisation, Some.Now))
            .Then(new CampaignScheduled(Some.Now), new CampaignLaunched(4), Sent(new HydrateAudience(Some.Id)));
    }

    [Fact]
    public void that_could_not_be_kept_leaves_no_trace_of_the_pause_once_it_is_made_up_for()
    {
        var sending = new object[] { new CampaignScheduled(Some.Now), new CampaignLaunched(4) }.Aggregate(BrokenAtItsTime.State, (state, fact) => state.Evolve(fact));
        (sending.Status, sending.PausedBy, sending.Reason).ShouldBe((CampaignStatus.Sending, null, null));
    }

    static Given<Campaign> BrokenAtItsTime
    {
        get
        {
            var outcome = LaunchCampaignHandler.Decide(Some.CampaignIn(CampaignStatus.Scheduled).State, new LaunchScheduled(Some.Id, At), Some.WithoutBody, At);
            return Given([.. Some.Facts(CampaignStatus.Scheduled), .. outcome.Events]);
        }
    }
}
