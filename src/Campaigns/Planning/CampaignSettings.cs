using Campaigns.Storage;
using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;

namespace Campaigns.Planning;

/// <summary>What a person decides about a campaign while it is a draft. Stored in events: members may be added, never renamed.</summary>
/// <param name="ListId">Whom it goes to, where that is one list.</param>
/// <param name="TemplateId">What it says.</param>
/// <param name="From">Who it comes from by e-mail.</param>
/// <param name="NoOpenAfterSeconds">An e-mail not opened within this time records a time-out.</param>
/// <param name="Urgent">Goes before others, and gets more of the limits that it shares with them.</param>
/// <param name="Window">The hours in which people get it; null: the organisation's.</param>
/// <param name="Limits">In place of the organisation's.</param>
/// <param name="LateToleranceMinutes">A scheduled launch that was missed for longer asks a person.</param>
/// <param name="SenderIds">Among whom it rotates, each contact staying with one of them; null: all of it comes from <paramref name="From"/>.</param>
/// <param name="IgnoresFrequencyCap">For what people must get: it goes out whatever else they got, and is not counted.</param>
/// <param name="Transactional">Nobody subscribed to it, as to an invoice: its e-mails get no footer with the link to unsubscribe.</param>
/// <param name="Offers">It is about the offers of its recipients; null: it is not.</param>
/// <param name="Audience">In place of <paramref name="ListId"/>: several lists, people, everybody, and who is excepted.</param>
public sealed record CampaignSettings(
    string Name, Guid? ListId, Guid? TemplateId, SenderAddress? From, Pace Pace, double NoOpenAfterSeconds = CampaignSettings.ThreeDays,
    bool Urgent = false, DeliveryWindow? Window = null, LimitSettings? Limits = null, double LateToleranceMinutes = CampaignSettings.AnHour,
    IReadOnlyList<Guid>? SenderIds = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] CampaignChannels Channels = CampaignChannels.Email,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IgnoresFrequencyCap = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Transactional = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CampaignAudience? Audience = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CampaignOffers? Offers = null)
{
    public const double ThreeDays = 3 * 24 * 60 * 60;

    public const double AnHour = 60;

    /// <summary>Of an urgent campaign beside others that wait for the same limit.</summary>
    const int UrgentWeight = 4;

    /// <summary>Whom it goes to; null while that is open.</summary>
    [JsonIgnore]
    public CampaignAudience? Whom => Audience ?? (ListId is { } list ? new CampaignAudience([list]) : null);

    [JsonIgnore]
    public Priority Priority => Urgent ? Priority.Urgent : Priority.Normal;

    /// <summary>Its share of a limit beside others.</summary>
    [JsonIgnore]
    public int Weight => Urgent ? UrgentWeight : 1;

    /// <summary>Equal where all that people decided is.</summary>
    public bool IsSame(CampaignSettings other) => JsonSerializer.Serialize(this, StoredJson.Options) == JsonSerializer.Serialize(other, StoredJson.Options);
}

/// <summary>How fast a campaign goes out: in batches a few seconds apart, or a few messages a day. Exactly one of the two.</summary>
public sealed record Pace(BatchPace? Batches = null, DailyPace? Daily = null)
{
    public static readonly Pace Default = new(new BatchPace());

    /// <summary>Recipients of a batch.</summary>
    public int Size(Guid campaignId, int batch) => Daily?.Limit ?? Batches!.Size(campaignId, batch);

    /// <summary>When the batch after this one is due.</summary>
    /// <param name="size">How many recipients it had. One that a limit cut short keeps a distance so much shorter, else the campaign would not use what the limit allows.</param>
    public DateTimeOffset Next(Guid campaignId, int batch, int size, DateTimeOffset startedAt, DateTimeOffset completedAt) => Daily is { } daily
        ? Later(startedAt.AddHours(daily.PeriodHours), completedAt)
        : completedAt.AddSeconds(Batches!.DelaySeconds(campaignId, batch) * Math.Min(1, (double)size / Batches.Size(campaignId, batch)));

    /// <summary>When a batch may start at the earliest, beside those that are scheduled.</summary>
    /// <param name="lastStartedAt">Of the last batch that handed something over; null when there was none.</param>
    public DateTimeOffset Earliest(DateTimeOffset? lastStartedAt, DateTimeOffset now) => Daily is { } daily && lastStartedAt is { } last
        ? Later(last.AddHours(daily.PeriodHours), now)
        : now;

    static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>Batches of a random size, a random time apart: a machine's rhythm is what filters look for.</summary>
public sealed record BatchPace(int MinSize = 50, int MaxSize = 100, double MinDelaySeconds = 2, double MaxDelaySeconds = 5)
{
    internal int Size(Guid campaignId, int batch) => MinSize + (int)(Draw(campaignId, batch, "size") * (MaxSize - MinSize + 1));

    internal double DelaySeconds(Guid campaignId, int batch) =>
        MinDelaySeconds + (Draw(campaignId, batch, "delay") * (MaxDelaySeconds - MinDelaySeconds));

    // Drawn from the names of things instead of a generator: deciding twice comes to the same.
    static double Draw(Guid campaignId, int batch, string what) => DerivedId.Fraction($"{campaignId:N} {batch} {what}");
}

/// <summary>A number of messages, then nothing until the period has passed since they began.</summary>
public sealed record DailyPace(int Limit = 5, double PeriodHours = 24);
