using Microsoft.AspNetCore.WebUtilities;

namespace Campaigns.Sandbox.Twilio;

/// <summary>A text message somebody sent.</summary>
sealed class Text : Message
{
    readonly Lock gate = new();
    readonly List<(TextStatus Status, DateTimeOffset At)> history = new(4);

    public override string Id { get; } = $"SM{Guid.NewGuid():N}";
    public override DateTimeOffset At => history[0].At;

    /// <summary>The number it comes from; one of the service's where it was handed to a messaging service.</summary>
    public required string From { get; init; }
    public required string? ServiceSid { get; init; }
    public required string Body { get; init; }
    public required string? StatusCallback { get; init; }
    public required int Segments { get; init; }
    public required int Media { get; init; }
    public required Tally Tally { get; init; }

    public int? ErrorCode { get; private set; }

    public TextStatus Status => History()[^1].Status;

    public (TextStatus Status, DateTimeOffset At)[] History()
    {
        lock (gate)
        {
            return [.. history];
        }
    }

    public void Become(TextStatus status, DateTimeOffset at, int? errorCode = null)
    {
        lock (gate)
        {
            history.Add((status, at));
            ErrorCode = errorCode;
        }
    }

    /// <summary>The parameter of the status callback's address by which the sender knows the message.</summary>
    public static string? Find(string parameter, string? statusCallback) =>
        Uri.TryCreate(statusCallback, UriKind.Absolute, out var url) && QueryHelpers.ParseQuery(url.Query).TryGetValue(parameter, out var id)
            ? id.ToString()
            : null;

    public override MessageLine Line() =>
        new(Id, At, MessageChannel.Sms, To, Body, History().Select(one => Word(one.Status)));

    public override object? View() => TextView.Of(this);

    public override int Keep() => Size;

    public override int Forget() => Size;

    public static string Word(TextStatus status) => status.ToString().ToLowerInvariant();

    int Size => sizeof(char) * Body.Length;
}

/// <summary>A text message, to be looked at in the mailbox.</summary>
sealed record TextView(
    MessageChannel Channel,
    string Id,
    string MessageId,
    DateTimeOffset At,
    string From,
    string[] To,
    string? ServiceSid,
    string Text,
    int Segments,
    int? ErrorCode,
    string? StatusCallback,
    IEnumerable<TextLine> Events)
{
    public static TextView Of(Text text) => new(
        MessageChannel.Sms, text.Id, text.Id, text.At, text.From, [text.To], text.ServiceSid, text.Body, text.Segments, text.ErrorCode,
        text.StatusCallback, text.History().Select(one => new TextLine(Twilio.Text.Word(one.Status), text.To, one.At)));
}

/// <summary>A status of a text message and since when.</summary>
sealed record TextLine(string Event, string To, DateTimeOffset At);
