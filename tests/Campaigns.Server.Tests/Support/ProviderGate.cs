using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace Campaigns.Server.Tests.Support;

/// <summary>
/// Stands between a server and the sandbox: counts messages, remembers whose e-mails were accepted, and lets a test do something at one of them.
/// Whatever else is asked passes through.
/// </summary>
sealed class ProviderGate : IAsyncDisposable
{
    const string Mail = "/v3/mail/send";
    const string Texts = "/Messages.json";

    readonly WebApplication app;
    readonly HttpClient sandbox;
    readonly ConcurrentDictionary<Guid, int> accepted = new();
    int count;

    ProviderGate(WebApplication app, Uri sandbox)
    {
        this.app = app;
        this.sandbox = new HttpClient { BaseAddress = sandbox };
        app.Map("/{**path}", Answer);
    }

    /// <summary>At the n-th message, before the sandbox sees it. False: it never does, and nobody answers.</summary>
    public Func<int, Task<bool>> Before { get; set; } = _ => Task.FromResult(true);

    /// <summary>At the n-th message, when the sandbox has it and before the server knows. False: nobody answers.</summary>
    public Func<int, Task<bool>> After { get; set; } = _ => Task.FromResult(true);

    /// <summary>The body of every message, as it came.</summary>
    public Action<byte[]> Seen { get; set; } = _ => { };

    /// <summary>At a question, which is anything but a message, before the sandbox sees it. False: nobody answers.</summary>
    public Func<Task<bool>> BeforeQuestion { get; set; } = () => Task.FromResult(true);

    public Uri Address => new(app.Urls.Single());

    /// <summary>The messages that came so far.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The recipients whose e-mail the sandbox has.</summary>
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
        var isMessage = HttpMethods.IsPost(http.Request.Method) && (http.Request.Path == Mail || http.Request.Path.Value!.EndsWith(Texts, StringComparison.Ordinal));
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer);
        var (number, body) = (isMessage ? Interlocked.Increment(ref count) : 0, buffer.ToArray());
        if (isMessage)
        {
            Seen(body);
        }

        if (!await (isMessage ? Before(number) : BeforeQuestion()))
        {
            http.Abort();
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.GetEncodedPathAndQuery()) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        request.Headers.TryAddWithoutValidation("Authorization", http.Request.Headers.Authorization.ToString());
        using var response = await Ask(request);
        if (response is null)
        {
            http.Abort();
            return;
        }

        if (response.IsSuccessStatusCode && http.Request.Path == Mail && Recipient(body) is { } recipient)
        {
            accepted.AddOrUpdate(recipient, 1, (_, times) => times + 1);
        }

        if (isMessage && !await After(number))
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        foreach (var header in response.Headers.Where(header => header.Key == "Retry-After" || header.Key.StartsWith("X-", StringComparison.Ordinal)))
        {
            http.Response.Headers[header.Key] = header.Value.ToArray();
        }

        await response.Content.CopyToAsync(http.Response.Body);
    }

    /// <returns>Null where the sandbox gave no answer: the server gets none either.</returns>
    async Task<HttpResponseMessage?> Ask(HttpRequestMessage request)
    {
        try
        {
            return await sandbox.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    // A test message of a draft has an id that is no recipient's.
    static Guid? Recipient(byte[] mail)
    {
        using var json = JsonDocument.Parse(mail);
        var id = json.RootElement.GetProperty("personalizations")[0].GetProperty("custom_args").GetProperty("ob_mid").GetString();
        return Guid.TryParseExact(id, "N", out var recipient) ? recipient : null;
    }
}
