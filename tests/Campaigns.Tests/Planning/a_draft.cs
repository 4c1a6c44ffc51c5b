using Campaigns.Storage;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Planning;

public sealed class a_draft
{
    /// <summary>A change in part goes by way of the input: a setting that it forgot would be reset.</summary>
    [Fact]
    public void is_the_same_after_it_was_read_as_input()
    {
        var settings = (CampaignSettings)Samples.Of(typeof(CampaignSettings));
        CampaignInput.Read(settings).ToSettings().IsSame(settings with { From = settings.From!.Normalise(), Audience = settings.Audience!.Normalise() }).ShouldBeTrue();
        settings.IsSame((CampaignSettings)Samples.Least(typeof(CampaignSettings))).ShouldBeFalse("or nothing is compared");
    }

    [Fact]
    public void whose_template_list_or_channels_change_while_it_is_launched_is_not_launched_with_the_other_ones_version()
    {
        foreach (var edited in new[]
        {
            Some.Settings with { TemplateId = Guid.NewGuid() }, Some.Settings with { ListId = Guid.NewGuid() }, Some.Settings with { Channels = CampaignChannels.Sms },
        })
        {
            var campaign = Given(new CampaignDrafted(Some.Settings), new CampaignEdited(edited));
            campaign.When(state => LaunchCampaignHandler.Decide(state, Some.Id, Some.Launchable, Some.Organisation, Some.Now)).Refused("concurrent-change");
            campaign.When(state => ScheduleCampaignHandler.Decide(
                state, Some.Id, Some.Now.AddHours(1), Some.Launchable, Some.Organisation, Some.FourteenDays, Some.Now)).Refused("concurrent-change");
        }
    }

    [Fact]
    public void takes_new_settings()
    {
        var settings = Some.Settings with { Name = "Summer" };
        Given(new CampaignDrafted(Some.Settings)).When(campaign => EditCampaignHandler.Decide(campaign, settings)).Then(new CampaignEdited(settings));
    }

    [Fact]
    public void records_nothing_when_edited_to_what_it_is() =>
        Given(new CampaignDrafted(Some.Daily))
            .When(campaign => EditCampaignHandler.Decide(campaign, Some.Settings with { Pace = new Pace(Daily: new DailyPace()) }))
            .ThenNothing();

    [Fact]
    public void is_deleted() => Some.CampaignIn(CampaignStatus.Draft).When(DeleteDraftsHandler.Decide).Then(new CampaignDeleted());

    [Fact]
    public void is_submitted_when_complete() => Some.CampaignIn(CampaignStatus.Draft).When(ReviewCampaignHandler.Submit).Then(new CampaignSubmitted());

    public static TheoryData<CampaignSettings, string> Incomplete => new()
    {
        { Some.Settings with { ListId = null }, "a list (listId or audience)" },
        { Some.Settings with { TemplateId = null }, "a template (templateId)" },
        { Some.Settings with { From = null }, "a sender (from or senderIds)" },
        { Some.Settings with { ListId = null, TemplateId = null, From = null }, "a list (listId or audience), a template (templateId), a sender (from or senderIds)" },
        { Some.Settings with { From = null, Channels = CampaignChannels.EmailAndSms }, "a sender (from or senderIds)" },
        { Some.Settings with { ListId = null, From = null, Channels = CampaignChannels.Sms }, "needs a list (listId or audience)" },
    };

    [Theory, MemberData(nameof(Incomplete))]
    public void that_lacks_something_is_told_what_when_it_is_submitted_scheduled_or_launched(CampaignSettings settings, string missing)
    {
        var draft = Given(new CampaignDrafted(settings));
        foreach (var decision in new[]
        {
            draft.When(ReviewCampaignHandler.Submit),
            draft.When(campaign => ScheduleCampaignHandler.Decide(
                campaign, Some.Id, Some.Now.AddDays(1), Some.Launchable, Some.Organisation, Some.FourteenDays, Some.Now)),
            draft.When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.Launchable, Some.Organisation, Some.Now)),
        })
        {
            var refusal = decision.Refused("campaign-incomplete");
            refusal.Kind.ShouldBe(RefusalKind.Invalid);
            refusal.Explanation.ShouldContain(missing + ".");
        }
    }

    [Fact]
    public void without_a_template_or_a_sender_cannot_be_tested()
    {
        foreach (var (settings, missing) in new[] { (Some.Settings with { TemplateId = null }, "(templateId)"), (Some.Settings with { From = null }, "(from or senderIds)") })
        {
            var refusal = TestCampaignEndpoints.MayTest(Given(new CampaignDrafted(settings)).State)!;
            refusal.Code.ShouldBe("campaign-incomplete");
            refusal.Explanation.ShouldContain(missing);
        }
    }

    [Fact]
    public void may_name_its_senders_by_their_ids_alone()
    {
        var draft = Given(new CampaignDrafted(Some.Settings with { From = null, SenderIds = [Guid.NewGuid()] }));
        draft.When(ReviewCampaignHandler.Submit).Then(new CampaignSubmitted());
        TestCampaignEndpoints.MayTest(draft.State).ShouldBeNull();
    }

    [Fact]
    public void for_text_messages_only_needs_no_sender_of_e_mail()
    {
        var draft = Given(new CampaignDrafted(Some.Settings with { From = null, Channels = CampaignChannels.Sms }));
        draft.When(ReviewCampaignHandler.Submit).Then(new CampaignSubmitted());
        TestCampaignEndpoints.MayTest(draft.State, Channel.Sms).ShouldBeNull();
        TestCampaignEndpoints.MayTest(draft.State).ShouldNotBeNull();
    }

    [Fact]
    public void without_a_list_can_be_tested() =>
        TestCampaignEndpoints.MayTest(Given(new CampaignDrafted(Some.Settings with { ListId = null })).State).ShouldBeNull();

    [Fact]
    public void whose_template_has_no_body_is_neither_scheduled_nor_launched()
    {
        var draft = Some.CampaignIn(CampaignStatus.Draft);
        draft.When(campaign => ScheduleCampaignHandler.Decide(
            campaign, Some.Id, Some.Now.AddDays(1), Some.WithoutBody, Some.Organisation, Some.FourteenDays, Some.Now)).Refused("body-missing");
        draft.When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.WithoutBody, Some.Organisation, Some.Now)).Refused("body-missing");
    }

    [Fact]
    public void needs_approval_where_the_organisation_asks_for_it()
    {
        var draft = Some.CampaignIn(CampaignStatus.Draft);
        draft.When(campaign => ScheduleCampaignHandler.Decide(
            campaign, Some.Id, Some.Now.AddDays(1), Some.Launchable, Some.WithApproval, Some.FourteenDays, Some.Now)).Refused("approval-required");
        draft.When(campaign => LaunchCampaignHandler.Decide(campaign, Some.Id, Some.Launchable, Some.WithApproval, Some.Now)).Refused("approval-required");
    }
}
