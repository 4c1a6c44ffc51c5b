using System.Globalization;
using System.Text.Json.Serialization;

namespace Campaigns.Providers.Twilio;

/// <summary>A message as Twilio's API shows it, as far as it is used here.</summary>
sealed record TwilioMessage(
    [property: JsonPropertyName("sid")] string? Sid,
    [property: JsonPropertyName("to")] string? To,
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("error_code")] int? ErrorCode,
    [property: JsonPropertyName("direction")] string? Direction,
    [property: JsonPropertyName("body")] string? Body,
    [property: JsonPropertyName("date_created")] string? DateCreated,
    [property: JsonPropertyName("date_updated")] string? DateUpdated)
{
    public DateTimeOffset? CreatedAt => Time(DateCreated);

    public DateTimeOffset? UpdatedAt => Time(DateUpdated);

    // RFC 2822.
    static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}

sealed record TwilioMessages(
    [property: JsonPropertyName("messages")] IReadOnlyList<TwilioMessage>? Messages,
    [property: JsonPropertyName("next_page_uri")] string? NextPage);

sealed record TwilioError([property: JsonPropertyName("code")] int? Code, [property: JsonPropertyName("message")] string? Message);

[JsonSerializable(typeof(TwilioMessage))]
[JsonSerializable(typeof(TwilioMessages))]
[JsonSerializable(typeof(TwilioError))]
sealed partial class TwilioJson : JsonSerializerContext;
