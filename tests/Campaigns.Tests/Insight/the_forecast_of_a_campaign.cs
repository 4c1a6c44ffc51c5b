using Campaigns.Insight;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;

namespace Campaigns.Tests.Insight;

public sealed class the_forecast_of_a_campaign
{
    static readonly DateTimeOffset Now = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero); // a Wednesday
    static readonly LimitQueue Nobody = new(0, 0, 1, false, false);
    static readonly Limit Minute = new(LimitKind.SenderMinute, "sender", 20, TimeSpan.FromMinutes(1));
    static readonly Limit Daily = new(LimitKind.CampaignDay, "campaign", 100, TimeSpan.FromDays(1));
    static readonly AudienceHours AnyHour = Hours(null);
    static readonly Pace Batches = new(new BatchPace(50, 50, 2, 2));

    [Fact]
    public void goes_by_the_pace_where_nothing_else_holds_it() =>
        Forecast.Make(Basis(500) with { HandedOverPerSecond = 100 }, Now)
            .ShouldBe(new Forecast(Now.AddSeconds((9 * 2) + 5), "its batches keep their distance"));

    [Fact]
    public void goes_by_the_limit_that_takes_longest_and_not_by_the_speed_of_the_last_burst()
    {
        var used = new LimitState(Minute, 20, null, Now.AddSeconds(40), Now.AddSeconds(40), Nobody);
        Forecast.Make(Basis(1000, used) with { HandedOverPerSecond = 500 }, Now)
            .ShouldBe(new Forecast(Now.AddSeconds(40).AddMinutes(49), "its sender may send 20 messages a minute"));
    }

    [Fact]
    public void uses_what_a_limit_leaves_first() =>
        Forecast.Make(Basis(20, new LimitState(Minute, 0, null, null, null, Nobody)), Now).End.ShouldBe(Now);

    [Fact]
    public void knows_that_others_wait_for_the_same_limit()
    {
        var shared = new LimitState(Minute, 20, null, Now, Now, new LimitQueue(500, 3, 1, true, false));
        var forecast = Forecast.Make(Basis(100, shared), Now);
        forecast.ShouldBe(new Forecast(Now.AddMinutes(20), "its sender may send 20 messages a minute, and others wait for that too"));
    }

    [Fact]
    public void knows_that_others_take_turns_at_a_limit_of_one_at_a_time()
    {
        var shared = new LimitState(new Limit(LimitKind.SenderGap, "sender:gap", 1, TimeSpan.FromSeconds(1)), 1, null, Now.AddSeconds(1), Now.AddSeconds(1), new LimitQueue(50, 4, 1, true, false));
        Forecast.Make(Basis(50, shared), Now).End.ShouldBe(Now.AddSeconds(250));
    }

    [Fact]
    public void counts_only_the_share_of_the_messages_that_a_sender_has() =>
        Forecast.Make(Basis(100) with { Limits = [(new LimitState(Minute, 0, null, null, null, Nobody), 0.2)] }, Now).Because.ShouldBe("its batches keep their distance");

    [Theory]
    [InlineData(100, 0, 0)] // today's
    [InlineData(101, 0, 1)]
    [InlineData(100, 100, 1)]
    [InlineData(350, 100, 4)]
    public void takes_days_for_a_daily_limit(int left, int used, int days)
    {
        var limit = new LimitState(Daily, used, null, used > 0 ? Now.AddDays(1) : null, null, Nobody);
        Forecast.Make(Basis(left, limit) with { Pace = new Pace(new BatchPace(1000, 1000, 0, 0)) }, Now).End.ShouldBe(Now.AddDays(days));
    }

    [Fact]
    public void takes_days_for_a_daily_pace_from_the_next_batch_on()
    {
        var basis = Basis(12) with { Pace = new Pace(Daily: new DailyPace(5)), HeldUntil = Now.AddHours(10) };
        Forecast.Make(basis, Now).ShouldBe(new Forecast(Now.AddHours(10).AddDays(2), "5 go out every 24 hours"));
    }

    [Fact]
    public void of_a_daily_pace_counts_no_day_that_is_closed()
    {
        // Eight days of 50 from a Monday on, Monday to Friday.
        var monday = new DateTimeOffset(2026, 6, 8, 8, 0, 0, TimeSpan.Zero);
        var weekdays = new DeliveryWindow(new TimeOnly(9, 0), new TimeOnly(18, 0), [.. DeliveryWindow.EveryDay.Where(day => day is not (DayOfWeek.Saturday or DayOfWeek.Sunday))]);
        var basis = Basis(400) with { Pace = new Pace(Daily: new DailyPace(50)), Hours = new AudienceHours(new DeliveryHours(weekdays, DeliveryWindow.QuietHours, TimeZoneInfo.Utc), []) };
        Forecast.Make(basis, monday).End.ShouldBe(new DateTimeOffset(2026, 6, 17, 9, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void waits_for_whatever_holds_it() => Forecast.Make(Basis(50) with { HeldUntil = Now.AddHours(1) }, Now).End.ShouldBe(Now.AddHours(1));

    [Fact]
    public void goes_on_only_in_the_hours_of_delivery()
    {
        // 400 at 20 a minute are 20 minutes; the window closes in ten, and opens at nine on the next day.
        var basis = Basis(400, new LimitState(Minute, 20, null, Now.AddMinutes(1), null, Nobody)) with { Hours = Hours(new TimeOnly(12, 10)) };
        Forecast.Make(basis, Now).End.ShouldBe(new DateTimeOffset(2026, 6, 11, 9, 10, 0, TimeSpan.Zero));
    }

    [Fact]
    public void leaves_out_the_weekend()
    {
        var friday = new DateTimeOffset(2026, 6, 12, 12, 9, 0, TimeSpan.Zero);
        var basis = Basis(100, new LimitState(Minute, 20, null, friday.AddMinutes(1), null, Nobody)) with { Hours = Hours(new TimeOnly(12, 10)) };
        Forecast.Make(basis, friday).End.ShouldBe(new DateTimeOffset(2026, 6, 15, 9, 4, 0, TimeSpan.Zero));
    }

    [Fact]
    public void includes_those_who_were_put_off() =>
        Forecast.Make(Basis(50) with { LastDeferral = new Deferral(Now.AddHours(30), "it is not the hour for it in Asia/Tokyo") }, Now)
            .ShouldBe(new Forecast(Now.AddHours(30), "some wait until then: it is not the hour for it in Asia/Tokyo"));

    [Theory]
    [InlineData("the campaign may send 100 messages a day"), InlineData("the provider asks to slow down"), InlineData("it is not the hour for it in Europe/Zurich")]
    public void names_what_holds_it_and_not_its_pace(string holder)
    {
        var free = new LimitState(Daily, 0, null, null, null, Nobody);
        Forecast.Make(Basis(90, free) with { HeldUntil = Now.AddHours(1), HeldBy = holder, HandedOverPerSecond = 10 }, Now)
            .ShouldBe(new Forecast(Now.AddHours(1).AddSeconds(2 + 9), holder));
    }

    [Fact]
    public void names_what_holds_it_and_what_takes_longer_after_that()
    {
        var held = Basis(1000) with { HeldUntil = Now.AddSeconds(10), HeldBy = "the provider asks to slow down" };
        Forecast.Make(held, Now).Because.ShouldBe("the provider asks to slow down, and then its batches keep their distance");
        Forecast.Make(held with { Limits = [(new LimitState(Minute, 20, null, Now.AddMinutes(1), null, Nobody), 1)] }, Now).Because
            .ShouldBe("the provider asks to slow down, and then its sender may send 20 messages a minute");
    }

    [Fact]
    public void names_a_limit_once_that_holds_it_and_goes_on_to()
    {
        var used = new LimitState(Minute, 20, null, Now.AddSeconds(40), Now.AddSeconds(40), new LimitQueue(500, 3, 1, true, false));
        Forecast.Make(Basis(1000, used) with { HeldUntil = Now.AddSeconds(40), HeldBy = Minute.Words }, Now).Because
            .ShouldBe("its sender may send 20 messages a minute, and others wait for that too");
    }

    [Fact]
    public void of_one_domain_goes_out_one_behind_the_other()
    {
        var domain = new Limit(LimitKind.RecipientDomain, "domain:a.example", 5, TimeSpan.FromHours(1));
        var end = Forecast.Make(Basis(30, new LimitState(domain, 0, null, null, null, Nobody)), Now).End;
        end.ShouldNotBeNull().ShouldBe(Now.AddHours(1) + (24 * domain.Spacing), TimeSpan.FromSeconds(1), "five at once, and 25 in line from when these are free");
    }

    [Fact]
    public void names_the_hours_of_delivery_where_it_waits_for_them_longer_than_it_goes_out()
    {
        var closed = new DateTimeOffset(2026, 6, 10, 20, 0, 0, TimeSpan.Zero);
        var hours = Basis(400) with { Hours = Hours(new TimeOnly(18, 0)) };
        Forecast.Make(hours, closed).Because.ShouldBe("its messages go out only in the hours of delivery");
        Forecast.Make(hours, Now).Because.ShouldBe("its batches keep their distance");
    }

    [Fact]
    public void waits_for_the_hours_where_its_people_live()
    {
        // Noon in London is 13:00 in Zurich, 21:00 in Tokyo, where it goes on at midnight UTC, and 5:00 in Los Angeles, where it begins at 16:00 UTC.
        var everywhere = Hours(new TimeOnly(18, 0), Group("Europe/Zurich", 0.9), Group("Asia/Tokyo", 0.05), Group("America/Los_Angeles", 0.05));
        Forecast.Make(Basis(50) with { Hours = everywhere }, Now).ShouldBe(new Forecast(new DateTimeOffset(2026, 6, 11, 0, 0, 0, TimeSpan.Zero), "its messages go out only in the hours of delivery"));
    }

    [Fact]
    public void goes_on_as_long_as_it_is_the_hour_anywhere()
    {
        // Ten hours of work. Zurich, open until 16:00 UTC, is through at 15:30; Los Angeles needs six and a half from 16:00 on.
        var basis = Basis(12_000, new LimitState(Minute, 20, null, Now.AddMinutes(1), null, Nobody));
        Forecast.Make(basis with { Hours = Hours(new TimeOnly(18, 0), Group("Europe/Zurich", 0.35), Group("America/Los_Angeles", 0.65)) }, Now).End
            .ShouldBe(Now.AddMinutes(630));
        Forecast.Make(basis with { Hours = Hours(new TimeOnly(18, 0), Group("Europe/Zurich", 1)) }, Now).End.ShouldBe(new DateTimeOffset(2026, 6, 11, 13, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void of_texts_beside_emails_waits_for_the_hours_of_texts()
    {
        var late = new DateTimeOffset(2026, 6, 10, 22, 0, 0, TimeSpan.Zero);
        var both = Hours(null, Group("Etc/UTC", 0.5), Group("Etc/UTC", 0.5, Channel.Sms));
        Forecast.Make(Basis(50) with { Hours = both }, late).End.ShouldBe(new DateTimeOffset(2026, 6, 11, 8, 0, 0, TimeSpan.Zero));
        Forecast.Make(Basis(50) with { Hours = Hours(null, Group("Etc/UTC", 1)) }, late).End.ShouldBe(late);
    }

    [Fact]
    public void of_a_window_that_never_meets_the_hours_of_texts_knows_no_end()
    {
        var night = new DeliveryHours(new DeliveryWindow(new TimeOnly(22, 0), new TimeOnly(0, 0), DeliveryWindow.EveryDay), DeliveryWindow.QuietHours, TimeZoneInfo.Utc);
        Forecast.Make(Basis(50) with { Hours = new AudienceHours(night, [Group("Etc/UTC", 1, Channel.Sms)]) }, Now).End.ShouldBeNull();
    }

    [Fact]
    public void says_so_where_it_would_take_longer_than_anybody_plans()
    {
        var once = new LimitState(new Limit(LimitKind.CampaignDay, "campaign", 1, TimeSpan.FromDays(1)), 1, null, Now.AddDays(1), null, Nobody);
        Forecast.Make(Basis(1_000_000, once), Now).ShouldBe(new Forecast(null, "the campaign may send 1 messages a day: that takes more than 10 years"));
    }

    static ForecastBasis Basis(double left, params LimitState[] limits) =>
        new(left, Batches, null, [.. limits.Select(limit => (limit, 1.0))], AnyHour);

    static AudienceHours Hours(TimeOnly? to, params AudienceGroup[] groups) =>
        new(new DeliveryHours(to is { } at ? new DeliveryWindow(new TimeOnly(9, 0), at) : null, DeliveryWindow.QuietHours, TimeZoneInfo.Utc), groups);

    static AudienceGroup Group(string zone, double share, Channel channel = Channel.Email) => new(channel, TimeZones.Zone(zone)!, share);
}
