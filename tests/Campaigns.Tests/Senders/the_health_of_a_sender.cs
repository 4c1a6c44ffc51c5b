using Campaigns.Limits;
using Campaigns.Senders;

namespace Campaigns.Tests.Senders;

public sealed class the_health_of_a_sender
{
    static readonly SendingOptions Options = new();
    static readonly DateTimeOffset LastWeek = Some.Now.AddDays(-7);

    [Theory]
    [InlineData(99, 50, 10, null)] // too few to say anything
    [InlineData(1000, 20, 1, null)]
    [InlineData(1000, 21, 0, "21 of 1000 messages bounced, over 2.0 %")]
    [InlineData(1000, 0, 3, "3 of 1000 recipients reported it as spam, over 0.1 %")]
    public void pauses_it_by_the_rule_that_holds_for_campaigns(long sent, long bounced, long complained, string? reason)
    {
        var decision = Given().When(sender => CheckSenderHealthHandler.Decide(sender, new SenderHealth(sent, bounced, complained, LastWeek), Options));
        if (reason is null)
        {
            decision.ThenNothing();
        }
        else
        {
            decision.Then(new SenderPaused(PausedBy.Breaker, reason));
        }
    }

    [Fact]
    public void matters_only_while_messages_go_out_in_its_name()
    {
        var bad = new SenderHealth(1000, 500, 500, LastWeek);
        Given(new SenderPaused(PausedBy.Person, "Lunch")).When(sender => CheckSenderHealthHandler.Decide(sender, bad, Options)).ThenNothing();
        Given(new SenderRetired()).When(sender => CheckSenderHealthHandler.Decide(sender, bad, Options)).ThenNothing();
    }

    [Fact]
    public void counts_for_so_many_days()
    {
        Since(Sender.Initial).ShouldBe(LastWeek);
        SenderHealths.Since(Sender.Initial, Options.SenderHealthFor, Some.Now.AddMinutes(59)).ShouldBe(LastWeek, "whole hours are counted");
        Since(Resumed(Some.Now.AddDays(-8)).State).ShouldBe(LastWeek);
    }

    [Fact]
    public void counts_anew_from_the_hour_after_a_person_has_resumed_it()
    {
        Since(Resumed(Some.Now.AddMinutes(-30)).State).ShouldBe(Some.Now);
        Since(Resumed(Some.Now).State).ShouldBe(Some.Now.AddHours(1));
        Resumed(Some.Now).When(sender => CheckSenderHealthHandler.Decide(sender, new SenderHealth(1000, 500, 0, Some.Now.AddHours(1)), Options)).Outcome.Events.Count.ShouldBe(1);
        Resumed(Some.Now).When(sender => CheckSenderHealthHandler.Decide(sender, new SenderHealth(1000, 500, 0, LastWeek), Options)).ThenNothing(); // counted before
    }

    static DateTimeOffset Since(Sender sender) => SenderHealths.Since(sender, Options.SenderHealthFor, Some.Now);

    static Given<Sender> Resumed(DateTimeOffset at) => Given(new SenderPaused(PausedBy.Breaker, "Bounces"), new SenderResumed(at));

    static Given<Sender> Given(params object[] facts) =>
        new(new object[] { new SenderAdded(new SenderSettings("Anna", "anna@example.com")) }.Concat(facts).Aggregate(Sender.Initial, (state, fact) => state.Evolve(fact)));
}
