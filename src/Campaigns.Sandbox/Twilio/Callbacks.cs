using System.Globalization;
using System.Threading.Channels;
using Campaigns.Sandbox.Faults;

namespace Campaigns.Sandbox.Twilio;

/// <summary>What is to be posted to those who sent text messages.</summary>
sealed class Callbacks(SandboxOptions options, FaultList faults, Backlog backlog)
{
    const int FaultyPosts = 46;

    readonly Channel<IReadOnlyList<Callback>> posts = Channel.CreateUnbounded<IReadOnlyList<Callback>>();

    // Of texts whose callbacks are told last first, those told of nothing yet. Touched by the timeline alone.
    readonly Dictionary<Text, List<Callback>> heldBack = [];

    /// <summary>Each item is posted in its order; different items overtake each other.</summary>
    public ChannelReader<IReadOnlyList<Callback>> Posts => posts.Reader;

    public void Tell(Text text, TextStatus status, bool isLast)
    {
        if (text.StatusCallback is null)
        {
            backlog.Done(1);
            return;
        }

        var callback = new Callback(text.StatusCallback, Form(text, status), text.Key, text.Tally);
        if (heldBack.ContainsKey(text) || faults.Hit(FaultKind.ReversedEvents, MessageChannel.Sms, text.Key) is not null)
        {
            HoldBack(text, callback, isLast);
        }
        else
        {
            Tell(callback);
        }
    }

    public void Tell(Callback callback)
    {
        if (faults.Hit(FaultKind.LostEvents, MessageChannel.Sms, callback.Message) is not null)
        {
            backlog.Done(1);
            return;
        }

        var chance = new Chance(options.Seed, $"{callback.Message} {callback.Form.GetValueOrDefault("MessageStatus")}");
        var times = faults.Hit(FaultKind.RepeatedEvents, MessageChannel.Sms, callback.Message) is not null ? FaultyPosts
            : chance.Share(0) < options.DuplicateRate ? 2
            : 1;
        backlog.Add(times - 1);
        posts.Writer.TryWrite([.. Enumerable.Repeat(callback, times)]);
    }

    void HoldBack(Text text, Callback callback, bool isLast)
    {
        if (!heldBack.TryGetValue(text, out var held))
        {
            heldBack.Add(text, held = []);
        }

        held.Insert(0, callback);
        if (isLast)
        {
            heldBack.Remove(text);
            posts.Writer.TryWrite(held);
        }
    }

    Dictionary<string, string> Form(Text text, TextStatus status)
    {
        Dictionary<string, string> form = new(StringComparer.Ordinal)
        {
            ["AccountSid"] = options.AccountSid,
            ["ApiVersion"] = "2010-04-01",
            ["From"] = text.From,
            ["MessageSid"] = text.Id,
            ["MessageStatus"] = Text.Word(status),
            ["SmsSid"] = text.Id,
            ["SmsStatus"] = Text.Word(status),
            ["To"] = text.To,
        };
        if (text.ServiceSid is not null)
        {
            form["MessagingServiceSid"] = text.ServiceSid;
        }

        if (text.ErrorCode is { } code)
        {
            form["ErrorCode"] = code.ToString(CultureInfo.InvariantCulture);
        }

        if (status is TextStatus.Delivered or TextStatus.Undelivered)
        {
            form["RawDlrDoneDate"] = options.Clock.GetUtcNow().UtcDateTime.ToString("yyMMddHHmm", CultureInfo.InvariantCulture);
        }

        return form;
    }
}

/// <summary>One POST to somebody who sent text messages.</summary>
/// <param name="Message">What decides which faults hit it.</param>
sealed record Callback(string Url, Dictionary<string, string> Form, string Message, Tally Tally);
