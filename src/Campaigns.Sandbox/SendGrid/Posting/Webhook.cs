using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace Campaigns.Sandbox.SendGrid.Posting;

/// <summary>One signed POST to the event webhook.</summary>
sealed class Webhook(SandboxOptions options, WebhookKey key, ILogger logger) : IDisposable
{
    const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    int refusing;

    /// <summary>Whether the receiver acknowledged it. Every attempt is signed anew, at its own time.</summary>
    public async Task<bool> Post(Uri receiver, ReadOnlyMemory<byte> body, bool isBadlySigned, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(receiver, body, isBadlySigned);
            using var response = await http.SendAsync(request, cancellationToken);
            return Note(receiver, response.IsSuccessStatusCode ? null : $"it answered {(int)response.StatusCode}");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was, also a time-out or an address nobody can post to: the events are kept.
            return Note(receiver, failure.Message);
        }
    }

    public void Dispose() => http.Dispose();

    HttpRequestMessage Request(Uri receiver, ReadOnlyMemory<byte> body, bool isBadlySigned)
    {
        var timestamp = options.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, receiver) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("SendGrid/EventAPI");
        request.Headers.Add(TimestampHeader, timestamp);
        request.Headers.Add(SignatureHeader, key.Sign(timestamp, isBadlySigned ? [] : body.Span));
        return request;
    }

    // An outage is told once, not once per attempt.
    bool Note(Uri receiver, string? reason)
    {
        if (reason is not null && Interlocked.Exchange(ref refusing, 1) == 0)
        {
            Log.WebhookRefuses(logger, receiver, reason);
        }
        else if (reason is null && Interlocked.Exchange(ref refusing, 0) == 1)
        {
            Log.WebhookRecovered(logger, receiver);
        }

        return reason is null;
    }
}
