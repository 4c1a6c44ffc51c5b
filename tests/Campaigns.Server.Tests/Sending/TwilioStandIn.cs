using System.Collections.Concurrent;
using System.Globalization;
using Campaigns.Providers.Twilio;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Campaigns.Server.Tests.Sending;

/// <summary>Takes text messages in Twilio's place and keeps what was asked of it.</summary>
sealed class TwilioStandIn : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<TwilioForm> messages = new();

    TwilioStandIn(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    public IReadOnlyList<TwilioForm> Messages => [.. messages];

    /// <summary>The code with which messages to a number came to nothing, for who asks; all others are under way.</summary>
    public Dictionary<string, int> Undelivered { get; } = [];

    /// <summary>Has no time for anybody.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Numbers that have answered STOP.</summary>
    public HashSet<string> OptedOut { get; } = [];

    public static async Task<TwilioStandIn> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var twilio = new TwilioStandIn(builder.Build());
        twilio.app.MapPost("/2010-04-01/Accounts/{account}/Messages.json", (Delegate)twilio.Take);
        twilio.app.MapGet("/2010-04-01/Accounts/{account}/Messages/{sid}.json", (Delegate)twilio.Tell);
        await twilio.app.StartAsync();
        return twilio;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    IResult Tell(string sid)
    {
        var to = Messages[int.Parse(sid.AsSpan(2, 32), CultureInfo.InvariantCulture) - 1]["To"];
        return Undelivered.TryGetValue(to, out var code)
            ? Results.Json(new { sid, to, status = "undelivered", error_code = code })
            : Results.Json(new { sid, to, status = "sent" });
    }

    async Task<IResult> Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var message = TwilioForm.Read(body.ToArray());
        if (IsBusy)
        {
            return Results.Json(new { code = 20429, message = "Too Many Requests", status = 429 }, statusCode: 429);
        }

        if (OptedOut.Contains(message["To"]))
        {
            return Results.Json(new { code = 21610, message = "Attempt to send to unsubscribed recipient", status = 400 }, statusCode: 400);
        }

        int number;
        lock (messages)
        {
            messages.Enqueue(message);
            number = messages.Count;
        }

        return Results.Json(new { sid = $"SM{number:D32}", status = "queued" }, statusCode: 201);
    }
}
