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

    /// <summary>The zone of those whose own is unknown.</summary>
    public TimeZoneInfo Fallback => fallback;

    /// <summary>Whether there are hours in which nothing goes out over a channel.</summary>
    public bool AreLimited(Channel channel) => Windows(channel).Length > 0;

    public bool Drops => window?.Outside == OutsideHours.Drop;

    /// <summary>When people in a zone may get messages over a channel, from a moment on; null where the window and the quiet hours never meet.</summary>
    public DateTimeOffset? NextOpening(Channel channel, TimeZoneInfo zone, DateTimeOffset from)
    {
        var (windows, at) = (Windows(channel), from);
        for (var step = 0; step < MostSteps; step++)
        {
            if (windows.Select(each => each.NextOpening(zone, at)).FirstOrDefault(opening => opening is not null) is not { } later)
            {
                return at;
            }

            at = later;
        }

        return null;
    }

    /// <summary>Until when those who may get messages at a moment may get them; null: at any time.</summary>
    public DateTimeOffset? NextClosing(Channel channel, TimeZoneInfo zone, DateTimeOffset open)
    {
        var closings = Windows(channel).Select(each => each.NextClosing(zone, open)).ToList();
        return closings.Count == 0 ? null : closings.Min();
    }

    /// <summary>When this recipient may get the message; null when that is now.</summary>
    public DateTimeOffset? NextOpening(QueuedRecipient recipient, DateTimeOffset now) => NextOpening(recipient.Channel, ZoneOf(recipient), now) switch
    {
        null => now.AddDays(1), // the two never meet: whoever set them sees it in "why"
        { } opening when opening == now => null,
        { } opening => opening + Jitter(recipient),
    };

    public string Words(QueuedRecipient recipient) =>
        $"it is not the hour for it in {ZoneOf(recipient).Id}{(recipient.TimeZone is null ? ", the organisation's zone" : "")}";

    TimeZoneInfo ZoneOf(QueuedRecipient recipient) => TimeZones.Zone(recipient.TimeZone) ?? fallback;

    DeliveryWindow[] Windows(Channel channel) => (window, channel) switch
    {
        (null, Channel.Email) => [],
        (null, _) => [quietHours],
        ({ } own, Channel.Email) => [own],
        ({ } own, _) => [own, quietHours],
    };

    // Drawn from who it is instead of a generator: deciding twice comes to the same.
    TimeSpan Jitter(QueuedRecipient recipient)
    {
        var windows = Windows(recipient.Channel);
        var most = windows.Min(each => each.Length) / 2;
        var minutes = TimeSpan.FromMinutes(windows[0].JitterMinutes);
        return (minutes < most ? minutes : most) * DerivedId.Fraction($"{recipient.Id:N} jitter");
    }
}
