using System.Text.Json.Serialization;

namespace Campaigns.Limits;

/// <summary>The hours in which people get messages, by the clock where they live. Stored in events: members may be added.</summary>
/// <param name="To">Not included; 00:00 is the end of the day.</param>
/// <param name="Days">Null: Monday to Friday.</param>
/// <param name="Outside">What becomes of those for whom it is not the hour.</param>
/// <param name="JitterMinutes">Those who waited for the opening are spread over so many minutes behind it.</param>
public sealed record DeliveryWindow(
    TimeOnly From, TimeOnly To, IReadOnlyList<DayOfWeek>? Days = null, OutsideHours Outside = OutsideHours.Hold, double JitterMinutes = 10)
{
    public static readonly IReadOnlyList<DayOfWeek> Weekdays =
        [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];

    public static readonly IReadOnlyList<DayOfWeek> EveryDay = Enum.GetValues<DayOfWeek>();

    /// <summary>Nine to six, Monday to Friday.</summary>
    public static readonly DeliveryWindow Default = new(new TimeOnly(9, 0), new TimeOnly(18, 0));

    /// <summary>When texts may be sent by law (47 CFR 64.1200): eight to nine, where the recipient is.</summary>
    public static readonly DeliveryWindow QuietHours = new(new TimeOnly(8, 0), new TimeOnly(21, 0), EveryDay);

    /// <summary>The longest way to an opening: a window of one day a week, a day that a change of the calendar leaves out, and a day for the zones.</summary>
    const int DaysAhead = 16;

    /// <summary>How long it is open.</summary>
    [JsonIgnore]
    public TimeSpan Length => To == TimeOnly.MinValue ? TimeSpan.FromDays(1) - From.ToTimeSpan() : To - From;

    /// <summary>When it opens; null when it is open at this moment.</summary>
    public DateTimeOffset? NextOpening(TimeZoneInfo zone, DateTimeOffset now)
    {
        if (IsOpen(zone, now))
        {
            return null;
        }

        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        for (var days = 0; days <= DaysAhead; days++)
        {
            foreach (var opening in Instants(today.AddDays(days) + From.ToTimeSpan(), zone))
            {
                if (opening > now && IsOpen(zone, opening))
                {
                    return opening;
                }
            }
        }

        throw new InvalidOperationException($"A window from {From} to {To} never opens in {zone.Id}.");
    }

    /// <summary>When it closes that is open at this moment.</summary>
    public DateTimeOffset NextClosing(TimeZoneInfo zone, DateTimeOffset open)
    {
        var day = TimeZoneInfo.ConvertTime(open, zone).Date;
        return Instants(To == TimeOnly.MinValue ? day.AddDays(1) : day + To.ToTimeSpan(), zone).First(closing => closing > open);
    }

    public bool IsOpen(TimeZoneInfo zone, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var time = TimeOnly.FromDateTime(local.DateTime);
        return (Days ?? Weekdays).Contains(local.DayOfWeek) && From <= time && (To == TimeOnly.MinValue || time < To);
    }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    [JsonIgnore]
    public string? Error => Days is { Count: 0 or > 7 } ? "One to seven days are needed."
        : To != TimeOnly.MinValue && From >= To ? "from must be before to; 00:00 as to is the end of the day."
        : JitterMinutes is < 0 or > 12 * 60 ? "jitterMinutes is 0 to 720."
        : null;

    // Of an hour that the clocks leave out, the moment at which they go on; of one that they repeat, both.
    static IEnumerable<DateTimeOffset> Instants(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        TimeSpan[] offsets = zone.IsAmbiguousTime(local) ? [.. zone.GetAmbiguousTimeOffsets(local).OrderDescending()] : [zone.GetUtcOffset(local)];
        return offsets.Select(offset => new DateTimeOffset(local, offset).ToUniversalTime());
    }
}

public enum OutsideHours
{
    /// <summary>They get their message when the window opens.</summary>
    Hold,

    /// <summary>They get none.</summary>
    Drop,
}
