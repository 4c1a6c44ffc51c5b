using Campaigns.Authoring;
using Campaigns.Recipients;
using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Senders;

namespace Campaigns.Tests.Planning;

public sealed class the_senders_of_a_campaign
{
    static readonly Guid First = Guid.Parse("0195a000-0000-7000-8000-00000000000a");
    static readonly Guid Second = Guid.Parse("0195a000-0000-7000-8000-00000000000b");

    static readonly CampaignSettings Rotating = Some.Settings with { SenderIds = [First, Second] };

    // Whom Some.Settings comes from.
    static readonly StreamState<Sender> News = Sender(Guid.Empty, "news@example.com", new SenderVerified(VerifiedBy.Link, Some.Now));

    static readonly StreamState<Sender> Anna = Sender(First, "anna@example.com", new SenderVerified(VerifiedBy.Provider, Some.Now));

    static StreamState<Sender> Sender(Guid id, string email, params object[] facts) => new(
        id, new object[] { new SenderAdded(new SenderSettings("Somebody", email)) }.Concat(facts).Aggregate(Campaigns.Senders.Sender.Initial, (state, fact) => state.Evolve(fact)), 1);

    static string? Refusal(CampaignSettings settings, bool requireVerified, params StreamState<Sender>[] found) =>
        SenderRules.RefusalFor(settings, found, requireVerified)?.Code;

    [Fact]
    public void are_all_known_and_verified() =>
        Refusal(Rotating, true, News, Anna, Sender(Second, "ben@example.com", new SenderVerified(VerifiedBy.Link, Some.Now))).ShouldBeNull();

    [Fact]
    public void are_refused_for_the_one_who_is_not()
    {
        Refusal(Rotating, true, News, Anna).ShouldBe("sender-unknown");
        Refusal(Rotating, true, News, Anna, Sender(Second, "ben@example.com")).ShouldBe("sender-unverified");
        Refusal(Rotating, true, News, Anna, Sender(Second, "ben@example.com", new SenderVerified(VerifiedBy.Link, Some.Now), new SenderRetired())).ShouldBe("sender-retired");
    }

    [Fact]
    public void include_the_one_with_the_address_that_it_comes_from()
    {
        Refusal(Some.Settings, true, News).ShouldBeNull();
        Refusal(Some.Settings with { From = new SenderAddress("News@Example.com") }, true, News).ShouldBeNull("addresses are compared in lower case");
        Refusal(Some.Settings, true).ShouldBe("sender-unknown");
        Refusal(Some.Settings, true, Sender(First, "news@example.com")).ShouldBe("sender-unverified");
        Refusal(Some.Settings, true, Sender(First, "news@example.com", new SenderVerified(VerifiedBy.Link, Some.Now), new SenderRetired())).ShouldBe("sender-unknown");
    }

    [Fact]
    public void need_no_verification_where_none_is_asked_for()
    {
        Refusal(Some.Settings, false).ShouldBeNull();
        Refusal(Rotating, false, Anna, Sender(Second, "ben@example.com")).ShouldBeNull();
        Refusal(Rotating, false, Anna).ShouldBe("sender-unknown", "whom it names must exist all the same");
    }

    [Theory]
    [InlineData("Hi", false), InlineData("Hi {{!-- {{unsubscribe_url}} --}}", false), InlineData("Hi {{#if plan}}{{unsubscribe_url}}{{/if}}", false), InlineData("\\{{unsubscribe_url}}", false)]
    [InlineData("Hi {{#unless unsubscribe_url}}x{{/unless}}", false), InlineData("No more: {{unsubscribe_url}}", true), InlineData("{{#if plan}}a{{/if}} {{ unsubscribe_url }}", true)]
    public void whom_nobody_can_answer_write_everybody_another_way_out(string sms, bool isWayOut)
    {
        var word = new StreamState<Sender>(
            First, Campaigns.Senders.Sender.Initial.Evolve(new SenderAdded(new SenderSettings("Acme", AlphanumericId: "ACME"))), 1);
        var settings = Some.Settings with { Channels = CampaignChannels.Sms, SenderIds = [First] };
        var content = new TemplateContent("Spring", Sms: sms);
        SenderRules.FindNoWayOut(settings, content, [word])?.Code.ShouldBe("no-way-out");
        (SenderRules.FindNoWayOut(settings, content, [word]) is null).ShouldBe(isWayOut);
        SenderRules.FindNoWayOut(settings with { Transactional = true }, content, [word]).ShouldBeNull();
        SenderRules.FindNoWayOut(settings with { Channels = CampaignChannels.Email }, content, [word]).ShouldBeNull();
        SenderRules.FindNoWayOut(settings, content, [Anna]).ShouldBeNull("e-mail");
    }

    [Fact]
    public void that_were_exchanged_at_the_same_moment_are_looked_at_again()
    {
        new Launchable(Rotating, 3, null).RefusalFor(Rotating with { SenderIds = [First, Second] }).ShouldBeNull("equal by what they are");
        new Launchable(Rotating, 3, null).RefusalFor(Rotating with { SenderIds = [First] }).ShouldNotBeNull().Code.ShouldBe("concurrent-change");
    }

    [Fact]
    public void stay_when_a_draft_is_written_again_as_it_is() =>
        Scenario.Given(new CampaignDrafted(Rotating)).When(campaign => EditCampaignHandler.Decide(campaign, Rotating with { SenderIds = [First, Second] })).ThenNothing();

    [Fact]
    public void are_on_record_with_each_batch_in_as_few_words_as_it_takes()
    {
        Recorded(First, First, First).Senders.ShouldBe([First]);
        Recorded(First, Second, Guid.Empty).Senders.ShouldBe([First, Second, Guid.Empty]);
        Recorded(Guid.Empty, Guid.Empty).Senders.ShouldBeNull();
        foreach (var each in new Guid[][] { [First, First, First], [First, Second, Guid.Empty], [Guid.Empty, Guid.Empty] })
        {
            each.Select((_, place) => Recorded(each).SenderOf(place)).ShouldBe(each);
        }

        static BatchStarted Recorded(params Guid[] each) =>
            new(1, Guid.NewGuid(), Some.Now, [.. each.Select(_ => Guid.NewGuid())], null, BatchStarted.ShortForm(each));
    }

    [Fact]
    public void are_named_with_how_to_resume_them_where_they_are_paused_and_not_gone()
    {
        var paused = Sender(Second, "ben@example.com", new SenderPaused(PausedBy.Breaker, "9 of 100 messages bounced"));
        var gone = Sender(Guid.Empty, "old@example.com", new SenderPaused(PausedBy.Person, "Left"), new SenderRetired());

        PausedSender.Among([Anna, paused, gone]).ShouldBe(
            [new PausedSender(Second, "ben@example.com", PausedBy.Breaker, "9 of 100 messages bounced", $"POST /api/v1/senders/{Second}/resume")]);
    }
}
