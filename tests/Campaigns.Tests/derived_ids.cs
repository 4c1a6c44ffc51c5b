using Campaigns.Recipients;

namespace Campaigns.Tests;

public sealed class derived_ids
{
    static readonly Guid Campaign = Guid.Parse("0195a0b1-c2d3-7e4f-8a5b-0123456789ab");
    static readonly Guid Contact = Guid.Parse("0195a0b1-ffff-7e4f-8a5b-ba9876543210");

    [Fact]
    public void never_change() // streams are found by them
    {
        DerivedId.Recipient(Campaign, Contact).ShouldBe(Guid.Parse("0195a0b1-c2d3-8cf2-8b29-afd81e0439a9"));
        DerivedId.Recipient(Campaign, Contact, Channel.Sms).ShouldBe(Guid.Parse("0195a0b1-c2d3-843d-ba55-f148905dafd5"));
        DerivedId.Named("suppression", "ours", "a@example.com").ShouldBe(Guid.Parse("2a7a4390-964c-80df-bf94-98ec5cec0e47"));
    }

    [Fact]
    public void are_of_version_8_and_the_standard_variant()
    {
        foreach (var id in Recipients(Guid.CreateVersion7(Some.Now)).Append(DerivedId.Named("suppression", "ours", "a@example.com")))
        {
            id.Version.ShouldBe(8);
            (id.Variant >> 2).ShouldBe(0b10);
        }
    }

    [Fact]
    public void of_recipients_begin_with_the_time_of_their_campaign() =>
        DerivedId.Recipient(Campaign, Contact).ToString()[..13].ShouldBe("0195a0b1-c2d3");

    [Fact]
    public void of_recipients_lie_in_the_range_of_their_campaign_and_of_no_other()
    {
        var (campaign, next) = (Guid.CreateVersion7(Some.Now), Guid.CreateVersion7(Some.Now.AddMilliseconds(1)));
        var (first, last) = DerivedId.RecipientRange(campaign);
        foreach (var id in Recipients(campaign))
        {
            InOrder(first, id, last).ShouldBeTrue(id.ToString());
        }

        foreach (var id in Recipients(next))
        {
            InOrder(first, id, last).ShouldBeFalse(id.ToString());
        }
    }

    [Fact]
    public void of_recipients_are_all_different()
    {
        var (campaign, sameMoment) = (Guid.CreateVersion7(Some.Now), Guid.CreateVersion7(Some.Now));
        var contacts = Enumerable.Range(0, 1000).Select(_ => Guid.NewGuid()).ToList();
        contacts.SelectMany(contact => new[]
        {
            DerivedId.Recipient(campaign, contact), DerivedId.Recipient(sameMoment, contact), DerivedId.Recipient(campaign, contact, Channel.Sms),
        }).Distinct().Count().ShouldBe(3000);
        DerivedId.Recipient(campaign, contacts[0]).ShouldBe(DerivedId.Recipient(campaign, contacts[0]));
    }

    [Fact]
    public void of_names_differ_by_kind_tenant_and_name() => new[]
    {
        DerivedId.Named("suppression", "ours", "a@example.com"), DerivedId.Named("organisation", "ours", "a@example.com"),
        DerivedId.Named("suppression", "theirs", "a@example.com"), DerivedId.Named("suppression", "ours", "b@example.com"),
    }.Distinct().Count().ShouldBe(4);

    [Fact]
    public void fractions_are_spread_between_0_and_1()
    {
        var fractions = Enumerable.Range(0, 2000).Select(i => DerivedId.Fraction($"{i}")).ToList();
        fractions.ShouldAllBe(fraction => fraction >= 0 && fraction < 1);
        fractions.Average().ShouldBe(0.5, 0.03);
    }

    static IEnumerable<Guid> Recipients(Guid campaign) => Enumerable.Range(0, 500).Select(_ => DerivedId.Recipient(campaign, Guid.NewGuid()));

    // As PostgreSQL orders them: byte by byte.
    static bool InOrder(params Guid[] ids) =>
        ids.Zip(ids.Skip(1)).All(pair => pair.First.ToByteArray(bigEndian: true).AsSpan().SequenceCompareTo(pair.Second.ToByteArray(bigEndian: true)) <= 0);

    [Fact]
    public void begin_with_their_time()
    {
        var at = new DateTimeOffset(2026, 3, 29, 1, 59, 59, 987, TimeSpan.Zero);
        DerivedId.TimeOf(Guid.CreateVersion7(at)).ShouldBe(at);
        DerivedId.TimeOf(DerivedId.Recipient(Guid.CreateVersion7(at), Guid.CreateVersion7())).ShouldBe(at);
    }
}
