using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Sending.Accounts;
using Campaigns.Sending;

namespace Campaigns.Tests.Sending;

public sealed class handing_over
{
    static readonly SendingOptions Options = new();
    static readonly QueuedRecipient Somebody = new(Some.Id);

    readonly ProviderAccounts accounts = new(new Dictionary<string, ProviderAccount>());
    readonly HandoverState state;

    public handing_over() => state = new HandoverState(1, accounts, Options);

    [Theory]
    [InlineData(0, 30)]
    [InlineData(1, 60)]
    [InlineData(2, 120)]
    public void what_fails_for_a_passing_reason_is_tried_again_each_time_later(int attempts, double seconds)
    {
        var again = Add(new SendResult.Refused(FailureCategory.Temporary, "503", "Later"), attempts).ShouldBeOfType<AttemptFailed>();
        again.Attempt.ShouldBe(attempts + 1);
        (again.RetryAt - Some.Now).TotalSeconds.ShouldBeInRange(seconds * 0.9, seconds * 1.1);
    }

    [Fact]
    public void what_fails_for_a_passing_reason_fails_for_good_after_the_last_attempt() =>
        Add(new SendResult.Refused(FailureCategory.Temporary, "503", "Later"), attempts: 3)
            .ShouldBe(new MessageFailed(1, FailureCategory.Temporary, "503", "Later", 4));

    [Fact]
    public void the_providers_own_time_is_kept() =>
        Add(new SendResult.Refused(FailureCategory.Temporary, "503", "Later", TimeSpan.FromSeconds(77))).ShouldBeOfType<AttemptFailed>()
            .RetryAt.ShouldBe(Some.Now.AddSeconds(77));

    [Theory]
    [InlineData(FailureCategory.Recipient), InlineData(FailureCategory.Content)]
    public void what_will_not_change_is_not_tried_again(FailureCategory category) =>
        Add(new SendResult.Refused(category, "400", "Bad")).ShouldBe(new MessageFailed(1, category, "400", "Bad"));

    [Fact]
    public void what_nobody_knows_is_tried_once_more()
    {
        Add(new SendResult.Refused(FailureCategory.Unknown, "30008", "?")).ShouldBeOfType<AttemptFailed>();
        Add(new SendResult.Refused(FailureCategory.Unknown, "30008", "?"), attempts: 1).ShouldBeOfType<MessageFailed>();
    }

    [Fact]
    public void too_much_at_once_stops_the_batch_slows_the_account_and_counts_as_no_attempt()
    {
        Add(new SendResult.Refused(FailureCategory.Temporary, "429", "Too many", TimeSpan.FromSeconds(9)) { IsThrottled = true })
            .ShouldBe(new MessageReturned(1, "Too many", "429"));
        state.Stopped.ShouldNotBeNull().ShouldContain("slow down");
        (state.Breaker, accounts["one"].SlowUntil, accounts["one"].Slowed).ShouldBe((null, Some.Now.AddSeconds(9), 1));
    }

    [Fact]
    public void without_a_time_of_the_provider_the_account_slows_down_more_each_time()
    {
        var account = ProviderAccount.Healthy;
        var (now, waits) = (Some.Now, new List<double>());
        for (var i = 0; i < 12; i++)
        {
            account = account.SlowDown(null, "429", 0.5, now);
            waits.Add((account.SlowUntil!.Value - now).TotalSeconds);
            now = account.SlowUntil.Value;
        }

        waits.ShouldBe([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
    }

    [Fact]
    public void calls_that_were_out_together_slow_the_account_down_once()
    {
        var once = ProviderAccount.Healthy.SlowDown(null, "429", 0.5, Some.Now).SlowDown(null, "429", 0.5, Some.Now);
        (once.SlowUntil, once.Slowed).ShouldBe((Some.Now.AddSeconds(1), 1));
        once.SlowDown(TimeSpan.FromSeconds(9), "429", 0.5, Some.Now).SlowUntil.ShouldBe(Some.Now.AddSeconds(9));
    }

    [Fact]
    public void what_a_stopping_node_kept_goes_back_to_the_queue() =>
        Add(new SendResult.Stopped()).ShouldBe(new MessageReturned(1, "The node stopped"));

    [Fact]
    public void a_fault_of_our_account_trips_the_breaker_at_once()
    {
        Add(new SendResult.Refused(FailureCategory.Configuration, "401", "No such key")).ShouldBe(new MessageReturned(1, "No such key", "401"));
        state.Breaker.ShouldBe("The provider refuses our account or sender: 401 No such key");
    }

    [Fact]
    public void errors_in_a_row_trip_the_breaker_also_over_several_batches()
    {
        accounts["one"] = ProviderAccount.Healthy with { ErrorsInARow = 8 };
        var later = new HandoverState(2, accounts, Options);
        later.Add(Somebody, "one", new SendResult.InDoubt("No answer"), Some.Now);
        later.Breaker.ShouldBeNull();
        later.Add(Somebody, "one", new SendResult.Refused(FailureCategory.Content, "400", "Bad"), Some.Now);
        later.Breaker.ShouldBe("10 errors of the provider in a row, the last one: 400 Bad");
        accounts["one"].ErrorsInARow.ShouldBe(0); // who resumes begins anew
    }

    [Fact]
    public void what_the_provider_takes_or_refuses_for_the_recipients_sake_ends_the_row()
    {
        Add(new SendResult.InDoubt("No answer"));
        Add(new SendResult.Refused(FailureCategory.Recipient, "400", "No such person"));
        accounts["one"].ErrorsInARow.ShouldBe(0);
        Add(new SendResult.InDoubt("No answer"));
        Add(new SendResult.Accepted("x")).ShouldBe(new MessageSent(1, "x"));
        accounts["one"].ErrorsInARow.ShouldBe(0);
    }

    object Add(SendResult result, int attempts = 0) => state.Add(Somebody with { Attempts = attempts }, "one", result, Some.Now);
}
