using Campaigns.Consent;
using Campaigns.Limits;
using Campaigns.Recipients;

namespace Campaigns.Sending;

/// <summary>Which limits the messages of a campaign count against.</summary>
public sealed class LimitBook
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly string tenantId;
    readonly LimitSettings settings;
    readonly IReadOnlyDictionary<string, string> operators;
    readonly FrequencyCap? cap;
    readonly IReadOnlyList<Limit> ofCampaign;
    readonly Dictionary<(CampaignSender, Channel), IReadOnlyList<Limit>> senderLimits = [];
    readonly Dictionary<string, Limit?> domains = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="settings">As they are in force for the campaign.</param>
    /// <param name="globalPerHour">0 means no limit.</param>
    /// <param name="operators">Mail operators by domain.</param>
    /// <param name="cap">Null where there is none, or none for the campaign.</param>
    public LimitBook(
        string tenantId, Guid campaignId, LimitSettings settings, int globalPerHour, IReadOnlyDictionary<string, string> operators, FrequencyCap? cap = null)
    {
        (this.tenantId, this.settings, this.operators, this.cap) = (tenantId, settings, operators, cap);
        ofCampaign = Existing(
            Of(LimitKind.CampaignDay, $"campaign:{campaignId:N}:day", settings.CampaignPerDay, Day),
            Of(LimitKind.OrganisationHour, $"organisation:{tenantId}:hour", settings.OrganisationPerHour, Hour),
            Of(LimitKind.GlobalHour, "global:hour", globalPerHour, Hour));
    }

    /// <summary>Limits that hold everybody when they are used up: those of the sender too, where everybody has the same one.</summary>
    public IReadOnlyList<Limit> ForEverybody(CampaignSenders senders, CampaignChannels channels, DateTimeOffset now) =>
        channels.Each() is [var channel] && senders.Only(channel) is { } only ? [.. Sender(only, channel, now), .. ofCampaign] : ofCampaign;

    /// <summary>What a message counts against beside the limits for everybody.</summary>
    /// <param name="address">Where it goes over the channel; null where that is not known.</param>
    public IReadOnlyList<Limit> Own(
        Guid contactId, string? address, CampaignSender? sender, Channel channel, IReadOnlyList<Limit> forEverybody, DateTimeOffset now)
    {
        var ofSender = sender is null ? [] : senderLimits.TryGetValue((sender, channel), out var known) ? known
            : senderLimits[(sender, channel)] = [.. Sender(sender, channel, now).Except(forEverybody)];
        return Existing([.. Caps(contactId, address), .. ofSender, channel == Channel.Email && address is not null ? Domain(address) : null]);
    }

    /// <summary>What a message counts against that is a test of the campaign: it is none of its day's, and no contact's.</summary>
    public IReadOnlyList<Limit> Test(CampaignSender sender, Channel channel, DateTimeOffset now) =>
        [.. Sender(sender, channel, now), .. ofCampaign.Where(limit => limit.Kind != LimitKind.CampaignDay)];

    /// <summary>The limits of one sender, under its address or number in whatever campaign.</summary>
    public IReadOnlyList<Limit> Sender(CampaignSender sender, Channel channel, DateTimeOffset now)
    {
        var key = $"sender:{tenantId}:{(channel == Channel.Email ? sender.Address?.Email.ToLowerInvariant() : sender.TextFrom ?? "account")}";
        return Existing(
            Of(LimitKind.SenderMinute, $"{key}:minute", sender.Limits?.PerMinute ?? settings.SenderPerMinute, Minute),
            Of(LimitKind.SenderHour, $"{key}:hour", sender.Limits?.PerHour ?? settings.SenderPerHour, Hour),
            channel == Channel.Email ? Of(LimitKind.WarmUp, $"{key}:warm-up", sender.WarmUp?.HourlyCap(now), Hour) : Segments(sender, key),
            settings.SenderGapSeconds is > 0 and var gap ? Of(LimitKind.SenderGap, $"{key}:gap", 1, TimeSpan.FromSeconds(gap)) : null);
    }

    /// <summary>The limit of those who receive the mail of an address; null when there is none.</summary>
    public Limit? Domain(string email)
    {
        var known = domains.GetAlternateLookup<ReadOnlySpan<char>>();
        var domain = email.AsSpan(email.LastIndexOf('@') + 1);
        if (!known.TryGetValue(domain, out var limit))
        {
            var name = domain.ToString().ToLowerInvariant();
            limit = Of(LimitKind.RecipientDomain, $"domain:{tenantId}:{operators.GetValueOrDefault(name, name)}", settings.DomainPerHour, Hour);
            known[domain] = limit;
        }

        return limit;
    }

    // A person with two addresses is one contact; a number that two contacts share, or that came back as a new contact, is one address.
    IEnumerable<Limit> Caps(Guid contactId, string? address)
    {
        if (cap is null)
        {
            return [];
        }

        var contact = new Limit(LimitKind.FrequencyCap, $"contact:{tenantId}:{contactId:N}", cap.Messages, Day * cap.Days, Drops: !cap.Hold);
        return address is null ? [contact] : [contact, contact with { Key = $"address:{Suppression.StreamId(tenantId, address):N}" }];
    }

    // Less than one a second is one in some seconds.
    Limit? Segments(CampaignSender sender, string key) => (sender.Limits?.SmsSegmentsPerSecond ?? settings.SegmentsPerSecond) switch
    {
        null or <= 0 => null,
        < 1 and var rare => Of(LimitKind.NumberSegments, $"{key}:segments", 1, Second / rare),
        var many => Of(LimitKind.NumberSegments, $"{key}:segments", (int)many, Second),
    };

    static Limit? Of(LimitKind kind, string key, int? most, TimeSpan period) => most is > 0 and var some ? new Limit(kind, key, some, period) : null;

    static IReadOnlyList<Limit> Existing(params IEnumerable<Limit?> limits) => [.. limits.OfType<Limit>()];
}
