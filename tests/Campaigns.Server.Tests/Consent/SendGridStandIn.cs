using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Campaigns.Server.Tests.Consent;

/// <summary>Answers what SendGrid's API would beside sending, as a test wants it, and keeps what was asked.</summary>
sealed class SendGridStandIn : IAsyncDisposable
{
    readonly WebApplication app;
    readonly ConcurrentQueue<string> calls = new();

    SendGridStandIn(WebApplication app)
    {
        this.app = app;
        app.Map("/{**path}", Answer);
    }

    public Uri Address => new(app.Urls.Single());

    /// <summary>Method, path with query, body and, where it is not the usual one, key.</summary>
    public IReadOnlyList<string> Calls => [.. calls];

    /// <summary>Status and body for a path with query.</summary>
    public Func<string, (int Status, string Body)> Says { get; set; } = _ => (204, "");

    public static async Task<SendGridStandIn> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var standIn = new SendGridStandIn(builder.Build());
        await standIn.app.StartAsync();
        return standIn;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async Task Answer(HttpContext http)
    {
        var path = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var body = new StreamReader(http.Request.Body);
        var key = http.Request.Headers.Authorization == "Bearer SG.test" ? "" : http.Request.Headers.Authorization.ToString();
        calls.Enqueue($"{http.Request.Method} {path} {await body.ReadToEndAsync()} {key}".TrimEnd());
        (http.Response.StatusCode, var answer) = Says(path);
        if (answer.Length > 0)
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(answer);
        }
    }
}
