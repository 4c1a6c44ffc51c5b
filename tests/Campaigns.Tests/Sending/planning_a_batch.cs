using Campaigns.Limits;
using Campaigns.Recipients;
using Campaigns.Sending;

namespace Campaigns.Tests.Sending;

public sealed class planning_a_batch
{
    static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);
    static readonly Limit Sender = new(LimitKind.SenderMinute, "sender", 20, TimeSpan.FromMinutes(1));
    static readonly Limit Domain = new(LimitKind.RecipientDomain, "domain:acme:mail.example", 200, TimeSpan.FromHours(1));
    static readonly Limit Cap = new(LimitKind.FrequencyCap, "contact:acme:1", 1, TimeSpan.FromDays(7), Drops: true);
    static readonly DeliveryHours AnyHour = new(null, DeliveryWindow.QuietHours, TimeZoneInfo.Utc);

    [Fact]
    public void takes_the_next_ones_up_to_the_size_of_the_batch()
    {
        var queue = Queue(10);
        var plan = Plan(queue, 4);
        plan.Go.ShouldBe(queue[..4]);
        (plan.Through, plan.Hold?.Limit, plan.Wait.Count).ShouldBe((queue[3].Id, null, 0));
    }

    [Fact]
    public void takes_as_many_as_a_limit_for_everybody_leaves_and_says_which_it_is()
    {
        var queue = Queue(10);
        var plan = Plan(queue, 10, used: 17);
        plan.Go.ShouldBe(queue[..3]);
        (plan.Through, plan.Hold?.Limit, plan.Wait.Count).ShouldBe((queue[2].Id, Sender, 0));
    }

    [Fact]
    public void takes_nobody_when_the_limit_is_used_up_and_leaves_them_where_they_are()
    {
        var plan = Plan(Queue(3), 10, used: 20);
        (plan.Go.Count, plan.Through, plan.Hold?.Limit, plan.Wait.Count).ShouldBe((0, null, Sender, 0));
    }

    [Fact]
    public void puts_off_only_those_of_the_domain_that_has_no_room_one_after_the_other()
    {
        var queue = Queue(6).Select((person, i) => i % 2 == 0 ? person with { Limits = [Domain] } : person).ToList();
        var full = new LimitState(Domain, 200, null, Now.AddMinutes(10), Now.AddMinutes(10), Nobody);
        var plan = Plan(queue, 10, states: [full]);
        plan.Go.ShouldBe([queue[1], queue[3], queue[5]]);
        plan.Wait.Select(each => each.Recipient).ShouldBe([queue[0], queue[2], queue[4]]);
        plan.Wait.Select(each => each.Fact.Until).ShouldBe([Now.AddMinutes(10), Now.AddMinutes(10) + Domain.Spacing, Now.AddMinutes(10) + (Domain.Spacing * 2)]);
        plan.Wait.ShouldAllBe(each => each.Fact.LimitKey == Domain.Line && each.Fact.Why.Contains("mail.example takes 200 messages an hour"));
        (plan.Through, plan.Hold?.Limit).ShouldBe((queue[5].Id, null));
    }

    [Fact]
    public void sends_nobody_past_those_who_stand_in_line_already()
    {
        var (newcomer, next) = (Queue(1)[0] with { Limits = [Domain] }, Queue(1)[0] with { Limits = [Domain], WasDeferred = true });
        var line = new LimitState(Domain, 150, Now.AddMinutes(5), Now.AddMinutes(1), null, Nobody);
        var plan = Plan([next, newcomer], 10, states: [line]);
        plan.Go.ShouldBe([next]);
        plan.Wait.Single().Fact.Until.ShouldBe(Now.AddMinutes(5) + Domain.Spacing);
        plan.Through.ShouldBe(newcomer.Id);
    }

    [Fact]
    public void keeps_those_in_front_whose_turn_it_was_when_there_is_no_room_yet()
    {
        var next = Queue(2).ConvertAll(person => person with { Limits = [Domain], WasDeferred = true });
        var full = new LimitState(Domain, 200, Now.AddHours(5), Now.AddSeconds(4), Now.AddSeconds(4), Nobody);
        Plan(next, 10, states: [full]).Wait.Select(each => each.Fact.Until).ShouldBe([Now.AddSeconds(4), Now.AddSeconds(4) + Domain.Spacing]);
    }

    [Fact]
    public void does_not_move_on_in_the_queue_for_those_whose_own_time_has_come() =>
        Plan([Queue(1)[0] with { WasDeferred = true }], 10).Through.ShouldBeNull();

    [Fact]
    public void looks_at_the_hours_first_so_that_who_waits_for_the_morning_uses_nothing_up()
    {
        var window = new DeliveryWindow(new TimeOnly(9, 0), new TimeOnly(18, 0), DeliveryWindow.EveryDay, JitterMinutes: 0);
        var queue = Queue(4).Select((person, i) => i < 2 ? person with { TimeZone = "Pacific/Auckland" } : person).ToList(); // midnight there
        var plan = Plan(queue, 10, used: 18, hours: new DeliveryHours(window, DeliveryWindow.QuietHours, TimeZoneInfo.Utc));
        plan.Go.ShouldBe(queue[2..]);
        plan.Wait.Select(each => each.Fact.Until).ShouldBe([Now.AddHours(9), Now.AddHours(9)]);
        plan.Wait.ShouldAllBe(each => each.Fact.Why.Contains("Pacific/Auckland"));
    }

    [Fact]
    public void drops_those_for_whom_it_is_not_the_hour_where_the_campaign_says_so()
    {
        var window = new DeliveryWindow(new TimeOnly(9, 0), new TimeOnly(11, 0), DeliveryWindow.EveryDay, OutsideHours.Drop);
        var plan = Plan(Queue(2), 10, hours: new DeliveryHours(window, DeliveryWindow.QuietHours, TimeZoneInfo.Utc));
        (plan.Go.Count, plan.Wait.Count).ShouldBe((0, 0));
        plan.Skip.Select(each => each.Fact.Reason).ShouldBe([SkipReason.OutsideHours, SkipReason.OutsideHours]);
    }

    [Fact]
    public void takes_people_off_the_queue_whom_nobody_may_write_to()
    {
        var queue = Queue(3);
        queue[1] = queue[1] with { MayNot = SkipReason.Suppressed };
        var plan = Plan(queue, 10);
        plan.Skip.ShouldBe([(queue[1], new RecipientWithdrawn(SkipReason.Suppressed))]);
        plan.Go.ShouldBe([queue[0], queue[2]]);
    }

    [Fact]
    public void drops_whoever_had_enough_of_others_whatever_the_hour()
    {
        var closed = new DeliveryHours(new DeliveryWindow(new TimeOnly(9, 0), new TimeOnly(11, 0), DeliveryWindow.EveryDay), DeliveryWindow.QuietHours, TimeZoneInfo.Utc);
        var enough = Queue(1)[0] with { Limits = [Cap] };
        var plan = Plan([enough], 10, hours: closed, states: [UsedUp(Cap)]);
        plan.Skip.ShouldBe([(enough, new RecipientWithdrawn(SkipReason.FrequencyCap))]);
        (plan.Go.Count, plan.Wait.Count, plan.Through).ShouldBe((0, 0, enough.Id));
    }

    [Fact]
    public void holds_whoever_had_enough_of_others_until_there_may_be_another_one()
    {
        var hold = Cap with { Drops = false };
        var enough = Queue(1)[0] with { Limits = [hold] };
        var deferred = Plan([enough], 10, states: [UsedUp(hold)]).Wait.Single();
        deferred.Fact.ShouldBe(new RecipientDeferred(DeferralReason.Limit, Now.AddDays(3), "a contact or address gets at most 1 messages in 7 days", hold.Line));
    }

    [Fact]
    public void takes_a_contact_once_whose_two_channels_count_against_one_cap()
    {
        var both = Queue(2).ConvertAll(each => each with { Limits = [Cap] });
        var plan = Plan(both, 10, states: [new LimitState(Cap, 0, null, null, null, Nobody)]);
        plan.Go.ShouldBe([both[0]]);
        plan.Skip.ShouldBe([(both[1], new RecipientWithdrawn(SkipReason.FrequencyCap))]);
    }

    [Fact]
    public void takes_one_of_several_who_have_the_same_address_and_says_who_it_is()
    {
        var queue = Queue(3).ConvertAll(person => person with { Channel = Channel.Sms, Addressee = WithPhone("+41791112233") });
        var plan = Plan(queue, 10);
        plan.Go.ShouldBe([queue[0]]);
        plan.Skip.ShouldBe(
            [(queue[1], new RecipientWithdrawn(SkipReason.SameAddress, queue[0].Id)), (queue[2], new RecipientWithdrawn(SkipReason.SameAddress, queue[0].Id))]);
    }

    [Fact]
    public void takes_who_has_the_same_address_as_somebody_who_has_to_wait()
    {
        var queue = Queue(2).ConvertAll(person => person with { Channel = Channel.Sms, Addressee = WithPhone("+41791112233") });
        queue[0] = queue[0] with { Limits = [Cap with { Drops = false }] };
        var plan = Plan(queue, 10, states: [UsedUp(Cap with { Drops = false })]);
        plan.Go.ShouldBe([queue[1]]);
        plan.Wait.Single().Recipient.ShouldBe(queue[0]);
    }

    [Fact]
    public void leaves_out_whose_address_an_earlier_batch_wrote_to_for_another_contact_and_takes_whom_it_wrote_to_before()
    {
        var queue = Queue(2);
        var other = Guid.CreateVersion7();
        queue[0] = queue[0] with { WrittenTo = other };
        queue[1] = queue[1] with { WrittenTo = queue[1].Id };
        var plan = Plan(queue, 10);
        plan.Skip.ShouldBe([(queue[0], new RecipientWithdrawn(SkipReason.SameAddress, other))]);
        plan.Go.ShouldBe([queue[1]]);
    }

    [Fact]
    public void leaves_room_for_who_was_capped_away()
    {
        var queue = Queue(3);
        queue[0] = queue[0] with { Limits = [Cap] };
        Plan(queue, 10, used: 18, states: [UsedUp(Cap)]).Go.ShouldBe(queue[1..]);
    }

    [Fact]
    public void gives_back_what_was_returned_and_to_the_contact_what_was_refused_but_nothing_of_a_doubt()
    {
        var queue = Queue(5).ConvertAll(each => each with { Limits = [Cap with { Key = $"contact {each.Id}" }, Domain] });
        object[] facts =
        [
            new MessageReturned(1, "Stopped"), new MessageFailed(1, FailureCategory.Content, "400", ""), new AttemptFailed(1, 1, FailureCategory.Temporary, "503", "", Now),
            new MessageInDoubt(1, "?"), new MessageSent(1, null),
        ];
        Going([], [Sender]).CountUnused(queue.Zip(facts)).ToDictionary(use => use.Key.Key, use => use.Value).ShouldBe(new Dictionary<string, int>
        {
            [Sender.Key] = 1, [Domain.Key] = 1, [$"contact {queue[0].Id}"] = 1, [$"contact {queue[1].Id}"] = 1, [$"contact {queue[2].Id}"] = 1,
        }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("text-too-long"), InlineData("text-empty"), InlineData("subject-empty"), InlineData("body-empty"), InlineData("unrenderable")]
    [InlineData("missing-variables")]
    public void gives_back_everything_of_a_message_that_could_not_be_handed_over(string code)
    {
        var queue = Queue(1).ConvertAll(each => each with { Limits = [Domain] });
        object[] facts = [new MessageFailed(1, FailureCategory.Content, code, "")];
        Going([], [Sender]).CountUnused(queue.Zip(facts)).ToDictionary(use => use.Key.Key, use => use.Value).ShouldBe(
            new Dictionary<string, int> { [Sender.Key] = 1, [Domain.Key] = 1 }, ignoreOrder: true);
    }

    [Theory]
    [InlineData(20, 0, 1, 0, false, false, 20)] // alone
    [InlineData(20, 75, 1, 1, false, false, 0)] // who comes new leaves it to those who wait
    [InlineData(20, 5, 1, 1, false, false, 15)] // but for what they do not want
    [InlineData(20, 75, 1, 1, true, true, 10)]
    [InlineData(20, 75, 1, 1, true, false, 10)]
    [InlineData(20, 2, 1, 1, true, false, 18)]
    [InlineData(20, 75, 4, 1, true, false, 16)] // urgent
    [InlineData(1, 75, 1, 1, true, true, 1)] // one after the other
    [InlineData(1, 75, 1, 1, true, false, 0)]
    [InlineData(0, 75, 1, 1, true, true, 0)]
    public void shares_a_limit_with_those_who_wait_for_it(int free, int othersWant, int weight, int othersWeight, bool isWaiting, bool isFirst, int share) =>
        new LimitQueue(othersWant, othersWeight, weight, isWaiting, isFirst).Share(free).ShouldBe(share);

    [Fact]
    public void counts_two_limits_of_one_key_as_the_tighter_one()
    {
        var (loose, tight) = (new Limit(LimitKind.SenderMinute, "number", 20, TimeSpan.FromMinutes(1)), new Limit(LimitKind.SenderMinute, "number", 10, TimeSpan.FromMinutes(1)));
        QueuedRecipient[] queue = [Queue(1)[0] with { Limits = [loose] }, Queue(1)[0] with { Limits = [tight] }, Queue(1)[0] with { Limits = [loose] }];
        Going(queue, []).CountUses().ShouldBe(new Dictionary<Limit, int> { [tight] = 3 });
    }

    [Fact]
    public void counts_each_message_against_every_limit_of_its_own_and_of_all()
    {
        var queue = Queue(5).Select((person, i) => i < 2 ? person with { Limits = [Domain] } : person).ToList();
        Going(queue, [Sender]).CountUses().ShouldBe(new Dictionary<Limit, int> { [Sender] = 5, [Domain] = 2 });
    }

    static readonly LimitQueue Nobody = new(0, 0, 1, false, false);

    static LimitState UsedUp(Limit limit) => new(limit, limit.Most, null, Now.AddDays(3), Now.AddDays(3), Nobody);

    static List<QueuedRecipient> Queue(int count) => [.. Enumerable.Range(0, count).Select(_ => new QueuedRecipient(Guid.CreateVersion7()))];

    static Addressee WithPhone(string phone) => new(null, phone, "", new Dictionary<string, string?>());

    static BatchPlan Going(IReadOnlyList<QueuedRecipient> people, IReadOnlyList<Limit> sharedLimits) => new() { Go = people, SharedLimits = sharedLimits };

    static BatchPlan Plan(
        IReadOnlyList<QueuedRecipient> queue, int size, int used = 0, DeliveryHours? hours = null, params LimitState[] states) =>
        BatchPlan.Create(
            queue, size, [Sender], hours ?? AnyHour,
            new Availability([new LimitState(Sender, used, null, Now.AddSeconds(30), used < 20 ? null : Now.AddSeconds(30), Nobody), .. states], Now), Now);
}
