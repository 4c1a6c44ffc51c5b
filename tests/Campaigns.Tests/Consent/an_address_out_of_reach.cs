using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Tracking;

namespace Campaigns.Tests.Consent;

public sealed class an_address_out_of_reach
{
    const string Address = "ann@a.example";

    static readonly ConsentOptions Options = new();
    static readonly Guid First = new("0195a000-0000-8000-8000-000000000001");
    static readonly Guid Second = new("0195a000-0000-8000-8000-000000000002");
    static readonly Guid Third = new("0195a000-0000-8000-8000-000000000003");

    [Fact]
    public void is_suppressed_by_the_third_failure_and_by_none_before() => Told(Failure(First, 1), Failure(Second, 10), Failure(Third, 29)).ShouldBe(
    [
        Failed(First, 1), Failed(Second, 10), Failed(Third, 29), new AddressSuppressed(Address, SuppressionReason.Unreachable, $"recipient {Third}"),
    ]);

    [Fact]
    public void counts_a_text_message_by_its_code() =>
        Told(new ProviderFact(First, new MessageUndelivered(Day(1), "30003", FailureCategory.Temporary), SuppressionReason.Unreachable, Address, []))
            .ShouldBe([new AddressUnreachable(First, Day(1), "30003")]);

    [Fact]
    public void counts_a_message_once_however_often_it_is_tried() =>
        Told(Failure(First, 1), Failure(First, 2), Failure(Second, 3), Failure(First, 4)).ShouldBe([Failed(First, 1), Failed(Second, 3)]);

    [Fact]
    public void counts_no_message_that_nobody_knows() =>
        Told(Failure(First, 1) with { Recipient = null }, Failure(First, 2) with { Recipient = null }, Failure(First, 3) with { Recipient = null }).ShouldBeEmpty();

    [Fact]
    public void is_in_reach_again_with_the_first_message_that_gets_there() => Told(Failure(First, 1), Failure(Second, 2), Delivery(3), Failure(Third, 4))
        .ShouldBe([Failed(First, 1), Failed(Second, 2), new AddressReached(Day(3)), Failed(Third, 4)]);

    [Fact]
    public void is_as_far_as_before_when_a_message_got_there_earlier() => Told(Failure(First, 2), Failure(Second, 3), Delivery(1), Failure(Third, 4))
        .Last().ShouldBe(new AddressSuppressed(Address, SuppressionReason.Unreachable, $"recipient {Third}"));

    [Fact]
    public void may_be_out_of_reach_now_and_then() =>
        Told(Failure(First, 1), Failure(Second, 2), Failure(Third, 31), Failure(Guid.Empty, 60)).ShouldAllBe(fact => fact is AddressUnreachable);

    [Fact]
    public void that_somebody_reinstated_begins_anew() =>
        Told([Failed(First, 1), Failed(Second, 2), new AddressReinstated(Address, "Asked")], Failure(Third, 3)).ShouldBe([Failed(Third, 3)]);

    [Fact]
    public void does_not_hide_that_it_is_none() => Told(Failure(First, 1), new ProviderFact(
        Second, new MessageBounced(Day(2), "bounce", "Invalid Address", "5.1.1", null), SuppressionReason.InvalidAddress, Address, []))
        .Last().ShouldBe(new AddressSuppressed(Address, SuppressionReason.InvalidAddress, $"recipient {Second}"));

    [Theory]
    [InlineData(SuppressionReason.Unreachable, true)] // whoever writes to us is not out of reach
    [InlineData(SuppressionReason.InvalidAddress, false), InlineData(SuppressionReason.Complaint, false), InlineData(SuppressionReason.Manual, false)]
    public void is_let_go_by_stop_and_start_where_there_was_no_other_reason_than_these(SuppressionReason reason, bool free)
    {
        var stop = new ProviderFact(null, new RecipientUnsubscribed(Day(2)), SuppressionReason.Unsubscribed, Address, []) { IsReply = true };
        var start = new ProviderFact(null, new ReplyReceived(Day(3), "SM1"), null, Address, []) { IsReply = true, Reinstates = true };
        Told([new AddressSuppressed(Address, reason, "somebody")], stop, start).Any(fact => fact is AddressReinstated).ShouldBe(free);
    }

    [Theory]
    [InlineData(1, false), InlineData(2, true), InlineData(3, true)]
    public void is_let_go_by_no_word_that_is_older_than_the_wish_however_late_it_comes(int day, bool free) =>
        Told(Stop(2), Start(day)).Any(fact => fact is AddressReinstated).ShouldBe(free);

    [Fact]
    public void is_let_go_by_no_word_from_between_two_wishes() => Told(Stop(1), Stop(4), Stop(3), Start(2)).ShouldBe(
    [
        new AddressSuppressed(Address, SuppressionReason.Unsubscribed, "webhook", At: Day(1)),
        new AddressSuppressed(Address, SuppressionReason.Unsubscribed, "webhook", At: Day(4)),
    ]);

    [Fact]
    public void is_let_go_by_no_word_from_before_another_group_was_left() =>
        Told(Stop(3, "sendgrid 1"), Stop(1, "sendgrid 1"), Start(2, "sendgrid 1")).ShouldNotContain(fact => fact is AddressReinstated);

    [Fact]
    public void is_let_go_by_a_word_after_the_wish_whatever_was_said_before_it() =>
        Told(Stop(1), Start(2), Stop(3), Start(4)).Select(fact => fact is AddressReinstated).ShouldBe([false, true, false, true]);

    [Fact]
    public void that_was_written_to_us_as_a_wish_without_its_time_is_let_go() =>
        Told([new AddressSuppressed(Address, SuppressionReason.Unsubscribed, "somebody")], Start(2)).ShouldHaveSingleItem().ShouldBeOfType<AddressReinstated>();

    [Fact]
    public void without_a_failure_has_nothing_to_forget_when_a_message_gets_there() => Told(Delivery(1)).ShouldBeEmpty();

    static ProviderFact Stop(int day, string? group = null) =>
        new(null, new RecipientUnsubscribed(Day(day)), SuppressionReason.Unsubscribed, Address, []) { At = Day(day), Group = group };

    static ProviderFact Start(int day, string? group = null) => new(null, null, null, Address, []) { At = Day(day), Group = group, Reinstates = true };

    static List<object> Told(params ProviderFact[] facts) => Told([], facts);

    /// <summary>What is recorded, fact by fact.</summary>
    static List<object> Told(object[] given, params ProviderFact[] facts)
    {
        var recorded = new List<object>();
        var state = given.Aggregate(Suppression.Initial, (state, fact) => state.Evolve(fact));
        foreach (var fact in facts)
        {
            var decided = AddressBook.Decide(state, Address, fact, Options);
            state = decided.Aggregate(state, (state, fact) => state.Evolve(fact));
            recorded.AddRange(decided);
        }

        return recorded;
    }

    static ProviderFact Failure(Guid recipient, int day) => new(
        recipient, new MessageBounced(Day(day), "blocked", "Mailbox Unavailable", "4.2.2", "mailbox full"), SuppressionReason.Unreachable, Address, []);

    static AddressUnreachable Failed(Guid recipient, int day) => new(recipient, Day(day), "Mailbox Unavailable");

    static ProviderFact Delivery(int day) => new(First, new MessageDelivered(Day(day)), null, Address, []);

    static DateTimeOffset Day(int day) => Some.Now.AddDays(day);
}
