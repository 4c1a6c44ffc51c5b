using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Campaigns.Server.Tests.Sandbox;

/// <summary>One POST as it came in, to the byte.</summary>
sealed record Received(byte[] Body, string Timestamp, string Signature)
{
    public JsonElement[] Events() => [.. JsonElement.Parse(Body).EnumerateArray()];

    public bool IsSignedBy(string publicKey) => Verify(publicKey, Timestamp, Body, Signature);

    public static bool Verify(string publicKey, string timestamp, byte[] body, string signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp), .. body];
        return key.VerifyData(signed, Convert.FromBase64String(signature),
            HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
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
        app.MapPost("/events", async context => context.Response.StatusCode = (int)answer(await Keep(context.Request)));
    }

    public Uri Webhook => new(new Uri(app.Urls.First()), "/events");

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
            posts.Add(new(body.ToArray(), request.Headers["X-Twilio-Email-Event-Webhook-Timestamp"].ToString(),
                request.Headers["X-Twilio-Email-Event-Webhook-Signature"].ToString()));
            return posts.Count;
        }
    }
}
