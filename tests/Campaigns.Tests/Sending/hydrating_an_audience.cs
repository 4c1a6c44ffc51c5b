using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Sending;

public sealed class hydrating_an_audience
{
    static readonly AudienceHydrated Hydrated = new(9, 1);
    static readonly object[] Launched = [.. Some.Facts(CampaignStatus.Scheduled), new CampaignLaunched(3)];

    [Fact]
    public void starts_the_first_batch_when_it_is_done() =>
        Given(Launched).When(campaign => HydrateAudienceHandler.Decide(campaign, Some.Id, Hydrated)).Then(Hydrated, Sent(new SendBatch(Some.Id, 1)));

    [Fact]
    public void goes_on_during_a_pause_and_leaves_the_first_batch_to_its_end() =>
        Given([.. Launched, new CampaignPaused(PausedBy.Person, "Wait")])
            .When(campaign => HydrateAudienceHandler.Decide(campaign, Some.Id, Hydrated)).Then(Hydrated);

    [Fact]
    public void of_a_campaign_cancelled_meanwhile_withdraws_everybody() =>
        Given([.. Launched, new CampaignCancelled(null)])
            .When(campaign => HydrateAudienceHandler.Decide(campaign, Some.Id, Hydrated)).Then(Hydrated, Sent(new WithdrawQueued(Some.Id)));

    [Fact]
    public void ends_at_a_cancellation_and_withdraws_whoever_came_with_the_last_chunk() =>
        Given([.. Launched, new CampaignCancelled(null)])
            .When(campaign => HydrateAudienceHandler.Stopped(campaign, Some.Id).ShouldNotBeNull()).Then(Sent(new WithdrawQueued(Some.Id)));

    [Fact]
    public void is_done_once()
    {
        Some.CampaignIn(CampaignStatus.Sending).When(campaign => HydrateAudienceHandler.Stopped(campaign, Some.Id).ShouldNotBeNull()).ThenNothing();
        Some.CampaignIn(CampaignStatus.Sending).When(campaign => HydrateAudienceHandler.Decide(campaign, Some.Id, Hydrated)).ThenNothing();
        Some.CampaignIn(CampaignStatus.Cancelled).When(campaign => HydrateAudienceHandler.Stopped(campaign, Some.Id).ShouldNotBeNull()).ThenNothing();
    }

    [Fact]
    public void makes_one_recipient_for_each_channel_and_says_who_cannot_be_reached_over_which()
    {
        var member = new AudienceMember(Guid.NewGuid(), IsExcepted: false, IsDeleted: false, HasEmail: true, IsEmailSuppressed: false, HasPhone: true, IsPhoneSuppressed: false);
        Skipped(CampaignChannels.EmailAndSms, member).ShouldBe([(Channel.Email, null), (Channel.Sms, null)]);
        Skipped(CampaignChannels.Sms, member).ShouldBe([(Channel.Sms, null)]);
        Skipped(CampaignChannels.Email, member with { HasPhone = false }).ShouldBe([(Channel.Email, null)]);
        Skipped(CampaignChannels.EmailAndSms, member with { HasPhone = false }).ShouldBe([(Channel.Email, null), (Channel.Sms, SkipReason.NoAddress)]);
        Skipped(CampaignChannels.Email, member with { HasEmail = false }).ShouldBe([(Channel.Email, SkipReason.NoAddress)]);
        Skipped(CampaignChannels.EmailAndSms, member with { HasEmail = false }).ShouldBe([(Channel.Email, SkipReason.NoAddress), (Channel.Sms, null)]);
        Skipped(CampaignChannels.EmailAndSms, member with { IsPhoneSuppressed = true }).ShouldBe([(Channel.Email, null), (Channel.Sms, SkipReason.Suppressed)]);
        Skipped(CampaignChannels.EmailAndSms, member with { IsEmailSuppressed = true }).ShouldBe([(Channel.Email, SkipReason.Suppressed), (Channel.Sms, null)]);
        Skipped(CampaignChannels.EmailAndSms, member with { IsDeleted = true, HasPhone = false })
            .ShouldBe([(Channel.Email, SkipReason.ContactDeleted), (Channel.Sms, SkipReason.ContactDeleted)]);
        Skipped(CampaignChannels.EmailAndSms, member with { IsExcepted = true, HasPhone = false }).ShouldBe([(Channel.Email, SkipReason.Excepted), (Channel.Sms, SkipReason.Excepted)]);
    }

    [Fact]
    public void makes_recipients_in_the_order_of_their_ids()
    {
        var members = Enumerable.Range(0, 50).Select(_ => new AudienceMember(Guid.NewGuid(), false, false, true, false, true, false)).ToList();
        var recipients = HydrateAudienceHandler.Recipients(Some.Id, CampaignChannels.EmailAndSms, members);
        recipients.Select(recipient => recipient.Id).ShouldBeInOrder();
        recipients.Select(recipient => recipient.Id).Distinct().Count().ShouldBe(100);
    }

    static IEnumerable<(Channel, SkipReason?)> Skipped(CampaignChannels channels, AudienceMember member) => HydrateAudienceHandler.Recipients(Some.Id, channels, [member])
        .OrderBy(recipient => recipient.Channel).Select(recipient => (recipient.Channel, recipient.MayNot));

    [Fact]
    public void goes_on_while_the_campaign_does() => HydrateAudienceHandler.Stopped(Given(Launched).State, Some.Id).ShouldBeNull();
}
