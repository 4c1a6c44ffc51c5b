using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Sending;

public sealed class opening_a_batch
{
    static readonly DateTimeOffset Now = Some.Now;
    static readonly SendBatch Batch = new(Some.Id, 1);
    static readonly Guid Claim = Guid.NewGuid();
    static readonly QueuedRecipient[] Queue = [.. Enumerable.Range(0, 3).Select(_ => new QueuedRecipient(Guid.NewGuid()))];
    static readonly ProviderAccount Slow = ProviderAccount.Healthy.SlowDown(TimeSpan.FromMinutes(7), "429", 0.5, Now);
    static readonly Limit Limit = new(LimitKind.SenderMinute, "sender", 20, TimeSpan.FromMinutes(1));
    static readonly DateTimeOffset Free = Now.AddSeconds(30);
    static readonly Deferral Deferral = new(Now.AddHours(9), "It is night where they live");

    [Fact]
    public void waits_for_a_provider_that_is_slow_whatever_else_is_the_matter() =>
        Sending().When(Open(new(Slow, "Nobody may", Look(Queue, Queue), Deferral)))
            .Then(new NextBatchScheduled(1, Now.AddMinutes(7), "the provider asks to slow down: 429"), Due(Batch, Now.AddMinutes(7)));

    [Fact]
    public void pauses_the_campaign_when_nobody_may_send_in_its_name() =>
        Sending().When(Open(new(Unavailable: "Nobody may", Look: Look(Queue, Queue)))).Then(new CampaignPaused(PausedBy.Breaker, "Nobody may"));

    [Fact]
    public void names_those_who_get_it_also_when_a_limit_holds_the_others()
    {
        var started = Started(Look(Queue, Queue[..2], through: Queue[1].Id, held: Limit));
        (started.Number, started.Claim, started.At, started.Through).ShouldBe((1, Claim, Now, Queue[1].Id));
        started.Recipients.ShouldBe([Queue[0].Id, Queue[1].Id]);
    }

    [Fact]
    public void stays_where_it_was_in_the_queue_when_it_takes_only_those_whose_own_time_has_come()
    {
        var (last, after) = (Guid.NewGuid(), Guid.NewGuid());
        Started(Look(Queue, Queue)).Through.ShouldBe(DerivedId.RecipientRange(Some.Id).First);
        Started(Look(Queue, Queue), Batched(last)).Through.ShouldBe(last);
        Started(Look(Queue, Queue, after), Batched(last)).Through.ShouldBe(after);
    }

    [Fact]
    public void comes_back_a_little_before_the_limit_opens_that_holds_everybody_behind_those_who_were_dealt_with() =>
        Sending().When(Open(new(Look: Look(Queue, [], through: Queue[0].Id, held: Limit)))).Then(
            new NextBatchScheduled(1, Free, "its sender may send 20 messages a minute"), Due(Batch with { After = Queue[0].Id }, Free - Permits.Headstart));

    [Fact]
    public void comes_back_to_where_it_looked_when_a_limit_holds_even_the_first_one()
    {
        var after = Guid.NewGuid();
        Sending().When(Open(new(Look: Look(Queue, [], after, held: Limit)))).Outcome.Messages.ShouldHaveSingleItem().Message.ShouldBe(Batch with { After = after });
    }

    [Fact]
    public void looks_further_when_nobody_of_these_goes_now() =>
        Sending().When(Open(new(Look: Look(Queue, [], through: Queue[2].Id)))).Then(Sent(Batch with { After = Queue[2].Id }));

    [Fact]
    public void looks_once_more_from_the_start_when_it_has_come_to_the_end() =>
        Restarted().When(Open(new(Look: Look([], [], after: Queue[2].Id)))).Then(Sent(Batch with { After = null, Restarts = 1 }));

    [Fact]
    public void waits_for_the_first_of_those_who_were_put_off_when_nobody_else_is_queued() =>
        Sending().When(Open(new(Look: Look([], []), Deferral: Deferral)))
            .Then(new NextBatchScheduled(1, Deferral.Due, Deferral.Reason), Due(Batch, Deferral.Due));

    [Fact]
    public void has_the_campaign_completed_when_nobody_is_left() =>
        Sending().When(Open(new(Look: Look([], [])))).Then(Sent(new CompleteCampaign(Some.Id)));

    static Given<Campaign> Sending() => Some.CampaignIn(CampaignStatus.Sending);

    static Given<Campaign> Restarted() => Given([.. Some.Facts(CampaignStatus.Sending), new CampaignRetried(new Retry(RetryFailed.All), 1), new RecipientsRequeued(1, true)]);

    static Given<Campaign> Batched(Guid last) =>
        Given([.. Some.Facts(CampaignStatus.Sending), new BatchStarted(1, Claim, Now, [last]), new BatchCompleted(1, 1, 0, 0, 0, 3)]);

    static BatchStarted Started(QueueLook look, Given<Campaign>? campaign = null)
    {
        var outcome = (campaign ?? Sending()).When(Open(new(Look: look))).Outcome;
        outcome.Messages.ShouldBeEmpty();
        return outcome.Events.ShouldHaveSingleItem().ShouldBeOfType<BatchStarted>();
    }

    static Func<Campaign, Outcome> Open(BatchFindings found) => campaign => BatchOpening.Decide(campaign, Batch, Claim, found, Now);

    static QueueLook Look(
        IReadOnlyList<QueuedRecipient> candidates, IReadOnlyList<QueuedRecipient> take, Guid? after = null, Guid? through = null, Limit? held = null) => new(
            after, 10, candidates, [Limit], new Availability([new LimitState(Limit, 20, null, Free, Free, new LimitQueue(0, 0, 1, false, false))], Now),
            new Examination(take, [], [], through, held), Now);
}
