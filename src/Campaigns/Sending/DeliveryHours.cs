using Campaigns.Limits;
using Campaigns.Recipients;

namespace Campaigns.Sending;

/// <summary>When the recipients of a campaign may get their messages: in its window and, for texts, outside the quiet hours.</summary>
/// <param name="window">Null: at any hour.</param>
/// <param name="quietHours">The hours in which texts may be sent.</param>
/// <param name="fallback">The zone of those whose own is unknown.</param>
public sealed class DeliveryHours(DeliveryWindow? window, DeliveryWindow quietHours, TimeZoneInfo fallback)
{
    /// <summary>More changes between two windows than any two can have.</summary>
    const int MostSteps = 40;

    /// <summary>As far ahead as <see cref="AddOpenTime"/> looks.</summary>
    public const int MostYears = 10;

    public bool Drops => window?.Outside == OutsideHours.Drop;

    /// <summary>When so much time has passed in which messages may go out to people of the fallback's zone; null: in more than ten years.</summary>
    public DateTimeOffset? AddOpenTime(Channel channel, DateTimeOffset from, TimeSpan time)
    {
        if ((window ?? (channel == Channel.Email ? null : quietHours)) is not { } open || Drops)
        {
            return time < TimeSpan.FromDays(365 * MostYears) ? from + time : null;
        }

        var (at, last) = (from, from.AddYears(MostYears));
        while (at < last)
        {
            var opening = open.NextOpening(fallback, at) ?? at;
            var closing = open.NextClosing(fallback, opening);
            if (time < closing - opening)
            {
                return opening + time;
            }

            (at, time) = (closing, time - (closing - opening));
        }

        return null;
    }

    /// <summary>When this recipient may get the message; null when that is now.</summary>
    public DateTimeOffset? NextOpening(QueuedRecipient recipient, DateTimeOffset now)
    {
        DeliveryWindow[] windows = (window, recipient.Channel) switch
        {
            (null, Channel.Email) => [],
            (null, _) => [quietHours],
            ({ } own, Channel.Email) => [own],
            ({ } own, _) => [own, quietHours],
        };
        if (windows.Length == 0)
        {
            return null;
        }

        var zone = ZoneOf(recipient);
        var at = now;
        for (var step = 0; step < MostSteps; step++)
        {
            if (windows.Select(each => each.NextOpening(zone, at)).FirstOrDefault(opening => opening is not null) is not { } later)
            {
                return at == now ? null : at + Jitter(recipient, windows);
            }

            at = later;
        }

        return now.AddDays(1); // the two never meet: whoever set them sees it in "why"
    }

    public string Words(QueuedRecipient recipient) =>
        $"it is not the hour for it in {ZoneOf(recipient).Id}{(recipient.TimeZone is null ? ", the organisation's zone" : "")}";

    TimeZoneInfo ZoneOf(QueuedRecipient recipient) => TimeZones.Zone(recipient.TimeZone) ?? fallback;

    // Drawn from who it is instead of a generator: deciding twice comes to the same.
    static TimeSpan Jitter(QueuedRecipient recipient, DeliveryWindow[] windows)
    {
        var most = windows.Min(each => each.Length) / 2;
        var minutes = TimeSpan.FromMinutes(windows[0].JitterMinutes);
        return (minutes < most ? minutes : most) * DerivedId.Fraction($"{recipient.Id:N} jitter");
    }
}
