using Campaigns.Sending.Accounts;
using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Sending;

public sealed class closing_a_batch
{
    static readonly SendingOptions Options = new();
    static readonly DateTimeOffset Started = Some.Now;
    static readonly DateTimeOffset Ended = Some.Now.AddSeconds(30);
    static readonly SendBatch Batch = new(Some.Id, 1);
    static readonly Guid[] Recipients = [.. Enumerable.Range(0, 4).Select(_ => Guid.NewGuid())];
    static readonly BatchStarted Open = new(1, Guid.NewGuid(), Started, Recipients);
    static readonly DateTimeOffset Next = Pace.Default.Next(Some.Id, 1, Recipients.Length, Started, Ended);

    [Fact]
    public void schedules_the_next_one_at_the_campaigns_pace() =>
        Sending().When(Close(Sent(4), queued: 6))
            .Then(new BatchCompleted(1, 4, 0, 0, 0, 6), new NextBatchScheduled(2, Next), Due(new SendBatch(Some.Id, 2), Next));

    [Fact]
    public void has_the_campaign_completed_when_nobody_is_queued() =>
        Sending().When(Close(Results(new MessageFailed(1, FailureCategory.Content, "400", "Bad")), queued: 0))
            .Then(new BatchCompleted(1, 3, 1, 0, 0, 0), Scenario.Sent(new CompleteCampaign(Some.Id)));

    [Fact]
    public void gives_the_provider_time_to_speak_about_messages_in_doubt() =>
        Sending().When(Close(Results(new MessageInDoubt(1, "No answer"), new MessageInDoubt(1, "No answer")), queued: 0))
            .Then(new BatchCompleted(1, 2, 0, 2, 0, 0), Due(new LeaveDoubts(Some.Id, 1), Ended + Options.InDoubtFor),
                Due(new LookUpMessages(Some.Id, 1, 1), Ended.AddSeconds(30)), Scenario.Sent(new CompleteCampaign(Some.Id)));

    [Fact]
    public void counts_the_returned_ones_as_queued_again() =>
        Sending().When(Close(Results(new MessageReturned(1, "The node stopped")), queued: 0))
            .Then(new BatchCompleted(1, 3, 0, 0, 1, 1), new NextBatchScheduled(2, Next), Due(new SendBatch(Some.Id, 2), Next));

    [Fact]
    public void pauses_the_campaign_when_the_breaker_tripped_and_says_why() =>
        Sending().When(Close(Results("No such key", new MessageReturned(1, "401"), new MessageReturned(1, "401")), queued: 6))
            .Then(new BatchCompleted(1, 2, 0, 0, 2, 8), new NextBatchScheduled(2, Next), new CampaignPaused(PausedBy.Breaker, "No such key"));

    [Fact]
    public void keeps_to_the_daily_limit_when_the_breaker_tripped_half_way_through_it()
    {
        var tripped = Daily().When(Close(Results("No such key", new MessageReturned(1, "401")), queued: 6));
        var paused = Given([.. DailyFacts, .. tripped.Outcome.Events]);
        paused.When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Ended))
            .Then(new CampaignResumed(), Due(new SendBatch(Some.Id, 2), Started.AddHours(24)));
    }

    [Fact]
    public void spends_nothing_of_a_daily_limit_when_nothing_went_out()
    {
        Daily().When(Close(Results([.. Recipients.Select(_ => new MessageReturned(1, "The node stopped"))]), queued: 6))
            .Then(new BatchCompleted(1, 0, 0, 0, 4, 10), new NextBatchScheduled(2, Ended), Scenario.Sent(new SendBatch(Some.Id, 2)));
    }

    [Fact]
    public void spends_nothing_of_a_daily_limit_when_all_are_tried_again_later()
    {
        var failed = new AttemptFailed(1, 1, FailureCategory.Temporary, "unreachable", "No connection", Ended.AddSeconds(30));
        Daily().When(Close(Results([.. Recipients.Select(_ => failed)]), queued: 6))
            .Then(new BatchCompleted(1, 0, 0, 0, 0, 10, 4), new NextBatchScheduled(2, Ended), Scenario.Sent(new SendBatch(Some.Id, 2)));
    }

    [Fact]
    public void keeps_the_time_of_the_next_batch_for_the_end_of_a_pause() =>
        Paused().When(Close(Sent(4), queued: 6)).Then(new BatchCompleted(1, 4, 0, 0, 0, 6), new NextBatchScheduled(2, Next));

    [Fact]
    public void during_a_pause_expects_no_further_batch_when_nobody_is_queued()
    {
        Given([.. DailyFacts, new CampaignPaused(PausedBy.Person, "Lunch")]).When(Close(Sent(4), queued: 0)).Then(new BatchCompleted(1, 4, 0, 0, 0, 0));
        var resumed = Given([.. DailyFacts, new CampaignPaused(PausedBy.Person, "Lunch"), new BatchCompleted(1, 4, 0, 0, 0, 0)]);
        resumed.When(campaign => PauseCampaignHandler.Resume(campaign, Some.Id, Ended))
            .Then(new CampaignResumed(), Scenario.Sent(new SendBatch(Some.Id, 2))); // which finds nobody, and completes the campaign
    }

    [Fact]
    public void after_a_cancellation_only_records_what_became_of_it() =>
        Cancelled().When(Close(Sent(4), queued: 6)).Then(new BatchCompleted(1, 4, 0, 0, 0, 6));

    [Fact]
    public void after_a_cancellation_withdraws_the_returned_ones() =>
        Cancelled().When(Close(Results(new MessageReturned(1, "The node stopped")), queued: 0))
            .Then(new BatchCompleted(1, 3, 0, 0, 1, 1), Scenario.Sent(new WithdrawQueued(Some.Id)));

    [Fact]
    public void after_a_cancellation_no_breaker_pauses_it() =>
        Cancelled().When(Close(Results("No such key", new MessageReturned(1, "401")), queued: 0)).Outcome.Events.ShouldBe([new BatchCompleted(1, 3, 0, 0, 1, 1)]);

    [Fact]
    public void that_is_not_open_or_another_one_changes_nothing()
    {
        Some.CampaignIn(CampaignStatus.Sending).When(Close(Sent(4), queued: 6)).ThenNothing();
        Given([.. Some.Facts(CampaignStatus.Sending), Open with { Number = 2 }]).When(Close(Sent(4), queued: 6)).ThenNothing();
        Given([.. Some.Facts(CampaignStatus.Sending), Open, new BatchCompleted(1, 4, 0, 0, 0, 6)]).When(Close(Sent(4), queued: 6)).ThenNothing();
    }

    [Fact]
    public void counts_those_to_be_tried_again_as_queued_and_goes_on() =>
        Sending().When(Close(Results(Again), queued: 0))
            .Then(new BatchCompleted(1, 3, 0, 0, 0, 1, 1), new NextBatchScheduled(2, Next), Due(new SendBatch(Some.Id, 2), Next));

    [Fact]
    public void puts_the_next_one_off_for_as_long_as_the_provider_asks()
    {
        var slow = ProviderAccount.Healthy.SlowDown(TimeSpan.FromMinutes(7), "429 too many requests", 0.5, Ended);
        var results = Results(null, new ProviderAccounts(new Dictionary<string, ProviderAccount> { ["one"] = slow }), new MessageReturned(1, "429"));
        var at = Ended.AddMinutes(7);
        Sending().When(Close(results, queued: 6)).Then(
            new BatchCompleted(1, 3, 0, 0, 1, 7), new NextBatchScheduled(2, at, "the provider asks to slow down: 429 too many requests"), Due(new SendBatch(Some.Id, 2), at));
    }

    static readonly AttemptFailed Again = new(1, 1, FailureCategory.Temporary, "503", "Later", Ended.AddSeconds(30));

    static readonly object[] DailyFacts =
        [new CampaignDrafted(Some.Daily), new CampaignScheduled(Started), new CampaignLaunched(3), new AudienceHydrated(10, 0), Open];

    static Given<Campaign> Daily() => Given(DailyFacts);

    static Given<Campaign> Sending() => Given([.. Some.Facts(CampaignStatus.Sending), Open]);

    static Given<Campaign> Paused() => Given([.. Some.Facts(CampaignStatus.Sending), Open, new CampaignPaused(PausedBy.Person, "Lunch")]);

    static Given<Campaign> Cancelled() => Given([.. Some.Facts(CampaignStatus.Sending), Open, new CampaignCancelled(null)]);

    static Func<Campaign, Outcome> Close(BatchResults results, long queued) =>
        campaign => BatchClosing.Decide(campaign, Batch, results, queued, Options, Ended);

    static BatchResults Sent(int count) => Results([.. Enumerable.Range(0, count).Select(_ => new MessageSent(1, null))]);

    static BatchResults Results(params object[] facts) => Results(null, null, facts);

    static BatchResults Results(string? breaker, params object[] facts) => Results(breaker, null, facts);

    // Those without a fact of their own were proven sent meanwhile.
    static BatchResults Results(string? breaker, ProviderAccounts? accounts, params object[] facts)
    {
        var results = new BatchResults { Breaker = breaker, Accounts = accounts ?? ProviderAccounts.Unknown };
        for (var i = 0; i < Recipients.Length; i++)
        {
            results.Add(Recipients[i], facts.ElementAtOrDefault(i));
        }

        return results;
    }
}

public sealed class the_results_of_a_batch
{
    [Fact]
    public void are_counted_by_what_became_of_each_recipient()
    {
        var results = new BatchResults();
        foreach (var fact in new object?[]
        {
            new MessageSent(1, "a"), new MessageSent(1, null), new MessageFailed(1, FailureCategory.Recipient, "400", ""), new MessageInDoubt(1, ""),
            new MessageReturned(1, ""), new MessageReturned(1, ""), null,
        })
        {
            results.Add(Guid.NewGuid(), fact);
        }

        (results.Sent, results.Failed, results.InDoubt, results.Returned).ShouldBe((3, 1, 1, 2), "the one without a fact was proven sent meanwhile");
        results.Facts.Count.ShouldBe(7);
    }
}
