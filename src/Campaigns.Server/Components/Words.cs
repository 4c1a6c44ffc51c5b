using System.Globalization;
using System.Text.Json;
using Campaigns.Consent;
using Campaigns.Insight;
using Campaigns.Planning;

namespace Campaigns.Server.Components;

/// <summary>What the pages call things, and how they write numbers and times.</summary>
static class Words
{
    public const string None = "–";

    public static string Of(CampaignStatus status) => status switch
    {
        CampaignStatus.InReview => "In review",
        CampaignStatus.Partial => "Partly sent",
        _ => status.ToString(),
    };

    public static string Of(RecipientFilter filter) => filter switch
    {
        RecipientFilter.InDoubt => "In doubt",
        RecipientFilter.Undelivered => "Texts not delivered",
        RecipientFilter.TimedOut => "Not opened in time",
        RecipientFilter.Complained => "Reported as spam",
        _ => filter.ToString(),
    };

    public static string Of(SuppressionReason reason) => reason switch
    {
        SuppressionReason.Unreachable => "Several messages did not get there",
        SuppressionReason.InvalidAddress => "The address does not exist",
        SuppressionReason.Complaint => "Reported a message as spam",
        SuppressionReason.Unsubscribed => "Unsubscribed",
        SuppressionReason.Manual => "Added by a person",
        _ => reason.ToString(),
    };

    /// <summary>The name of a value in addresses and style sheets.</summary>
    public static string Code<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string Count(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? None;

    // Rounded down: what is not quite done is not 100%.
    /// <summary>With what it has behind the point, up to four digits.</summary>
    public static string Number(decimal number) => number.ToString("#,##0.####", CultureInfo.InvariantCulture);

    public static string Percent(double hundredths) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(hundredths * 10) / 10:0.#}%");

    public static string Share(long part, long whole) => whole == 0 ? "" : Percent(100.0 * part / whole);

    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Rate(double? perSecond) => perSecond switch
    {
        null or 0 => None,
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:#,0.#} a second"),
        >= 1 / 60.0 => string.Create(CultureInfo.InvariantCulture, $"{perSecond * 60:0.#} a minute"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond * 3600:0.#} an hour"),
    };

    public static string Duration(TimeSpan? time) => time switch
    {
        null => "under way",
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Value.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Value.Minutes} min {time.Value.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.Value.TotalHours} h {time.Value.Minutes} min"),
    };
}
