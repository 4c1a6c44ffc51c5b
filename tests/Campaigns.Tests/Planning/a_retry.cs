using Campaigns.Storage;
using Campaigns.Ledger;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Planning;

public sealed class a_retry
{
    static readonly Retry All = new(RetryFailed.All);
    static readonly Guid[] Two = [Guid.NewGuid(), Guid.NewGuid()];
    static readonly BatchStarted First = new(1, Guid.NewGuid(), Some.Now, Two);
    static readonly BatchCompleted FirstFailed = new(1, 0, 2, 0, 0, 0);
    static readonly object[] Ended = [.. Some.Facts(CampaignStatus.Sending), First, FirstFailed, new CampaignCompleted(CampaignEnd.Failed)];

    [Fact]
    public void is_on_record_with_what_was_asked_and_begins_to_queue_again() =>
        Given(Ended).When(campaign => RetryCampaignHandler.Decide(campaign, Some.Id, All, 2))
            .Then(new CampaignRetried(All, 2), Sent(new RequeueRecipients(Some.Id, All)));

    [Fact]
    public void brings_an_ended_campaign_back_to_sending_and_leaves_a_paused_one_paused()
    {
        Given([.. Ended, new CampaignRetried(All, 2)]).State.Status.ShouldBe(CampaignStatus.Sending);
        var paused = Given([.. Some.Facts(CampaignStatus.Paused), new CampaignRetried(All, 2)]).State;
        (paused.Status, paused.Reason).ShouldBe((CampaignStatus.Paused, "Lunch"));
    }

    [Fact]
    public void of_nobody_leaves_no_trace() => Given(Ended).When(campaign => RetryCampaignHandler.Decide(campaign, Some.Id, All, 0)).ThenNothing();

    [Fact]
    public void waits_for_the_one_before() =>
        Given([.. Ended, new CampaignRetried(All, 2)]).When(campaign => RetryCampaignHandler.Decide(campaign, Some.Id, All, 2)).Refused("retry-under-way");

    [Fact]
    public void is_not_for_an_archived_campaign() =>
        Given([.. Ended, new CampaignArchived()]).When(campaign => RetryCampaignHandler.Decide(campaign, Some.Id, All, 2)).Refused("campaign-not-retryable");

    [Fact]
    public void is_not_for_a_campaign_that_could_not_begin() =>
        Given([.. Some.Facts(CampaignStatus.Scheduled), new CampaignPaused(PausedBy.Breaker, "No body")])
            .When(campaign => RetryCampaignHandler.Decide(campaign, Some.Id, All, 2)).Refused("campaign-not-retryable");

    [Fact]
    public void means_what_failed_for_a_passing_reason_when_nothing_is_said()
    {
        Retry.Of(new RetryInput()).ShouldBe(new Retry(RetryFailed.Temporary));
        Retry.Of(new RetryInput(RetryFailed.All)).ShouldBe(new Retry(RetryFailed.All));
        Retry.Of(new RetryInput(InDoubt: true)).ShouldBe(new Retry(null, InDoubt: true), "those in doubt alone");
        Retry.Of(new RetryInput(RetryFailed.Temporary, InDoubt: true)).ShouldBe(new Retry(RetryFailed.Temporary, InDoubt: true));
        Retry.Of(new RetryInput(Recipients: [Two[0], Two[0]])).Recipients.ShouldBe([Two[0]]);
    }

    [Fact]
    public void of_named_recipients_names_nothing_else()
    {
        RetryCampaignEndpoints.Errors(new RetryInput()).ShouldBeEmpty();
        RetryCampaignEndpoints.Errors(new RetryInput(RetryFailed.All, true)).ShouldBeEmpty();
        RetryCampaignEndpoints.Errors(new RetryInput(Recipients: Two)).ShouldBeEmpty();
        RetryCampaignEndpoints.Errors(new RetryInput(RetryFailed.All, true, Two)).Keys.ShouldBe(["failed", "inDoubt"], ignoreOrder: true);
        RetryCampaignEndpoints.Errors(new RetryInput(Recipients: [])).Keys.ShouldBe(["recipients"]);
        RetryCampaignEndpoints.Errors(new RetryInput(Recipients: [.. Enumerable.Range(0, 1001).Select(_ => Guid.NewGuid())])).Keys.ShouldBe(["recipients"]);
    }

    [Fact]
    public void starts_a_batch_for_those_queued_again()
    {
        Given([.. Ended, new CampaignRetried(All, 2)]).When(Requeue(2))
            .Then(new RecipientsRequeued(2, true), new NextBatchScheduled(2, Some.Now), Sent(new SendBatch(Some.Id, 2)));
    }

    [Fact]
    public void goes_on_with_the_next_chunk_until_all_are_queued()
    {
        var next = new RequeueRecipients(Some.Id, All, Two[1]);
        Given([.. Ended, new CampaignRetried(All, 3)]).When(Requeue(2, next)).Then(
            new RecipientsRequeued(2, false), new NextBatchScheduled(2, Some.Now), Sent(next), Sent(new SendBatch(Some.Id, 2)));
    }

    [Fact]
    public void lets_the_next_batch_look_at_everybody_from_the_first_one_on()
    {
        Given(Ended).State.LastRecipient.ShouldBe(Two[1]);
        Given([.. Ended, new CampaignRetried(All, 2), new RecipientsRequeued(2, true)]).State.LastRecipient.ShouldBeNull();
    }

    [Fact]
    public void leaves_them_to_the_batch_that_is_due() =>
        Given([.. Some.Facts(CampaignStatus.Sending), First, FirstFailed, new NextBatchScheduled(2, Some.Now.AddHours(1)), new CampaignRetried(All, 2)])
            .When(Requeue(2)).Then(new RecipientsRequeued(2, true));

    [Fact]
    public void waits_for_resuming_while_paused()
    {
        object[] paused = [.. Some.Facts(CampaignStatus.Sending), First, FirstFailed, new CampaignPaused(PausedBy.Person, "Lunch"), new CampaignRetried(All, 2)];
        Given(paused).When(Requeue(2)).Then(new RecipientsRequeued(2, true), new NextBatchScheduled(2, Some.Now));
        Given([.. paused, new RecipientsRequeued(2, true)]).When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Some.Now))
            .Then(new CampaignResumed(), Sent(new SendBatch(Some.Id, 2)));
    }

    [Fact]
    public void keeps_the_daily_limit()
    {
        object[] daily =
        [
            new CampaignDrafted(Some.Daily), new CampaignScheduled(Some.Now), new CampaignLaunched(3), new AudienceHydrated(2, 0), First, FirstFailed,
            new CampaignCompleted(CampaignEnd.Failed), new CampaignRetried(All, 2),
        ];
        var tomorrow = First.At.AddHours(24);
        Given(daily).When(campaign => RequeueRecipientsHandler.Decide(campaign, Some.Id, 2, null, First.At, Some.Now.AddHours(1)))
            .Then(new RecipientsRequeued(2, true), new NextBatchScheduled(2, tomorrow), Due(new SendBatch(Some.Id, 2), tomorrow));
    }

    [Fact]
    public void of_those_who_were_settled_meanwhile_ends_the_campaign_again() =>
        Given([.. Ended, new CampaignRetried(All, 2)]).When(Requeue(0)).Then(new RecipientsRequeued(0, true), Sent(new CompleteCampaign(Some.Id)));

    [Fact]
    public void keeps_the_campaign_from_ending_before_it_is_done()
    {
        object[] retried = [.. Ended, new CampaignRetried(All, 2)];
        Given(retried).When(campaign => CompleteCampaignHandler.Decide(campaign, Some.Id, new CampaignCounts(0, 0, 0, 2, 0))).ThenNothing();
        Given([.. retried, new RecipientsRequeued(0, true)]).When(campaign => CompleteCampaignHandler.Decide(campaign, Some.Id, new CampaignCounts(0, 0, 1, 1, 0)))
            .Then(new CampaignCompleted(CampaignEnd.Partial));
    }

    [Fact]
    public void during_a_batch_is_seen_by_its_end_though_it_counted_before()
    {
        object[] during = [.. Some.Facts(CampaignStatus.Sending), First, new CampaignRetried(All, 5), new RecipientsRequeued(5, true)];
        Given([.. during.SkipLast(1)]).When(Requeue(5)).Then(new RecipientsRequeued(5, true));
        var results = new BatchResults();
        Two.ToList().ForEach(recipient => results.Add(recipient, new MessageSent(1, null)));
        var closed = Given(during).When(campaign => BatchClosing.Decide(campaign, new SendBatch(Some.Id, 1), results, 0, new SendingOptions(), Some.Now)).Outcome;
        closed.Events[0].ShouldBe(new BatchCompleted(1, 2, 0, 0, 0, 5));
        closed.Messages.Single().Message.ShouldBe(new SendBatch(Some.Id, 2));
    }

    [Fact]
    public void ends_when_the_campaign_is_cancelled() =>
        Given([.. Ended, new CampaignRetried(All, 2), new CampaignCancelled(null)]).State.Retrying.ShouldBeNull();

    static Func<Campaign, Outcome> Requeue(int count, RequeueRecipients? next = null) =>
        campaign => RequeueRecipientsHandler.Decide(campaign, Some.Id, count, next, null, Some.Now);
}
