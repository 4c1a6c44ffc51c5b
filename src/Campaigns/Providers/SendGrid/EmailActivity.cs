using System.Globalization;
using System.Net;
using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Recipients;

namespace Campaigns.Providers.SendGrid;

/// <summary>
/// SendGrid's Email Activity: what it knows of a message by our id in <c>custom_args</c>. An extra of the account, and slow: minutes behind,
/// a few calls a minute.
/// </summary>
static class EmailActivity
{
    /// <param name="id">Ours.</param>
    public static string Query(string id) =>
        "messages?limit=10&query=" + Uri.EscapeDataString($"unique_args['{SendGridProvider.MessageIdArgument}']=\"{id}\"");

    /// <param name="notBefore">For a message of which SendGrid does not say when it last heard of it.</param>
    public static LookUpResult Read(SendGridAnswer answer, DateTimeOffset notBefore)
    {
        if (answer.Status != HttpStatusCode.OK || answer.Body.ValueKind != JsonValueKind.Object
            || !answer.Body.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
        {
            return new LookUpResult.Unavailable(answer.Explanation);
        }

        // More than one only where it was sent more than once: the furthest counts.
        return messages.EnumerateArray().Select(message => Found(message, notBefore)).OfType<LookUpResult.Found>()
            .OrderByDescending(found => Rank(found.Fact)).FirstOrDefault() is { } furthest ? furthest : new LookUpResult.NotFound();
    }

    static LookUpResult.Found? Found(JsonElement message, DateTimeOffset notBefore)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var at = DateTimeOffset.TryParse(Text(message, "last_event_time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : notBefore;
        return new LookUpResult.Found(
            Text(message, "status") switch
            {
                "delivered" => new MessageDelivered(at),
                "not_delivered" => new MessageBounced(at, null, null, null, null, FailureCategory.Unknown), // bounced, blocked or dropped: it does not say
                _ => new MessageAccepted(at),
            },
            EmailAddress.Normalise(Text(message, "to_email")));
    }

    static int Rank(object fact) => fact switch { MessageDelivered => 2, MessageBounced => 1, _ => 0 };

    static string? Text(JsonElement message, string name) =>
        message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
