using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Sending;

namespace Campaigns.Insight;

/// <summary>When the last message of a campaign leaves, by everything that keeps it from going faster.</summary>
/// <param name="End">Null where nobody can know.</param>
/// <param name="Because">For people: what decides it, or why it cannot be known.</param>
public sealed record Forecast(
    DateTimeOffset? End,
    string Because)
{
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>The latest of what each thing alone would come to.</summary>
    public static Forecast Make(ForecastBasis basis, DateTimeOffset now)
    {
        var start = basis.HeldUntil > now ? basis.HeldUntil.Value : now;
        List<Forecast> each = [PaceAlone(basis, start), .. basis.Limits.Select(limit => LimitAlone(limit, basis, start))];
        if (basis.LastDeferral is { } due)
        {
            each.Add(new Forecast(due, "some wait until then for their hour, or for a limit of their own"));
        }

        return each.FirstOrDefault(forecast => forecast.End is null) ?? each.MaxBy(forecast => forecast.End)!;
    }

    static Forecast PaceAlone(ForecastBasis basis, DateTimeOffset start)
    {
        if (basis.Pace.Daily is { } daily)
        {
            var further = Math.Max(0, DivideUp(basis.Left, daily.Limit) - 1);
            return Later(basis, start, TimeSpan.FromHours(daily.PeriodHours), further, isOpenTime: false, $"{daily.Limit} go out every {daily.PeriodHours:0.##} hours");
        }

        var pace = basis.Pace.Batches!;
        var pauses = Math.Max(0, DivideUp(basis.Left, (pace.MinSize + pace.MaxSize) / 2.0) - 1);
        var seconds = (pauses * (pace.MinDelaySeconds + pace.MaxDelaySeconds) / 2) + (basis.HandedOverPerSecond is > 0 and var speed ? basis.Left / speed : 0);
        return Later(basis, start, TimeSpan.FromSeconds(1), seconds, isOpenTime: true, "its batches keep their distance");
    }

    static Forecast LimitAlone((LimitState State, double Share) limit, ForecastBasis basis, DateTimeOffset start)
    {
        var (state, period) = (limit.State, limit.State.Limit.Period);
        var left = basis.Left * limit.Share;
        var free = Math.Max(0, state.Limit.Most - state.Used);
        var others = state.Queue.OthersWant > 0 ? state.Queue.OthersWeight : 0;
        var because = others > 0 ? $"{state.Limit.Words}, and others wait for that too" : state.Limit.Words;
        if (left <= free && others == 0)
        {
            return new Forecast(start, because);
        }

        var perPeriod = Math.Max(1, (double)state.Limit.Most * state.Queue.Weight / (state.Queue.Weight + others));
        var first = state.NextAt > start ? state.NextAt.Value - start : period;
        var periods = (first / period) + Math.Max(0, DivideUp(left - free, perPeriod) - 1);
        // What a day allows is used up in the hours that are open, however few they are; a shorter period counts only while it is open.
        return Later(basis, start, period, periods, isOpenTime: period < Day, because);
    }

    static Forecast Later(ForecastBasis basis, DateTimeOffset start, TimeSpan period, double periods, bool isOpenTime, string because)
    {
        var days = period.TotalDays * periods;
        var takes = days < DeliveryHours.MostYears * 365.0 ? TimeSpan.FromMilliseconds(Math.Round(days * Day.TotalMilliseconds)) : TimeSpan.MaxValue;
        var end = takes == TimeSpan.MaxValue ? null
            : isOpenTime ? basis.Hours.AddOpenTime(basis.Channel, start, takes)
            : PeriodByPeriod(basis, start, period, periods);
        return end is null ? new Forecast(null, $"{because}: that takes more than {DeliveryHours.MostYears} years") : new Forecast(end, because);
    }

    /// <summary>Each period begins when the one before has passed and the hours are open: a day that is closed moves all that follow.</summary>
    static DateTimeOffset? PeriodByPeriod(ForecastBasis basis, DateTimeOffset start, TimeSpan period, double periods)
    {
        var whole = (int)Math.Min(periods, DeliveryHours.MostYears * 365.0 * (Day / period));
        var at = basis.Hours.AddOpenTime(basis.Channel, start + (period * (periods - whole)), TimeSpan.Zero);
        for (var passed = 0; passed < whole && at is not null; passed++)
        {
            at = basis.Hours.AddOpenTime(basis.Channel, at.Value + period, TimeSpan.Zero);
        }

        return at;
    }

    static double DivideUp(double count, double by) => Math.Ceiling(count / by);
}

/// <summary>What a forecast is made from.</summary>
/// <param name="Left">Messages that have not left yet.</param>
/// <param name="HeldUntil">Nothing goes out before; null where nothing holds it.</param>
/// <param name="Limits">Those that many of its messages count against, each with the share of them that does, 0 to 1.</param>
/// <param name="Channel">Whose hours count.</param>
/// <param name="HandedOverPerSecond">How fast the provider took the messages of the last batches; null before the first one has ended.</param>
/// <param name="LastDeferral">When the last of those is due who were put off; null where nobody was.</param>
public sealed record ForecastBasis(
    double Left,
    Pace Pace,
    DateTimeOffset? HeldUntil,
    IReadOnlyList<(LimitState State, double Share)> Limits,
    DeliveryHours Hours,
    Recipients.Channel Channel,
    double? HandedOverPerSecond = null,
    DateTimeOffset? LastDeferral = null);
