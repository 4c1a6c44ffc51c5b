using Campaigns.Planning;
using static Campaigns.Tests.Scenario;

namespace Campaigns.Tests.Planning;

public sealed class leaving_people_out
{
    static readonly Guid Ann = Guid.Parse("0195a0b1-0000-7000-8000-000000000001");
    static readonly Guid Bob = Guid.Parse("0195a0b1-0000-7000-8000-000000000002");

    [Fact]
    public void makes_an_audience_of_a_list() => To(Some.Daily with { ListId = Ann })
        .When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, [Bob], true)))
        .Edited().IsSame(Some.Daily with { ListId = null, Audience = new CampaignAudience(Lists: [Ann], ExceptContacts: [Bob]) }).ShouldBeTrue();

    [Fact]
    public void adds_to_those_who_are_left_out_and_takes_them_in_again()
    {
        var draft = To(Some.Daily with { ListId = null, Audience = new CampaignAudience(Everybody: true, ExceptContacts: [Ann]) });
        draft.When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, [Ann, Bob], true))).Edited().Audience!.ExceptContacts.ShouldBe([Ann, Bob]);
        draft.When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, [Ann], true))).ThenNothing();
        draft.When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, [Ann], false))).Edited().Audience.ShouldBe(new CampaignAudience(Everybody: true));
        draft.When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, [Bob], false))).ThenNothing();
    }

    [Fact]
    public void has_a_limit()
    {
        var draft = To(Some.Daily with { ListId = null, Audience = new CampaignAudience(Everybody: true, ExceptContacts: [Ann]) });
        var many = Enumerable.Range(0, CampaignAudience.MostOthers).Select(_ => Guid.NewGuid()).ToList();
        draft.When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, many, true))).Refused("too-many-left-out");
    }

    [Fact]
    public void is_for_drafts_that_have_an_audience()
    {
        Some.CampaignIn(CampaignStatus.Sending).When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, [Ann], true))).Refused("campaign-not-draft");
        To(Some.Daily with { ListId = null }).When(campaign => LeaveOutHandler.Decide(campaign, new LeaveOut(Some.Id, [Ann], true))).Refused("campaign-incomplete");
    }

    static Given<Campaign> To(CampaignSettings settings) => Given(new CampaignDrafted(settings));
}

static class Edits
{
    /// <summary>What the one event makes of the draft.</summary>
    public static CampaignSettings Edited(this Decision decision)
    {
        decision.Outcome.Refusal.ShouldBeNull();
        return decision.Outcome.Events.Single().ShouldBeOfType<CampaignEdited>().Settings;
    }
}
