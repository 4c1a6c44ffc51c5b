using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Sending;

public sealed class deciding_on_a_batch
{
    static readonly DateTimeOffset Now = Some.Now;
    static readonly SendBatch Batch = new(Some.Id, 1);
    static readonly Guid Claim = Guid.NewGuid();
    static readonly QueuedRecipient[] Queue = [.. Enumerable.Range(0, 3).Select(_ => new QueuedRecipient(Guid.NewGuid()))];
    static readonly Limit Limit = new(LimitKind.SenderMinute, "sender", 20, TimeSpan.FromMinutes(1));
    static readonly BatchHold Held = new(Now.AddSeconds(30), "its sender may send 20 messages a minute", Limit);

    [Fact]
    public void waits_until_nothing_holds_it()
    {
        var slow = new BatchHold(Now.AddMinutes(7), "the provider asks to slow down: 429");
        Sending().When(Decide(new BatchPlan { FoundSomebody = true, Hold = slow }))
            .Then(new NextBatchScheduled(1, slow.Until, slow.Because), Due(Batch, slow.Until));
    }

    [Fact]
    public void pauses_the_campaign_when_nobody_may_send_in_its_name() =>
        Sending().When(Decide(new BatchPlan { Obstacle = "Nobody may" })).Then(new CampaignPaused(PausedBy.Breaker, "Nobody may"));

    [Fact]
    public void names_those_who_get_it_also_when_a_limit_holds_the_others()
    {
        var started = Started(new BatchPlan { Go = Queue[..2], Through = Queue[1].Id, Hold = Held, FoundSomebody = true });
        (started.Number, started.Claim, started.At, started.Through).ShouldBe((1, Claim, Now, Queue[1].Id));
        started.Recipients.ShouldBe([Queue[0].Id, Queue[1].Id]);
    }

    [Fact]
    public void stays_where_it_was_in_the_queue_when_it_takes_only_those_whose_own_time_has_come()
    {
        var (last, from) = (Guid.NewGuid(), Guid.NewGuid());
        var plan = new BatchPlan { Go = Queue, FoundSomebody = true };
        Started(plan).Through.ShouldBe(DerivedId.RecipientRange(Some.Id).First);
        Started(plan, Batched(last)).Through.ShouldBe(last);
        Started(plan with { LookedFrom = from }, Batched(last)).Through.ShouldBe(from);
    }

    [Fact]
    public void comes_back_a_little_before_the_limit_opens_that_holds_everybody_behind_those_who_were_dealt_with() =>
        Sending().When(Decide(new BatchPlan { FoundSomebody = true, Through = Queue[0].Id, Hold = Held })).Then(
            new NextBatchScheduled(1, Held.Until, Held.Because), Due(Batch with { After = Queue[0].Id }, Held.Until - Permits.Headstart));

    [Fact]
    public void comes_back_to_where_it_looked_when_a_limit_holds_even_the_first_one()
    {
        var from = Guid.NewGuid();
        Sending().When(Decide(new BatchPlan { FoundSomebody = true, LookedFrom = from, Hold = Held }))
            .Outcome.Messages.ShouldHaveSingleItem().Message.ShouldBe(Batch with { After = from });
    }

    [Fact]
    public void looks_further_when_nobody_of_these_goes_now() =>
        Sending().When(Decide(new BatchPlan { FoundSomebody = true, Through = Queue[2].Id })).Then(Sent(Batch with { After = Queue[2].Id }));

    [Fact]
    public void looks_once_more_from_the_start_when_it_has_come_to_the_end() =>
        Restarted().When(Decide(new BatchPlan { LookedFrom = Queue[2].Id })).Then(Sent(Batch with { After = null, Restarts = 1 }));

    [Fact]
    public void has_the_campaign_completed_when_nobody_is_left() =>
        Sending().When(Decide(new BatchPlan())).Then(Sent(new CompleteCampaign(Some.Id)));

    static Given<Campaign> Sending() => Some.CampaignIn(CampaignStatus.Sending);

    static Given<Campaign> Restarted() => Given([.. Some.Facts(CampaignStatus.Sending), new CampaignRetried(new Retry(RetryFailed.All), 1), new RecipientsRequeued(1, true)]);

    static Given<Campaign> Batched(Guid last) =>
        Given([.. Some.Facts(CampaignStatus.Sending), new BatchStarted(1, Claim, Now, [last]), new BatchCompleted(1, 1, 0, 0, 0, 3)]);

    static BatchStarted Started(BatchPlan plan, Given<Campaign>? campaign = null)
    {
        var outcome = (campaign ?? Sending()).When(Decide(plan)).Outcome;
        outcome.Messages.ShouldBeEmpty();
        return outcome.Events.ShouldHaveSingleItem().ShouldBeOfType<BatchStarted>();
    }

    static Func<Campaign, Outcome> Decide(BatchPlan plan) => campaign => plan.Decide(campaign, Batch, Claim, Now);
}
