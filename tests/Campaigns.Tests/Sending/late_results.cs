using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Sending;

/// <summary>Of a batch whose node had stood still until another one closed it.</summary>
public sealed class late_results
{
    static readonly SendBatch Batch = new(Some.Id, 1);
    static readonly BatchStarted Open = new(1, Guid.NewGuid(), Some.Now, [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()]);
    static readonly BatchCompleted InDoubt = new(1, 0, 0, 3, 0, 0);
    static readonly MessageReturned Returned = new(1, "Another node took the batch while this one stood still");
    static readonly MessageSent WasSent = new(1, "sg-1");

    [Fact]
    public void queue_again_who_was_never_handed_over_and_go_on_with_them() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt]).When(Record(WasSent, Returned, Returned))
            .Then(new DoubtsSettled(1, 1, 0, 2), new NextBatchScheduled(2, Some.Now), Sent(new SendBatch(Some.Id, 2)));

    [Fact]
    public void leave_it_to_the_batch_that_is_out_and_count_for_it()
    {
        var next = Open with { Number = 2, Claim = Guid.NewGuid() };
        var late = Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt, next]);
        late.When(Record(Returned)).Then(new DoubtsSettled(1, 0, 0, 1));
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt, next, new DoubtsSettled(1, 0, 0, 1)]).State.OpenBatch!.Requeued.ShouldBe(1);
    }

    [Fact]
    public void of_whom_nobody_is_queued_may_complete_the_campaign() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt]).When(Record(WasSent, new MessageFailed(1, FailureCategory.Recipient, "550", "No")))
            .Then(new DoubtsSettled(1, 1, 1, 0), Sent(new CompleteCampaign(Some.Id)));

    [Fact]
    public void of_a_campaign_that_was_cancelled_withdraw_who_is_queued_again() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt, new CampaignCancelled(null)]).When(Record(Returned))
            .Then(new DoubtsSettled(1, 0, 0, 1), Sent(new WithdrawQueued(Some.Id)));

    [Fact]
    public void wait_with_a_campaign_that_is_paused() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt, new CampaignPaused(PausedBy.Person, "Lunch")]).When(Record(Returned))
            .Then(new DoubtsSettled(1, 0, 0, 1), new NextBatchScheduled(2, Some.Now));

    [Fact]
    public void about_nobody_say_nothing() =>
        Given([.. Some.Facts(CampaignStatus.Sending), Open, InDoubt]).When(Record()).Then();

    static Func<Campaign, Campaigns.Storage.Outcome> Record(params object[] facts) =>
        campaign => RecordLateResultsHandler.Decide(campaign, Batch, facts, null, Some.Now);
}
