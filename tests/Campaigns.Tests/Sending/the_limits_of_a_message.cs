using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Sending;

namespace Campaigns.Tests.Sending;

public sealed class the_limits_of_a_message
{
    static readonly Guid Ada = Guid.Parse("0195a000-0000-7000-8000-00000000000a");
    static readonly CampaignSender Anna = new(Guid.Empty, new SenderAddress("anna@sender.example"));
    static readonly LimitSettings Settings = SendingOptions.DefaultLimits with { CampaignPerDay = 500 };

    [Fact]
    public void count_a_contact_over_all_campaigns_and_channels_of_the_organisation()
    {
        var cap = new Limit(LimitKind.FrequencyCap, $"contact:acme:{Ada:N}", 2, TimeSpan.FromDays(7), Drops: true);
        Capped(new FrequencyCap(2, 7), "acme").ShouldBe(cap);
        Capped(new FrequencyCap(2, 7), "acme", Channel.Sms).ShouldBe(cap);
        Capped(new FrequencyCap(2, 7), "other")!.Key.ShouldNotBe(cap.Key);
        Capped(new FrequencyCap(2, 7, Hold: true), "acme").ShouldBe(cap with { Drops = false });
        Capped(null, "acme").ShouldBeNull();
    }

    [Fact]
    public void count_an_address_whichever_contact_has_it()
    {
        static IEnumerable<Limit> Caps(Guid contact, string tenant = "acme") =>
            Book(new FrequencyCap(2, 7), tenant).Own(contact, "+41790000001", Anna, Channel.Sms, [], Some.Now).Where(limit => limit.Kind == LimitKind.FrequencyCap);

        Caps(Ada).Intersect(Caps(Guid.NewGuid())).Single().ShouldSatisfyAllConditions(
            cap => (cap.Most, cap.Period, cap.Drops).ShouldBe((2, TimeSpan.FromDays(7), true)),
            cap => cap.Key.ShouldNotContain("790000001"));
        Caps(Ada).Intersect(Caps(Ada, "other")).ShouldBeEmpty();
    }

    [Fact]
    public void of_a_test_are_those_of_its_sender_its_organisation_and_the_installation() =>
        Book(new FrequencyCap(2, 7)).Test(Anna, Channel.Email, Some.Now).Select(limit => limit.Kind)
            .ShouldBe([LimitKind.SenderMinute, LimitKind.SenderHour, LimitKind.OrganisationHour, LimitKind.GlobalHour]);

    [Theory]
    [InlineData(1, 1, true), InlineData(1000, 365, true)]
    [InlineData(0, 7, false), InlineData(1001, 7, false), InlineData(1, 0, false), InlineData(1, 366, false)]
    public void cap_a_contact_within_reason(int messages, int days, bool isGood) => (new FrequencyCap(messages, days).Error is null).ShouldBe(isGood);

    static Limit? Capped(FrequencyCap? cap, string tenant, Channel channel = Channel.Email) =>
        Book(cap, tenant).Own(Ada, "ada@a.example", Anna, channel, [], Some.Now)
            .SingleOrDefault(limit => limit.Kind == LimitKind.FrequencyCap && limit.Key.StartsWith("contact:", StringComparison.Ordinal));

    static LimitBook Book(FrequencyCap? cap, string tenant = "acme") =>
        new(tenant, Guid.NewGuid(), Settings, 20_000, new Dictionary<string, string>(), cap);
}
