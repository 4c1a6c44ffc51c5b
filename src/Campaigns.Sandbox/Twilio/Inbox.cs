using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.Twilio;

/// <summary>
/// Text messages that come from recipients, by themselves or by <c>POST /sandbox/inbound</c>, and what they mean to
/// Twilio: who opts out gets nothing more from that number or messaging service.
/// </summary>
sealed class Inbox(SandboxOptions options, Book book, Backlog backlog, Callbacks callbacks)
{
    static readonly string[] stop = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
    static readonly string[] start = ["START", "YES", "UNSTOP"];

    readonly ConcurrentDictionary<string, string> services = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<(string Sender, string Recipient), bool> optedOut = new();

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/sandbox/inbound", Answer);

    /// <summary>The number that a messaging service sends from.</summary>
    public string NumberOf(string serviceSid)
    {
        var number = string.Create(CultureInfo.InvariantCulture, $"+1500556{new Chance(0, serviceSid).Roll(0) % 10_000:0000}");
        services.TryAdd(number, serviceSid);
        return number;
    }

    public bool HasOptedOut(string number, string recipient) => optedOut.ContainsKey((Sender(number), recipient));

    /// <summary>Takes a text message from a recipient. It is pending already.</summary>
    public string Receive(string from, string to, string body, Tally tally)
    {
        var sid = $"SM{Guid.NewGuid():N}";
        tally.Texts.Replied();
        if (stop.Contains(body.Trim(), StringComparer.OrdinalIgnoreCase))
        {
            optedOut.TryAdd((Sender(to), from), true);
        }
        else if (start.Contains(body.Trim(), StringComparer.OrdinalIgnoreCase))
        {
            optedOut.TryRemove((Sender(to), from), out _);
        }

        if (options.InboundWebhook is { } webhook)
        {
            callbacks.Tell(new Callback(webhook.OriginalString, Form(sid, from, to, body), from, tally));
        }
        else
        {
            backlog.Done(1);
        }

        return sid;
    }

    public void Clear() => optedOut.Clear();

    async Task Answer(HttpContext context)
    {
        using var document = await RequestBody.Read(context.Request, context.RequestAborted) is { } bytes ? Json.Parse(bytes) : null;
        var reply = document?.RootElement ?? default;
        if ((reply.Get("from").Text(), reply.Get("to").Text(), reply.Get("body").Text())
            is not ({ Length: > 0 } from, { Length: > 0 } to, { } body))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        backlog.Add(1);
        var sid = Receive(from, to, body, book.Tally);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(new { sid }, JsonSerializerOptions.Web, context.RequestAborted);
    }

    string Sender(string number) => services.GetValueOrDefault(number, number);

    Dictionary<string, string> Form(string sid, string from, string to, string body)
    {
        Dictionary<string, string> form = new(StringComparer.Ordinal)
        {
            ["AccountSid"] = options.AccountSid,
            ["ApiVersion"] = "2010-04-01",
            ["Body"] = body,
            ["From"] = from,
            ["FromCountry"] = "US",
            ["MessageSid"] = sid,
            ["NumMedia"] = "0",
            ["NumSegments"] = Segments.Count(body).ToString(CultureInfo.InvariantCulture),
            ["SmsMessageSid"] = sid,
            ["SmsSid"] = sid,
            ["SmsStatus"] = "received",
            ["To"] = to,
            ["ToCountry"] = "US",
        };
        if (services.TryGetValue(to, out var service))
        {
            form["MessagingServiceSid"] = service;
        }

        return form;
    }
}
