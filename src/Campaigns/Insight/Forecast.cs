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
        var pace = PaceAlone(basis, start);
        List<Forecast> each = [pace, .. basis.Limits.Select(limit => LimitAlone(limit, basis, start))];
        if (basis.LastDeferral is { } last)
        {
            each.Add(new Forecast(last.Due, $"some wait until then: {last.Reason}"));
        }

        var latest = each.FirstOrDefault(forecast => forecast.End is null) ?? each.MaxBy(forecast => forecast.End)!;
        return start > now && basis.HeldBy is { } holder ? latest with { Because = Name(holder, latest, isPace: latest == pace, start, start - now) } : latest;
    }

    /// <summary>What holds a campaign now is named first; what follows it is left out where it is nothing beside that.</summary>
    static string Name(string holder, Forecast latest, bool isPace, DateTimeOffset start, TimeSpan held)
    {
        var isNothing = latest.End <= start || (isPace && latest.End - start <= held);
        return isNothing ? holder
            : latest.Because.Contains(holder, StringComparison.Ordinal) ? latest.Because
            : $"{holder}, and then {latest.Because}";
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

        var perPeriod = (double)state.Limit.Most * state.Queue.Weight / (state.Queue.Weight + others); // less than one where several take turns
        var first = state.NextAt > start ? state.NextAt.Value - start : period;
        // Those whom a domain leaves no room stand in line, one behind the other; those of other limits come back together.
        var further = state.Limit.Kind == LimitKind.RecipientDomain
            ? Math.Max(0, left - free - 1) * (state.Limit.Spacing / period) * (state.Limit.Most / perPeriod)
            : Math.Max(0, DivideUp(left - free, perPeriod) - 1);
        var periods = (first / period) + further;
        // What a day allows is used up in the hours that are open, however few they are; a shorter period counts only while it is open.
        return Later(basis, start, period, periods, isOpenTime: period < Day, because);
    }

    static Forecast Later(ForecastBasis basis, DateTimeOffset start, TimeSpan period, double periods, bool isOpenTime, string because)
    {
        var days = period.TotalDays * periods;
        var takes = days < AudienceHours.MostYears * 365.0 ? TimeSpan.FromMilliseconds(Math.Round(days * Day.TotalMilliseconds)) : TimeSpan.MaxValue;
        var end = takes == TimeSpan.MaxValue ? null
            : isOpenTime ? basis.Hours.AddOpenTime(start, takes)
            : basis.Hours.AddPeriods(start, period, periods);
        if (end - start - takes > takes)
        {
            // It waits longer for the hours than for what it would be otherwise.
            because = "its messages go out only in the hours of delivery";
        }

        return end is null ? new Forecast(null, $"{because}: that takes more than {AudienceHours.MostYears} years") : new Forecast(end, because);
    }

    static double DivideUp(double count, double by) => Math.Ceiling(count / by);
}

/// <summary>What a forecast is made from.</summary>
/// <param name="Left">Messages that have not left yet.</param>
/// <param name="HeldUntil">Nothing goes out before; null where nothing holds it.</param>
/// <param name="Limits">Those that many of its messages count against, as they are when it goes on, each with the share of them that does, 0 to 1.</param>
/// <param name="HandedOverPerSecond">How fast the provider took the messages of the last batches; null before the first one has ended.</param>
/// <param name="LastDeferral">Of those who were put off the one who is due last; null where nobody was.</param>
/// <param name="HeldBy">For people: what holds it until then; null where that is its own pace, or the time for which it is scheduled.</param>
public sealed record ForecastBasis(
    double Left,
    Pace Pace,
    DateTimeOffset? HeldUntil,
    IReadOnlyList<(LimitState State, double Share)> Limits,
    AudienceHours Hours,
    double? HandedOverPerSecond = null,
    Deferral? LastDeferral = null,
    string? HeldBy = null);
