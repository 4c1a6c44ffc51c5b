using System.Globalization;

namespace Campaigns.Limits;

/// <summary>When bounces and complaints are too many to go on: the same for a campaign and for a sender.</summary>
public static class BreakerRule
{
    /// <returns>What there is too much of; null while sending may go on.</returns>
    public static string? Breach(long sent, long bounced, long complained, SendingOptions options)
    {
        bool IsTooMany(long bad, double share) => sent >= options.SentBeforeBreak && bad >= options.BadBeforeBreak && (double)bad / sent > share;

        return IsTooMany(complained, options.ComplaintRateBreak)
                ? string.Create(CultureInfo.InvariantCulture, $"{complained} of {sent} recipients reported it as spam, over {options.ComplaintRateBreak:P1}")
            : IsTooMany(bounced, options.BounceRateBreak)
                ? string.Create(CultureInfo.InvariantCulture, $"{bounced} of {sent} messages bounced, over {options.BounceRateBreak:P1}")
            : null;
    }
}
