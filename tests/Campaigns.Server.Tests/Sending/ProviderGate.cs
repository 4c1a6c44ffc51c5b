using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Campaigns.Server.Tests.Sending;

/// <summary>Stands between a server and the sandbox: counts messages, remembers whose were accepted, and lets a test do something at one of them.</summary>
sealed class ProviderGate : IAsyncDisposable
{
    readonly WebApplication app;
    readonly HttpClient sandbox;
    readonly ConcurrentDictionary<Guid, int> accepted = new();
    int count;

    ProviderGate(WebApplication app, Uri sandbox)
    {
        this.app = app;
        this.sandbox = new HttpClient { BaseAddress = sandbox };
        app.MapPost("/v3/mail/send", Answer);
    }

    /// <summary>At the n-th message, before the sandbox sees it. False: it never does, and nobody answers.</summary>
    public Func<int, Task<bool>> Before { get; set; } = _ => Task.FromResult(true);

    /// <summary>At the n-th message, when the sandbox has it and before the server knows. False: nobody answers.</summary>
    public Func<int, Task<bool>> After { get; set; } = _ => Task.FromResult(true);

    public Uri Address => new(app.Urls.Single());

    /// <summary>The messages that came so far.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The recipients whose message the sandbox has.</summary>
    public IReadOnlyCollection<Guid> Accepted => [.. accepted.Keys];

    public static async Task<ProviderGate> Start(Uri sandbox)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var gate = new ProviderGate(builder.Build(), sandbox);
        await gate.app.StartAsync();
        return gate;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        sandbox.Dispose();
    }

    async Task Answer(HttpContext http)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer);
        var number = Interlocked.Increment(ref count);
        if (!await Before(number))
        {
            http.Abort();
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/mail/send") { Content = new ByteArrayContent(buffer.ToArray()) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        request.Headers.TryAddWithoutValidation("Authorization", http.Request.Headers.Authorization.ToString());
        using var response = await sandbox.SendAsync(request);
        if (response.IsSuccessStatusCode && Recipient(buffer.ToArray()) is { } recipient)
        {
            accepted.AddOrUpdate(recipient, 1, (_, times) => times + 1);
        }

        if (!await After(number))
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        if (response.Headers.TryGetValues("X-Message-Id", out var ids))
        {
            http.Response.Headers["X-Message-Id"] = ids.ToArray();
        }

        await response.Content.CopyToAsync(http.Response.Body);
    }

    // A test message of a draft has an id that is no recipient's.
    static Guid? Recipient(byte[] mail)
    {
        using var json = JsonDocument.Parse(mail);
        var id = json.RootElement.GetProperty("personalizations")[0].GetProperty("custom_args").GetProperty("ob_mid").GetString();
        return Guid.TryParseExact(id, "N", out var recipient) ? recipient : null;
    }
}
