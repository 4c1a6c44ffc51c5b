using Campaigns.Storage;
using Campaigns.Ledger;
using Campaigns.Planning;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Sending;

public sealed class completing_a_campaign
{
    static readonly BatchStarted Open = new(1, Guid.NewGuid(), Some.Now, [Guid.NewGuid()]);
    static readonly BatchCompleted InDoubt = new(1, 0, 0, 1, 0, 0);

    readonly Given<Campaign> sending = Some.CampaignIn(CampaignStatus.Sending);

    [Theory]
    [InlineData(10, 0, 0, 0, CampaignEnd.Completed)]
    [InlineData(9, 1, 0, 0, CampaignEnd.Partial)]
    [InlineData(9, 0, 1, 0, CampaignEnd.Partial)]
    [InlineData(10, 0, 0, 1, CampaignEnd.Partial)]
    [InlineData(10, 0, 0, 10, CampaignEnd.Failed)] // handed over, and nobody got it
    [InlineData(4, 3, 3, 4, CampaignEnd.Failed)]
    [InlineData(0, 10, 0, 0, CampaignEnd.Failed)]
    [InlineData(0, 0, 10, 0, CampaignEnd.Failed)]
    public void says_how_it_ended(long sent, long failed, long inDoubt, long undelivered, CampaignEnd end) =>
        sending.When(Complete(new CampaignCounts(0, 0, sent, failed, inDoubt, undelivered, Skipped: 5))).Then(new CampaignCompleted(end));

    [Theory]
    [InlineData(0, "There was nobody to write to: nobody is in its audience.")]
    [InlineData(7, "There was nobody to write to: all 7 were skipped, each for a reason that its recipient names.")]
    public void failed_for_a_reason_when_it_wrote_to_nobody(long skipped, string reason) =>
        sending.When(Complete(new CampaignCounts(0, 0, 0, 0, 0, Skipped: skipped))).Then(new CampaignCompleted(CampaignEnd.Failed, reason));

    [Theory]
    [InlineData(CampaignEnd.Completed, 1, CampaignEnd.Partial)]
    [InlineData(CampaignEnd.Partial, 10, CampaignEnd.Failed)]
    public void that_has_ended_ends_otherwise_when_messages_bounce_late(CampaignEnd ended, int undelivered, CampaignEnd now) =>
        Scenario.Given([.. Some.Facts(CampaignStatus.Sending), new CampaignCompleted(ended)])
            .When(Complete(new CampaignCounts(0, 0, 10, 0, 0, undelivered))).Then(new CampaignReassessed(now));

    [Theory]
    [InlineData(CampaignEnd.Failed, 0, 3, CampaignEnd.Partial)]
    [InlineData(CampaignEnd.Partial, 2, 0, CampaignEnd.Completed)]
    public void that_has_ended_ends_otherwise_when_late_results_say_so(CampaignEnd ended, int before, int inDoubt, CampaignEnd now)
    {
        var campaign = Scenario.Given([.. Some.Facts(CampaignStatus.Sending), new CampaignCompleted(ended)]);
        campaign.When(each => CompleteCampaignHandler.Decide(each, Some.Id, new CampaignCounts(0, 0, before + 1, 0, inDoubt))).Then(new CampaignReassessed(now));
        campaign.When(each => CompleteCampaignHandler.Decide(each, Some.Id, new CampaignCounts(0, 0, ended == CampaignEnd.Failed ? 0 : 1, 0, 1))).ThenNothing();
    }

    [Fact]
    public void waits_for_whoever_is_being_sent_to() => sending.When(Complete(new CampaignCounts(0, 1, 9, 0, 0))).ThenNothing();

    [Fact]
    public void waits_for_the_open_batch() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open]).When(Complete(new CampaignCounts(0, 0, 10, 0, 0))).ThenNothing();

    [Fact]
    public void waits_for_the_audience() =>
        Given([.. Some.Facts(CampaignStatus.Scheduled), new CampaignLaunched(3)]).When(Complete(new CampaignCounts(0, 0, 0, 0, 0))).ThenNothing();

    [Fact]
    public void leaves_whoever_is_queued_to_the_batch_that_is_due()
    {
        Given([.. Some.Facts(CampaignStatus.Sending), Open, new BatchCompleted(1, 0, 0, 0, 1, 1), new NextBatchScheduled(2, Some.Now)])
            .When(Complete(new CampaignCounts(1, 0, 9, 0, 0))).ThenNothing();
    }

    [Fact]
    public void sends_another_batch_for_whoever_is_queued_when_none_is_due() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, new BatchCompleted(1, 1, 0, 0, 0, 0)])
            .When(Complete(new CampaignCounts(1, 0, 9, 0, 0))).Then(Sent(new SendBatch(Some.Id, 2)));

    [Fact]
    public void waits_for_the_providers_word_about_messages_in_doubt() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt]).When(Complete(new CampaignCounts(0, 0, 9, 0, 1))).ThenNothing();

    [Fact]
    public void no_longer_waits_when_the_providers_word_came() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt]).When(Complete(new CampaignCounts(0, 0, 10, 0, 0)))
            .Then(new CampaignCompleted(CampaignEnd.Completed));

    [Fact]
    public void no_longer_waits_when_the_time_for_doubts_is_over()
    {
        var left = Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt])
            .When(campaign => CompleteCampaignHandler.Decide(campaign, new LeaveDoubts(Some.Id, 1)));
        left.Then(new DoubtsLeft(1), Sent(new CompleteCampaign(Some.Id)));
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt, new DoubtsLeft(1)]).When(Complete(new CampaignCounts(0, 0, 9, 0, 1)))
            .Then(new CampaignCompleted(CampaignEnd.Partial));
    }

    [Fact]
    public void waits_for_every_batch_in_doubt() =>
        Given([
            .. Some.Facts(CampaignStatus.Sending), Open, InDoubt, Open with { Number = 2 }, InDoubt with { Number = 2 }, new DoubtsLeft(1),
        ]).When(Complete(new CampaignCounts(0, 0, 8, 0, 2))).ThenNothing();

    [Fact]
    public void leaves_doubts_once() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt, new DoubtsLeft(1)])
            .When(campaign => CompleteCampaignHandler.Decide(campaign, new LeaveDoubts(Some.Id, 1))).ThenNothing();

    [Fact]
    public void happens_only_to_a_campaign_that_is_sending_or_was_judged_otherwise()
    {
        CampaignStatus[] others = [CampaignStatus.Sending, CampaignStatus.Partial, CampaignStatus.Failed];
        foreach (var status in Enum.GetValues<CampaignStatus>().Except(others))
        {
            Some.CampaignIn(status).When(Complete(new CampaignCounts(0, 0, 10, 0, 0))).ThenNothing();
        }
    }

    static Func<Campaign, Outcome> Complete(CampaignCounts counts) => campaign => CompleteCampaignHandler.Decide(campaign, Some.Id, counts);
}
