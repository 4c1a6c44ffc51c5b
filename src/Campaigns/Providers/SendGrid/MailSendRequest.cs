using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Campaigns.Providers.SendGrid;

/// <summary>The body of <c>POST /v3/mail/send</c>, as far as it is used here.</summary>
sealed record MailSendRequest(
    [property: JsonPropertyName("personalizations")] IReadOnlyList<Personalization> Personalizations,
    [property: JsonPropertyName("from")] Mailbox From,
    [property: JsonPropertyName("reply_to")] Mailbox? ReplyTo,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("content")] IReadOnlyList<Content> Content,
    [property: JsonPropertyName("categories")] IReadOnlyList<string> Categories,
    [property: JsonPropertyName("mail_settings")] MailSettings? MailSettings,
    [property: JsonPropertyName("tracking_settings")] TrackingSettings? TrackingSettings);

/// <summary>One per contact: addresses within one see each other.</summary>
sealed record Personalization(
    [property: JsonPropertyName("to")] IReadOnlyList<Mailbox> To,
    [property: JsonPropertyName("headers")] IReadOnlyDictionary<string, string>? Headers,
    [property: JsonPropertyName("custom_args")] IReadOnlyDictionary<string, string> CustomArgs);

sealed record Mailbox([property: JsonPropertyName("email")] string Email, [property: JsonPropertyName("name")] string? Name = null);

sealed record Content([property: JsonPropertyName("type")] string Type, [property: JsonPropertyName("value")] string Value);

sealed record MailSettings([property: JsonPropertyName("sandbox_mode")] Switch SandboxMode);

sealed record TrackingSettings([property: JsonPropertyName("click_tracking")] ClickTracking ClickTracking);

sealed record ClickTracking([property: JsonPropertyName("enable")] bool Enable, [property: JsonPropertyName("enable_text")] bool EnableText);

sealed record Switch([property: JsonPropertyName("enable")] bool Enable);

sealed record SendGridErrors([property: JsonPropertyName("errors")] IReadOnlyList<SendGridError>? Errors);

sealed record SendGridError([property: JsonPropertyName("message")] string? Message, [property: JsonPropertyName("field")] string? Field);

[JsonSerializable(typeof(MailSendRequest))]
[JsonSerializable(typeof(SendGridErrors))]
sealed partial class SendGridJson : JsonSerializerContext
{
    /// <summary>For requests: HTML goes as it is, where the default would write six letters for each angle bracket.</summary>
    public static readonly SendGridJson Requests = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
