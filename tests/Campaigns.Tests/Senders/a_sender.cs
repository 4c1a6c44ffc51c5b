using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Senders;

namespace Campaigns.Tests.Senders;

public sealed class a_sender
{
    const string Email = "anna@example.com";
    const string Hash = "abc";

    static readonly SenderSettings Settings = new("Anna", Email);
    static readonly SenderConfirmationAsked Asked = new(Hash, Some.Now, Some.Now.AddDays(3));

    static Given<Sender> Given(params object[] facts) =>
        new(new object[] { new SenderAdded(Settings) }.Concat(facts).Aggregate(Sender.Initial, (state, fact) => state.Evolve(fact)));

    static Outcome Verify(Sender sender, bool isVouchedFor = false, DateTimeOffset? now = null, string? email = Email) =>
        VerifySenderHandler.Decide(sender, email, isVouchedFor, Hash, TimeSpan.FromDays(3), now ?? Some.Now);

    static Outcome Resume(Sender sender) => PauseSenderHandler.Resume(sender, Some.Now);

    [Fact]
    public void is_verified_by_the_providers_own_word() =>
        Given().When(sender => Verify(sender, isVouchedFor: true)).Then(new SenderVerified(VerifiedBy.Provider, Some.Now));

    [Fact]
    public void is_sent_a_link_where_the_provider_does_not_vouch_for_it() => Given().When(sender => Verify(sender)).Then(Asked);

    [Fact]
    public void is_not_sent_another_link_within_a_minute()
    {
        Given(Asked).When(sender => Verify(sender, now: Some.Now.AddSeconds(59))).Refused("confirmation-just-sent");
        Given(Asked).When(sender => Verify(sender, now: Some.Now.AddSeconds(60))).Outcome.Events.ShouldHaveSingleItem();
    }

    [Fact]
    public void is_verified_once() => Given(new SenderVerified(VerifiedBy.Link, Some.Now)).When(sender => Verify(sender, isVouchedFor: true)).ThenNothing();

    [Fact]
    public void is_not_verified_for_an_address_that_was_changed_while_the_provider_was_asked() =>
        Given(new SenderChanged(Settings with { Email = "eve@example.com" })).When(sender => Verify(sender, isVouchedFor: true)).Refused("concurrent-change");

    [Fact]
    public void is_confirmed_by_the_link_that_was_sent_last_and_in_time()
    {
        Given(Asked).When(sender => ConfirmSenderHandler.Decide(sender, Hash, Asked.Until.AddTicks(-1))).Then(new SenderVerified(VerifiedBy.Link, Asked.Until.AddTicks(-1)));
        Given(Asked).When(sender => ConfirmSenderHandler.Decide(sender, Hash, Asked.Until)).Refused("confirmation-expired");
        Given(Asked, Asked with { Hash = "newer" }).When(sender => ConfirmSenderHandler.Decide(sender, Hash, Some.Now)).Refused("confirmation-expired");
        Given(Asked, new SenderVerified(VerifiedBy.Link, Some.Now)).When(sender => ConfirmSenderHandler.Decide(sender, Hash, Some.Now)).Refused("confirmation-expired");
    }

    [Fact]
    public void with_another_address_is_verified_anew_and_the_link_to_the_old_one_is_void()
    {
        var changed = new SenderChanged(Settings with { Email = "anna@example.org" });
        Given(new SenderVerified(VerifiedBy.Link, Some.Now), changed).State.IsVerified.ShouldBeFalse();
        Given(Asked, changed).When(sender => ConfirmSenderHandler.Decide(sender, Hash, Some.Now)).Refused("confirmation-expired");
        Given(new SenderVerified(VerifiedBy.Link, Some.Now), new SenderChanged(Settings with { Name = "Anna B." })).State.IsVerified.ShouldBeTrue();
    }

    [Fact]
    public void that_only_writes_text_messages_needs_no_verification()
    {
        Given(new SenderChanged(new SenderSettings("Anna", Phone: "+41791234567"))).State.IsVerified.ShouldBeTrue();
        Given(new SenderChanged(new SenderSettings("erased"))).State.IsVerified.ShouldBeFalse("nothing is left of it to send from");
    }

    [Fact]
    public void is_paused_and_resumed_once_each()
    {
        Given().When(sender => PauseSenderHandler.Pause(sender, PausedBy.Breaker, "Bounces")).Then(new SenderPaused(PausedBy.Breaker, "Bounces"));
        var paused = Given(new SenderPaused(PausedBy.Breaker, "Bounces"));
        paused.State.IsAvailable.ShouldBeFalse();
        paused.When(sender => PauseSenderHandler.Pause(sender, PausedBy.Person, "Lunch")).ThenNothing();
        paused.When(Resume).Then(new SenderResumed(Some.Now));
        Given().When(Resume).ThenNothing();
    }

    [Fact]
    public void that_retired_does_nothing_any_more()
    {
        var retired = Given(Asked, new SenderRetired());
        retired.State.IsAvailable.ShouldBeFalse();
        retired.When(PauseSenderHandler.Retire).ThenNothing();
        retired.When(Resume).Refused("sender-retired");
        retired.When(sender => Verify(sender, isVouchedFor: true)).Refused("sender-retired");
        retired.When(sender => ChangeSenderHandler.Decide(sender, Settings with { Name = "Else" })).Refused("sender-retired");
        retired.When(sender => ConfirmSenderHandler.Decide(sender, Hash, Some.Now)).Refused("confirmation-expired");
    }

    [Fact]
    public void is_changed_only_by_what_differs()
    {
        var warm = Settings with { WarmUp = new WarmUp(Some.Now, [10, 20]) };
        Given(new SenderChanged(warm)).When(sender => ChangeSenderHandler.Decide(sender, warm with { WarmUp = new WarmUp(Some.Now, [10, 20]) })).ThenNothing();
        var faster = warm with { WarmUp = new WarmUp(Some.Now, [10, 30]) };
        Given(new SenderChanged(warm)).When(sender => ChangeSenderHandler.Decide(sender, faster)).Then(new SenderChanged(faster));
    }

    [Fact]
    public void is_kept_with_its_addresses_in_the_form_in_which_they_are_compared() =>
        new SenderSettings(" Anna ", "Anna@Example.com", Phone: "+41 (0)79 123-45-67").Normalise().ShouldBe(new SenderSettings("Anna", Email, Phone: "+41791234567"));

    [Theory]
    [InlineData("name", "", Email, null, null)]
    [InlineData("name", "An\nna", Email, null, null)]
    [InlineData("name", "X\" <ceo@bank.example>, \"Y", Email, null, null)]
    [InlineData("name", "Anna\u202e", Email, null, null)]
    [InlineData("name", "Anna\u2028Lee", Email, null, null)]
    [InlineData("name", "Ann\ufffd", Email, null, null)]
    [InlineData("email", "Anna", null, null, null)]
    [InlineData("email", "Anna", "anna", null, null)]
    [InlineData("phone", "Anna", null, "0791234567", null)]
    [InlineData("phone", "Anna", null, "+4179", null)]
    [InlineData("messagingServiceId", "Anna", null, null, "MG1")]
    [InlineData("messagingServiceId", "Anna", null, "+41791234567", "MG00000000000000000000000000000001")]
    public void says_which_of_its_settings_cannot_be_used(string member, string name, string? email, string? phone, string? service) =>
        new SenderSettings(name, email, Phone: phone, MessagingServiceId: service).Errors().Keys.ShouldBe([member]);

    [Theory]
    [InlineData("ACME", true), InlineData("Acme 24", true), InlineData("A&B + C-D_E", true), InlineData(" ACME ", true), InlineData("1Acme", true)]
    [InlineData("", false), InlineData("12345", false), InlineData("TwelveLetter", false), InlineData("Ac.me", false), InlineData("Müller", false)]
    [InlineData("+41791234567", false), InlineData("AC\nME", false)]
    public void has_a_word_that_networks_take_in_place_of_a_number(string word, bool canBe)
    {
        var settings = new SenderSettings("Anna", AlphanumericId: word);
        settings.Errors().Keys.ShouldBe(canBe ? [] : ["alphanumericId"]);
        if (canBe)
        {
            (settings.Normalise().TextFrom, (Sender.Initial with { Settings = settings }).IsVerified).ShouldBe((word.Trim(), true));
        }
    }

    [Fact]
    public void has_one_thing_that_its_texts_come_from() =>
        new SenderSettings("Anna", Phone: "+41791234567", AlphanumericId: "ACME").Errors().Keys.ShouldBe(["alphanumericId"]);

    [Theory, InlineData(0.5, true), InlineData(1, true), InlineData(30, true), InlineData(1.5, false)]
    public void has_a_rate_of_segments_that_can_be_kept(double rate, bool canBe) =>
        new SenderSettings("Anna", Email, Limits: new SenderLimits(SmsSegmentsPerSecond: rate)).Errors().Keys
            .ShouldBe(canBe ? [] : ["limits.smsSegmentsPerSecond"]);
}
