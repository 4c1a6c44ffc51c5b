using Campaigns.Recipients;
using Campaigns.Sending;

namespace Campaigns.Insight;

/// <summary>When messages may go out to all the people of a campaign, who live in several zones and get them over one or two channels.</summary>
public sealed class AudienceHours
{
    /// <summary>As far ahead as it looks.</summary>
    public const int MostYears = 10;

    /// <summary>Zones change the end by a day: what takes longer than this goes by the hours of the largest group.</summary>
    static readonly TimeSpan LongestByZone = TimeSpan.FromDays(30);

    /// <summary>How many groups, the largest, count where any one that may get messages keeps the campaign going.</summary>
    const int MostTogether = 6;

    readonly DeliveryHours hours;
    readonly IReadOnlyList<AudienceGroup> groups;

    /// <param name="groups">None: everybody is in the zone of those whose own is unknown, and gets it by e-mail.</param>
    public AudienceHours(DeliveryHours hours, IReadOnlyList<AudienceGroup> groups)
    {
        this.hours = hours;
        this.groups = groups.Count == 0 ? [new AudienceGroup(Channel.Email, hours.Fallback, 1)] : [.. groups.OrderByDescending(group => group.Share)];
    }

    /// <summary>Everybody in the zone of those whose own is unknown.</summary>
    public static AudienceHours InOneZone(DeliveryHours hours, IReadOnlyList<Channel> channels) =>
        new(hours, [.. channels.Select(channel => new AudienceGroup(channel, hours.Fallback, 1.0 / channels.Count))]);

    /// <summary>When so much time has passed in which messages may go out, for each group as much as is its share; null: in more than ten years.</summary>
    public DateTimeOffset? AddOpenTime(DateTimeOffset from, TimeSpan time) =>
        Latest(time <= LongestByZone, (some, share) => AddOpenTime(some, from, time * share));

    /// <summary>When so many periods have passed, each of which begins when the one before has passed and messages may go out; null: in more than ten years.</summary>
    public DateTimeOffset? AddPeriods(DateTimeOffset from, TimeSpan period, double periods) =>
        Latest(period * periods <= LongestByZone, (some, share) => AddPeriods(some, from, period, Math.Ceiling(periods * share)));

    /// <summary>The work goes on while any group may get messages, and none is through before it had time for its share.</summary>
    DateTimeOffset? Latest(bool byZone, Func<IReadOnlyList<AudienceGroup>, double, DateTimeOffset?> end)
    {
        if (!byZone || groups.Count == 1)
        {
            return end([groups[0]], 1);
        }

        DateTimeOffset?[] ends = [end([.. groups.Take(MostTogether)], 1), .. groups.Select(group => end([group], group.Share))];
        return ends.Contains(null) ? null : ends.Max();
    }

    DateTimeOffset? AddPeriods(IReadOnlyList<AudienceGroup> some, DateTimeOffset from, TimeSpan period, double periods)
    {
        var whole = (int)Math.Min(periods, MostYears * 365.0 * (TimeSpan.FromDays(1) / period));
        var at = AddOpenTime(some, from + (period * (periods - whole)), TimeSpan.Zero);
        for (var passed = 0; passed < whole && at is not null; passed++)
        {
            at = AddOpenTime(some, at.Value + period, TimeSpan.Zero);
        }

        return at;
    }

    DateTimeOffset? AddOpenTime(IReadOnlyList<AudienceGroup> some, DateTimeOffset from, TimeSpan time)
    {
        if (hours.Drops)
        {
            return time < TimeSpan.FromDays(365 * MostYears) ? from + time : null;
        }

        var (at, last) = (from, from.AddYears(MostYears));
        while (at < last)
        {
            var (opening, first) = some.Select(group => (At: hours.NextOpening(group.Channel, group.Zone, at), Group: group)).MinBy(each => each.At ?? DateTimeOffset.MaxValue);
            if (opening is null)
            {
                return null;
            }

            var closing = hours.NextClosing(first.Channel, first.Zone, opening.Value) ?? DateTimeOffset.MaxValue;
            if (time < closing - opening)
            {
                return time < last - opening ? opening + time : null;
            }

            (at, time) = (closing, time - (closing - opening.Value));
        }

        return null;
    }
}

/// <summary>The people of a campaign who live in one zone and get it over one channel.</summary>
/// <param name="Share">Of all its messages, 0 to 1.</param>
public sealed record AudienceGroup(
    Channel Channel,
    TimeZoneInfo Zone,
    double Share);
