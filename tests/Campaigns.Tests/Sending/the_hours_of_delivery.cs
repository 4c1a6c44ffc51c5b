using Campaigns.Limits;
using Campaigns.Recipients;
using Campaigns.Sending;

namespace Campaigns.Tests.Sending;

public sealed class the_hours_of_delivery
{
    static readonly DeliveryWindow NineToSix = DeliveryWindow.Default with { Days = DeliveryWindow.EveryDay, JitterMinutes = 0 };

    static readonly TimeZoneInfo Zurich = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");
    static readonly TimeZoneInfo NewYork = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");

    [Theory]
    [InlineData("2026-06-10T08:59:59+02:00", "2026-06-10T09:00:00+02:00")]
    [InlineData("2026-06-10T09:00:00+02:00", null)]
    [InlineData("2026-06-10T17:59:59+02:00", null)]
    [InlineData("2026-06-10T18:00:00+02:00", "2026-06-11T09:00:00+02:00")]
    [InlineData("2026-06-10T23:59:59+02:00", "2026-06-11T09:00:00+02:00")]
    [InlineData("2026-06-11T00:00:00+02:00", "2026-06-11T09:00:00+02:00")]
    [InlineData("2026-12-31T18:00:00+01:00", "2027-01-01T09:00:00+01:00")]
    public void open_and_close_by_the_clock_where_the_recipient_is(string now, string? opens) => Opens(NineToSix, Zurich, now).ShouldBe(At(opens));

    [Theory]
    [InlineData("2026-06-12T17:00:00+02:00", null)] // Friday
    [InlineData("2026-06-12T18:00:00+02:00", "2026-06-15T09:00:00+02:00")]
    [InlineData("2026-06-13T12:00:00+02:00", "2026-06-15T09:00:00+02:00")]
    public void skip_the_days_that_are_not_named(string now, string? opens) => Opens(DeliveryWindow.Default, Zurich, now).ShouldBe(At(opens));

    [Fact]
    public void of_one_day_a_week_come_again_a_week_later() =>
        Opens(NineToSix with { Days = [DayOfWeek.Wednesday] }, Zurich, "2026-06-10T18:00:00+02:00").ShouldBe(At("2026-06-17T09:00:00+02:00"));

    // In Zurich the clocks go from 2:00 to 3:00 on 29 March 2026, and from 3:00 to 2:00 on 25 October.
    [Theory]
    [InlineData("2026-03-28T20:00:00+01:00", 9, 0, "2026-03-29T09:00:00+02:00")]
    [InlineData("2026-03-29T01:00:00+01:00", 2, 30, "2026-03-29T03:00:00+02:00")]
    [InlineData("2026-03-29T01:59:59+01:00", 3, 0, "2026-03-29T03:00:00+02:00")]
    [InlineData("2026-10-24T20:00:00+02:00", 9, 0, "2026-10-25T09:00:00+01:00")]
    [InlineData("2026-10-25T01:00:00+02:00", 2, 30, "2026-10-25T02:30:00+02:00")]
    [InlineData("2026-10-25T02:30:00+02:00", 2, 30, null)]
    [InlineData("2026-10-25T02:45:00+01:00", 2, 30, null)]
    [InlineData("2026-10-25T02:15:00+01:00", 2, 30, "2026-10-25T02:30:00+01:00")]
    public void are_right_on_the_days_on_which_the_clocks_change(string now, int hour, int minute, string? opens)
    {
        var window = NineToSix with { From = new TimeOnly(hour, minute) };
        Opens(window, Zurich, now).ShouldBe(At(opens));
    }

    [Theory]
    [InlineData("2026-06-10T23:58:59+02:00", null)]
    [InlineData("2026-06-10T23:59:00+02:00", "2026-06-11T09:00:00+02:00")]
    public void may_end_a_minute_before_midnight(string now, string? opens) =>
        Opens(NineToSix with { To = new TimeOnly(23, 59) }, Zurich, now).ShouldBe(At(opens));

    [Fact]
    public void until_midnight_are_open_to_the_last_moment() =>
        Opens(NineToSix with { To = TimeOnly.MinValue }, Zurich, "2026-06-10T23:59:59.9999999+02:00").ShouldBeNull();

    [Fact]
    public void of_a_day_that_the_calendar_left_out_come_a_day_later() =>
        Opens(NineToSix, TimeZoneInfo.FindSystemTimeZoneById("Pacific/Apia"), "2011-12-29T18:00:00-10:00").ShouldBe(At("2011-12-31T09:00:00+14:00"));

    [Theory]
    [InlineData("US/Eastern"), InlineData("America/New_York")]
    public void go_by_a_zone_under_its_old_name_too(string zone) =>
        Hours(NineToSix).NextOpening(Somebody(zone), Instant("2026-06-10T08:00:00-04:00")).ShouldBe(At("2026-06-10T09:00:00-04:00"));

    [Theory]
    [InlineData(null), InlineData("Mars/Olympus_Mons")]
    public void go_by_the_organisations_zone_where_the_recipients_is_unknown(string? zone) =>
        Hours(NineToSix).NextOpening(Somebody(zone), Instant("2026-06-10T08:00:00-04:00")).ShouldBe(At("2026-06-10T09:00:00-04:00"));

    [Theory]
    [InlineData("2026-06-13T07:59:59-04:00", "2026-06-13T08:00:00-04:00")] // a Saturday
    [InlineData("2026-06-13T20:59:59-04:00", null)]
    [InlineData("2026-06-13T21:00:00-04:00", "2026-06-14T08:00:00-04:00")]
    public void keep_texts_out_of_the_night_whatever_the_campaign_says(string now, string? opens) =>
        Hours(null).NextOpening(Somebody("America/New_York") with { Channel = Channel.Sms }, Instant(now)).ShouldBe(At(opens));

    [Fact]
    public void of_a_text_are_those_of_the_campaign_and_of_the_law_at_once() =>
        Hours(NineToSix with { From = new TimeOnly(6, 0), To = new TimeOnly(9, 0) })
            .NextOpening(Somebody("America/New_York") with { Channel = Channel.Sms }, Instant("2026-06-10T05:00:00-04:00"))
            .ShouldBe(At("2026-06-10T08:00:00-04:00"));

    [Fact]
    public void say_nothing_about_e_mail_of_a_campaign_without_any() =>
        Hours(null).NextOpening(Somebody("Europe/Zurich"), Instant("2026-06-13T03:00:00+02:00")).ShouldBeNull();

    [Fact]
    public void spread_those_who_waited_behind_the_opening_each_always_at_the_same_place()
    {
        var hours = Hours(NineToSix with { JitterMinutes = 30 });
        var opening = Instant("2026-06-10T09:00:00-04:00");
        var people = Enumerable.Range(0, 200).Select(_ => Somebody("America/New_York")).ToList();
        var places = people.ConvertAll(person => hours.NextOpening(person, Instant("2026-06-10T05:00:00-04:00"))!.Value - opening);
        places.ShouldAllBe(place => place >= TimeSpan.Zero && place < TimeSpan.FromMinutes(30));
        places.Distinct().Count().ShouldBeGreaterThan(190);
        (places.Min() < TimeSpan.FromMinutes(3), places.Max() > TimeSpan.FromMinutes(27)).ShouldBe((true, true));
        people.ConvertAll(person => hours.NextOpening(person, Instant("2026-06-10T06:00:00-04:00"))!.Value - opening).ShouldBe(places);
    }

    [Fact]
    public void open_within_nine_days_at_every_moment_in_every_zone_of_this_system()
    {
        var random = new Random(4711);
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            for (var i = 0; i < 20; i++)
            {
                var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(365 * 24 * 60));
                var window = DeliveryWindow.Default with { From = new TimeOnly(random.Next(0, 12), random.Next(60)) };
                var opening = window.NextOpening(zone, now);
                (opening ?? now).ShouldBeLessThan(now.AddDays(9));
                window.IsOpen(zone, opening ?? now).ShouldBeTrue($"{zone.Id} {now:O} {window.From} {opening:O}");
                (opening is null || !window.IsOpen(zone, opening.Value.AddSeconds(-1))).ShouldBeTrue($"{zone.Id} {now:O} {window.From} {opening:O}");
            }
        }
    }

    static DeliveryHours Hours(DeliveryWindow? window) => new(window, DeliveryWindow.QuietHours with { JitterMinutes = 0 }, NewYork);

    static QueuedRecipient Somebody(string? zone) => new(Guid.NewGuid()) { TimeZone = zone };

    static DateTimeOffset? Opens(DeliveryWindow window, TimeZoneInfo zone, string now) => window.NextOpening(zone, Instant(now));

    static DateTimeOffset Instant(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);

    static DateTimeOffset? At(string? time) => time is null ? null : Instant(time);
}
