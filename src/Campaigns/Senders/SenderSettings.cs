using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Campaigns.Audience;
using Campaigns.Providers;

namespace Campaigns.Senders;

/// <summary>What people decide about a sender. Stored in events: members may be added, never renamed.</summary>
/// <param name="Name">What recipients see beside the address.</param>
/// <param name="Email">What its e-mails come from; null for one who only writes text messages.</param>
/// <param name="Owner">The person who sends, in the organisation's own words.</param>
/// <param name="Phone">What its text messages come from: a number of the organisation's own, E.164.</param>
/// <param name="MessagingServiceId">Instead of a number: a pool of numbers at the provider.</param>
/// <param name="AlphanumericId">Instead of a number: a word that recipients see, where their country allows it. Nobody can answer it.</param>
public sealed partial record SenderSettings(
    string Name,
    string? Email = null,
    string? ReplyTo = null,
    string? Owner = null,
    string? Phone = null,
    string? MessagingServiceId = null,
    SenderLimits? Limits = null,
    WarmUp? WarmUp = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AlphanumericId = null)
{
    const int LongestName = SenderAddress.LongestName;
    const int MostDays = 366;

    /// <summary>What its text messages come from, in the provider's terms; null for one who writes none.</summary>
    [JsonIgnore]
    public string? TextFrom => Phone ?? MessagingServiceId ?? AlphanumericId;

    /// <summary>Equal where all that people decided is.</summary>
    public bool IsSame(SenderSettings other) =>
        this with { WarmUp = null } == other with { WarmUp = null }
        && WarmUp?.StartedAt == other.WarmUp?.StartedAt
        && (WarmUp?.HourlyCaps ?? []).SequenceEqual(other.WarmUp?.HourlyCaps ?? []);

    /// <summary>In the one form in which it is kept and compared. Only for what has no <see cref="Errors"/>.</summary>
    public SenderSettings Normalise() => this with
    {
        Name = Name.Trim(), Email = EmailAddress.Normalise(Email), ReplyTo = EmailAddress.Normalise(ReplyTo), Owner = Owner?.Trim(),
        Phone = PhoneNumber.Normalise(Phone), AlphanumericId = AlphanumericId?.Trim(),
    };

    /// <returns>What is wrong, by member; empty when nothing is.</returns>
    public IDictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        void Check(bool isGood, string member, string otherwise)
        {
            if (!isGood)
            {
                errors.TryAdd(member, [otherwise]);
            }
        }

        Check(!string.IsNullOrWhiteSpace(Name) && Name.Length <= LongestName, "name", $"One line of 1 to {LongestName} characters is needed.");
        Check(SenderAddress.CheckName(Name) is null, "name", SenderAddress.CheckName(Name) ?? "");
        Check(Owner is null || IsLine(Owner), "owner", $"One line of at most {LongestName} characters.");
        Check(
            Email is not null || TextFrom is not null, "email",
            "Give an e-mail address, a phone number, a messaging service or an alphanumericId.");
        Check(Email is null || EmailAddress.Normalise(Email) is not null, "email", "This is no e-mail address.");
        Check(ReplyTo is null || EmailAddress.Normalise(ReplyTo) is not null, "replyTo", "This is no e-mail address.");
        Check(Phone is null || PhoneNumber.Normalise(Phone) is not null, "phone", "A number with its country code: +41791234567 for instance.");
        Check(MessagingServiceId is null || Service().IsMatch(MessagingServiceId), "messagingServiceId", "MG and 32 hexadecimal digits.");
        Check(
            AlphanumericId is null || Alphanumeric().IsMatch(AlphanumericId.Trim()), "alphanumericId",
            "1 to 11 of the letters A to Z, digits, blanks and & + - _, with at least one letter.");
        Check(Phone is null || MessagingServiceId is null, "messagingServiceId", "Give either a number or a messaging service.");
        Check(AlphanumericId is null || (Phone ?? MessagingServiceId) is null, "alphanumericId", "Give a number, a messaging service or an alphanumericId.");
        Check(Limits is null or { PerMinute: null or > 0, PerHour: null or > 0, SmsSegmentsPerSecond: null or > 0 }, "limits", "Each limit is more than 0.");
        Check(
            Limits?.SmsSegmentsPerSecond is not (> 1 and var rate) || double.IsInteger(rate), "limits.smsSegmentsPerSecond",
            "Less than 1, or a whole number.");
        Check(WarmUp?.HourlyCaps is null || (WarmUp.HourlyCaps.Count is > 0 and <= MostDays && WarmUp.HourlyCaps.All(cap => cap > 0)),
            "warmUp.hourlyCaps", $"1 to {MostDays} days, each with more than 0 messages an hour.");
        return errors;
    }

    static bool IsLine(string text) => text.Length <= LongestName && !text.Any(char.IsControl);

    [GeneratedRegex(@"^MG[0-9a-f]{32}\z")]
    private static partial Regex Service();

    // Twilio's rule, and that of the networks behind it.
    [GeneratedRegex(@"^(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}\z")]
    private static partial Regex Alphanumeric();
}

/// <summary>How much a sender may send; what is null is as for the others of the organisation.</summary>
/// <param name="SmsSegmentsPerSecond">What the carriers grant the number; parts of a text message count one by one.</param>
public sealed record SenderLimits(int? PerMinute = null, int? PerHour = null, double? SmsSegmentsPerSecond = null);
