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
    static readonly DeliveryHours AnyHour = Hours(null);
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
        var basis = Basis(400) with { Pace = new Pace(Daily: new DailyPace(50)), Hours = new DeliveryHours(weekdays, DeliveryWindow.QuietHours, TimeZoneInfo.Utc) };
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
        Forecast.Make(Basis(50) with { LastDeferral = Now.AddHours(30) }, Now)
            .ShouldBe(new Forecast(Now.AddHours(30), "some wait until then for their hour, or for a limit of their own"));

    [Fact]
    public void says_so_where_it_would_take_longer_than_anybody_plans()
    {
        var once = new LimitState(new Limit(LimitKind.CampaignDay, "campaign", 1, TimeSpan.FromDays(1)), 1, null, Now.AddDays(1), null, Nobody);
        Forecast.Make(Basis(1_000_000, once), Now).ShouldBe(new Forecast(null, "the campaign may send 1 messages a day: that takes more than 10 years"));
    }

    static ForecastBasis Basis(double left, params LimitState[] limits) =>
        new(left, Batches, null, [.. limits.Select(limit => (limit, 1.0))], AnyHour, Channel.Email);

    static DeliveryHours Hours(TimeOnly? to) =>
        new(to is { } at ? new DeliveryWindow(new TimeOnly(9, 0), at) : null, DeliveryWindow.QuietHours, TimeZoneInfo.Utc);
}
