using Campaigns.Limits;
using Campaigns.Planning;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Planning;

public sealed class a_campaign_under_way
{
    static readonly BatchStarted First = new(1, Guid.NewGuid(), Some.Now, [Guid.NewGuid(), Guid.NewGuid()]);
    static readonly BatchCompleted FirstDone = new(1, 2, 0, 0, 0, 8);

    [Fact]
    public void says_who_paused_it_and_why()
    {
        Some.CampaignIn(CampaignStatus.Sending).When(campaign => PauseCampaignHandler.Pause(campaign, "Lunch")).Then(new CampaignPaused(PausedBy.Person, "Lunch"));
        Some.CampaignIn(CampaignStatus.Sending).When(campaign => PauseCampaignHandler.Pause(campaign, null))
            .Then(new CampaignPaused(PausedBy.Person, "Paused by a person"));
        var paused = Some.CampaignIn(CampaignStatus.Paused).State;
        (paused.PausedBy, paused.Reason).ShouldBe((PausedBy.Person, "Lunch"));
        var resumed = paused.Evolve(new CampaignResumed());
        (resumed.Status, resumed.PausedBy, resumed.Reason).ShouldBe((CampaignStatus.Sending, null, null));
    }

    [Fact]
    public void goes_on_with_the_next_batch_at_once_when_that_is_overdue()
    {
        Paused(First, FirstDone, new NextBatchScheduled(2, Some.Now.AddSeconds(3)))
            .When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Some.Now.AddHours(1)))
            .Then(new CampaignResumed(), Sent(new SendBatch(Some.Id, 2)));
        Paused().When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Some.Now))
            .Then(new CampaignResumed(), Sent(new SendBatch(Some.Id, 1)));
    }

    [Fact]
    public void goes_on_no_sooner_than_the_next_batch_was_due_anyway() =>
        Paused(First, FirstDone, new NextBatchScheduled(2, Some.Now.AddHours(24)))
            .When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Some.Now.AddHours(1)))
            .Then(new CampaignResumed(), Due(new SendBatch(Some.Id, 2), Some.Now.AddHours(24)));

    [Fact]
    public void that_was_paused_in_a_batch_leaves_the_next_one_to_the_end_of_that() =>
        Paused(First).When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Some.Now)).Then(new CampaignResumed());

    [Fact]
    public void that_was_paused_before_its_audience_was_there_leaves_the_first_batch_to_the_hydration() =>
        Given([.. Some.Facts(CampaignStatus.Scheduled), new CampaignLaunched(3), new CampaignPaused(PausedBy.Person, "Wait")])
            .When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Some.Now)).Then(new CampaignResumed());

    [Theory, InlineData(CampaignStatus.Sending), InlineData(CampaignStatus.Paused)]
    public void withdraws_who_is_queued_when_cancelled(CampaignStatus status) =>
        Some.CampaignIn(status).When(campaign => PauseCampaignHandler.Cancel(campaign, Some.Id, "Not needed"))
            .Then(new CampaignCancelled("Not needed"), Sent(new WithdrawQueued(Some.Id)));

    [Theory, InlineData(CampaignStatus.InReview), InlineData(CampaignStatus.Approved), InlineData(CampaignStatus.Scheduled)]
    public void has_nobody_to_withdraw_before_it_is_launched(CampaignStatus status) =>
        Some.CampaignIn(status).When(campaign => PauseCampaignHandler.Cancel(campaign, Some.Id, null)).Then(new CampaignCancelled(null));

    [Fact]
    public void waits_for_no_batch_once_it_is_cancelled()
    {
        var cancelled = Given([.. Some.Facts(CampaignStatus.Sending), First, FirstDone, new NextBatchScheduled(2, Some.Now), new CampaignCancelled("Why")]).State;
        (cancelled.Status, cancelled.NextBatchAt, cancelled.Reason).ShouldBe((CampaignStatus.Cancelled, null, "Why"));
    }

    [Fact]
    public void keeps_the_template_that_it_was_launched_with() => Some.CampaignIn(CampaignStatus.Completed).State.TemplateVersion.ShouldBe(3);

    [Fact]
    public void is_archived_once_finished_and_keeps_its_status()
    {
        Some.CampaignIn(CampaignStatus.Partial).When(ArchiveCampaignHandler.Decide).Then(new CampaignArchived());
        var archived = Given([.. Some.Facts(CampaignStatus.Partial), new CampaignArchived()]);
        archived.When(ArchiveCampaignHandler.Decide).ThenNothing();
        archived.State.Status.ShouldBe(CampaignStatus.Partial);
    }

    [Fact]
    public void starts_a_batch_behind_the_last_one_and_from_the_front_when_somebody_was_returned()
    {
        var started = Given([.. Some.Facts(CampaignStatus.Sending), First]).State;
        (started.LastBatch, started.LastRecipient, started.OpenBatch).ShouldBe((1, First.Recipients[1], new OpenBatch(1, First.Claim, First.At, 2)));
        var completed = started.Evolve(FirstDone);
        (completed.LastRecipient, completed.OpenBatch).ShouldBe((First.Recipients[1], null));
        started.Evolve(FirstDone with { Sent = 1, Returned = 1 }).LastRecipient.ShouldBeNull();
    }

    static Given<Campaign> Paused(params object[] before) =>
        Given([.. Some.Facts(CampaignStatus.Sending), .. before, new CampaignPaused(PausedBy.Person, "Lunch")]);
}
