namespace Campaigns.Sending;

/// <summary>Which limits the messages of a campaign count against.</summary>
public sealed class LimitBook
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly string tenantId;
    readonly LimitSettings settings;
    readonly IReadOnlyDictionary<string, string> operators;

    /// <param name="settings">As they are in force for the campaign.</param>
    /// <param name="globalPerHour">0 means no limit.</param>
    /// <param name="operators">Mail operators by domain.</param>
    public LimitBook(string tenantId, Guid campaignId, LimitSettings settings, int globalPerHour, IReadOnlyDictionary<string, string> operators)
    {
        (this.tenantId, this.settings, this.operators) = (tenantId, settings, operators);
        ForAll = Existing(
            Of(LimitKind.CampaignDay, $"campaign:{campaignId:N}:day", settings.CampaignPerDay, Day),
            Of(LimitKind.OrganisationHour, $"organisation:{tenantId}:hour", settings.OrganisationPerHour, Hour),
            Of(LimitKind.GlobalHour, "global:hour", globalPerHour, Hour));
    }

    /// <summary>Limits that concern every message of the campaign.</summary>
    public IReadOnlyList<Limit> ForAll { get; }

    /// <summary>Limits that hold everybody when they are used up: those of its one sender too, where there is only one.</summary>
    public IReadOnlyList<Limit> ForEverybody(CampaignSenders senders, DateTimeOffset now) =>
        senders.Only is { } only ? [.. Sender(only, now), .. ForAll] : ForAll;

    /// <summary>The limits of one sender, under its address in whatever campaign.</summary>
    public IReadOnlyList<Limit> Sender(CampaignSender sender, DateTimeOffset now)
    {
        var key = $"sender:{tenantId}:{sender.Address.Email.ToLowerInvariant()}";
        return Existing(
            Of(LimitKind.SenderMinute, $"{key}:minute", sender.Limits?.PerMinute ?? settings.SenderPerMinute, Minute),
            Of(LimitKind.SenderHour, $"{key}:hour", sender.Limits?.PerHour ?? settings.SenderPerHour, Hour),
            Of(LimitKind.WarmUp, $"{key}:warm-up", sender.WarmUp?.HourlyCap(now), Hour),
            settings.SenderGapSeconds is > 0 and var gap ? Of(LimitKind.SenderGap, $"{key}:gap", 1, TimeSpan.FromSeconds(gap)) : null);
    }

    /// <summary>The limit of those who receive the mail of an address; null when there is none.</summary>
    public Limit? Domain(string email)
    {
        var domain = email[(email.LastIndexOf('@') + 1)..].ToLowerInvariant();
        return Of(LimitKind.RecipientDomain, $"domain:{tenantId}:{operators.GetValueOrDefault(domain, domain)}", settings.DomainPerHour, Hour);
    }

    static Limit? Of(LimitKind kind, string key, int? most, TimeSpan period) => most is > 0 and var some ? new Limit(kind, key, some, period) : null;

    static IReadOnlyList<Limit> Existing(params IEnumerable<Limit?> limits) => [.. limits.OfType<Limit>()];
}
