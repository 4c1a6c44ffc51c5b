using System.Globalization;

namespace Campaigns.Limits;

/// <summary>At most so many messages in any stretch of time of this length, over all nodes.</summary>
/// <param name="Key">What is counted together.</param>
/// <param name="Most">Messages; for a telephone number segments.</param>
/// <param name="Drops">Whom it leaves no room is not put off, and gets none.</param>
public sealed record Limit(LimitKind Kind, string Key, int Most, TimeSpan Period, bool Drops = false)
{
    /// <summary>Of two for the same key, as two senders with one telephone may have: the one that lets less through.</summary>
    public Limit Tighter(Limit other) => other.Most / other.Period.TotalSeconds < Most / Period.TotalSeconds ? other : this;

    /// <summary>
    /// What those stand in line by whom it leaves no room. Who waits for a limit that a campaign has set itself keeps nobody who is under a wider one.
    /// </summary>
    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Key} {Most}");

    /// <summary>The time between two messages at exactly this rate, and a hundredth more.</summary>
    public TimeSpan Spacing => Period / Most * 1.01;

    /// <summary>How many are worth waiting for: a hundredth of the limit, so that what trickles back does not go out one by one.</summary>
    public int WorthWaitingFor(int wanted) => Math.Clamp(Most / 100, 1, Math.Max(wanted, 1));

    public string Words => Kind switch
    {
        LimitKind.SenderMinute => $"its sender may send {Most} messages a minute",
        LimitKind.SenderHour => $"its sender may send {Most} messages an hour",
        LimitKind.SenderGap => $"its sender keeps {Period.TotalSeconds:0.###} s between two messages",
        LimitKind.WarmUp => $"its sender is warming up and may send {Most} messages an hour",
        LimitKind.NumberSegments => $"its number may send {Most} segments in {Period.TotalSeconds:0.###} s",
        LimitKind.OrganisationHour => $"the organisation may send {Most} messages an hour",
        LimitKind.GlobalHour => $"the whole installation may send {Most} messages an hour",
        LimitKind.RecipientDomain => $"{Key[(Key.LastIndexOf(':') + 1)..]} takes {Most} messages an hour",
        LimitKind.CampaignDay => $"the campaign may send {Most} messages a day",
        LimitKind.FrequencyCap => $"a contact or address gets at most {Most} messages in {Period.TotalDays:0} days",
        LimitKind.Confirmations => $"the organisation may have {Most} links mailed in an hour that confirm senders",
        _ => Kind.ToString(),
    };
}

public enum LimitKind
{
    SenderMinute, SenderHour, SenderGap, WarmUp, NumberSegments, OrganisationHour, GlobalHour, RecipientDomain, CampaignDay, FrequencyCap, Confirmations,
}
