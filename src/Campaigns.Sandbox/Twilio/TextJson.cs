using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.Twilio;

/// <summary>A text message in the shape of Twilio's API.</summary>
static class TextJson
{
    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Task Write(HttpContext context, object body) => context.Response.WriteAsJsonAsync(body, json, context.RequestAborted);

    public static object Of(Text text, SandboxOptions options)
    {
        var history = text.History();
        var status = history[^1].Status;

        // A messaging service has not chosen a number, nor cut the body into segments, when it answers.
        var isUndecided = status is TextStatus.Accepted;
        var sent = Array.Find(history, one => one.Status is TextStatus.Sent);
        return new
        {
            text.Body,
            NumSegments = (isUndecided ? 0 : text.Segments).ToString(CultureInfo.InvariantCulture),
            Direction = "outbound-api",
            From = isUndecided ? null : text.From,
            text.To,
            DateUpdated = Date(history[^1].At),
            Price = (string?)null,
            ErrorMessage = text.ErrorCode is { } code ? ErrorCodes.Failure(code).Message : null,
            Uri = $"/2010-04-01/Accounts/{options.AccountSid}/Messages/{text.Id}.json",
            options.AccountSid,
            NumMedia = text.Media.ToString(CultureInfo.InvariantCulture),
            Status = Text.Word(status),
            MessagingServiceSid = text.ServiceSid,
            Sid = text.Id,
            DateSent = sent.At == default ? null : Date(sent.At),
            DateCreated = Date(text.At),
            text.ErrorCode,
            PriceUnit = "USD",
            ApiVersion = "2010-04-01",
            SubresourceUris = new { Media = $"/2010-04-01/Accounts/{options.AccountSid}/Messages/{text.Id}/Media.json" },
        };
    }

    static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
}
