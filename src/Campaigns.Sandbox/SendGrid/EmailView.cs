using System.Text.Json;
using Campaigns.Sandbox.SendGrid.Accepting;

namespace Campaigns.Sandbox.SendGrid;

/// <summary>Something that happened to a message.</summary>
sealed record EventLine(string Event, string Email, DateTimeOffset At, bool Machine, bool Blocked)
{
    public static EventLine Of(Occurrence one) => new(
        Posting.EventFields.Name(one.What),
        one.Address,
        one.At,
        one.What is Behaving.Happening.MachineOpened,
        one.What is Behaving.Happening.Blocked);
}

/// <summary>A whole e-mail: as its recipient would see it, and as it arrived.</summary>
sealed record EmailView(
    MessageChannel Channel,
    string Id,
    string MessageId,
    DateTimeOffset At,
    JsonElement? From,
    JsonElement? To,
    JsonElement? Cc,
    JsonElement? Bcc,
    JsonElement? ReplyTo,
    string Subject,
    string? Text,
    string? Html,
    JsonElement? TemplateId,
    JsonElement? TemplateData,
    IReadOnlyDictionary<string, string?> Headers,
    IReadOnlyDictionary<string, string> CustomArguments,
    JsonElement? Categories,
    DateTimeOffset? SendAt,
    IEnumerable<EventLine> Events,
    JsonElement Received)
{
    /// <summary>Null where the message has been forgotten in the meantime.</summary>
    public static EmailView? Of(Email message)
    {
        if (message.Submission.Received is not { } received)
        {
            return null;
        }

        var mail = JsonElement.Parse(received);
        var own = mail.Get("personalizations")[message.Number];
        return new(
            MessageChannel.Email,
            message.Id,
            message.Submission.Id,
            message.Submission.At,
            Shown(own.Get("from")) ?? Shown(mail.Get("from")),
            Shown(own.Get("to")),
            Shown(own.Get("cc")),
            Shown(own.Get("bcc")),
            Shown(mail.Get("reply_to")) ?? Shown(mail.Get("reply_to_list")),
            message.Subject,
            Content(mail, own, "text/plain"),
            Content(mail, own, "text/html"),
            Shown(mail.Get("template_id")),
            Shown(own.Get("dynamic_template_data")),
            HeadersOf(mail, own),
            message.CustomArguments.ToDictionary(),
            Shown(mail.Get("categories")),
            message.SendAt,
            message.Occurrences().Select(EventLine.Of),
            mail);
    }

    static JsonElement? Shown(JsonElement element) => element.Exists() ? element : null;

    static string? Content(JsonElement mail, JsonElement own, string type)
    {
        foreach (var block in mail.Get("content").Items())
        {
            if (string.Equals(block.Get("type").Text(), type, StringComparison.OrdinalIgnoreCase))
            {
                return Substitution.Apply(block.Get("value").Text() ?? "", own);
            }
        }

        return null;
    }

    static Dictionary<string, string?> HeadersOf(JsonElement mail, JsonElement own)
    {
        Dictionary<string, string?> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var header in mail.Get("headers").Properties().Concat(own.Get("headers").Properties()))
        {
            headers[header.Name] = Substitution.Apply(header.Value.Text() ?? "", own);
        }

        return headers;
    }
}
