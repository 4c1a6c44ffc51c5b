using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Campaigns.Server.Tests.Sandbox;

/// <summary>One POST as it came in, to the byte.</summary>
sealed record Received(string Url, byte[] Body, string Timestamp, string Signature, string TwilioSignature)
{
    public JsonElement[] Events() => [.. JsonElement.Parse(Body).EnumerateArray()];

    public Dictionary<string, string> Form() =>
        QueryHelpers.ParseQuery(Encoding.UTF8.GetString(Body)).ToDictionary(field => field.Key, field => field.Value.ToString());

    public bool IsSignedBy(string publicKey) => Verify(publicKey, Timestamp, Body, Signature);

    public bool IsSignedWith(string token) => TwilioSignatureOf(token, Url, Form()) == TwilioSignature;

    public static bool Verify(string publicKey, string timestamp, byte[] body, string signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp), .. body];
        return key.VerifyData(signed, Convert.FromBase64String(signature),
            HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    public static string TwilioSignatureOf(string token, string url, Dictionary<string, string> form)
    {
        var signed = url + string.Concat(form.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => field.Key + field.Value));
#pragma warning disable CA5350 // Twilio's signature is what it is
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(signed)));
#pragma warning restore CA5350
    }
}

/// <summary>A webhook endpoint that keeps what it gets and answers as it is told.</summary>
sealed class Receiver : IAsyncDisposable
{
    readonly List<Received> posts = [];
    readonly WebApplication app;

    Receiver(string url, Func<int, HttpStatusCode> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add(url);
        app.MapPost("/{kind}", async context => context.Response.StatusCode = (int)answer(await Keep(context.Request)));
    }

    public Uri Webhook => new(new Uri(app.Urls.First()), "/events");

    public Uri Inbound => new(new Uri(app.Urls.First()), "/inbound");

    public Received[] Posts
    {
        get
        {
            lock (posts)
            {
                return [.. posts];
            }
        }
    }

    public JsonElement[] Events => [.. Posts.SelectMany(post => post.Events())];

    /// <summary>The statuses told of text messages, in the order in which they came.</summary>
    public string[] Statuses => [.. Posts.Select(post => post.Form().GetValueOrDefault("MessageStatus")).OfType<string>()];

    /// <summary>Where a text message says that its status be posted.</summary>
    public string StatusCallback(string messageId) => new Uri(new Uri(app.Urls.First()), $"/status?tenant=1&mid={messageId}").AbsoluteUri;

    /// <param name="answer">The answer to the n-th POST, counted from one; 200 where it is left out.</param>
    public static async Task<Receiver> Start(Func<int, HttpStatusCode>? answer = null, string url = "http://127.0.0.1:0")
    {
        var receiver = new Receiver(url, answer ?? (_ => HttpStatusCode.OK));
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async Task<int> Keep(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        lock (posts)
        {
            posts.Add(new(
                request.GetEncodedUrl(),
                body.ToArray(),
                request.Headers["X-Twilio-Email-Event-Webhook-Timestamp"].ToString(),
                request.Headers["X-Twilio-Email-Event-Webhook-Signature"].ToString(),
                request.Headers["X-Twilio-Signature"].ToString()));
            return posts.Count;
        }
    }
}
