using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Campaigns.Sandbox;

namespace Campaigns.Server.Tests.Support;

/// <summary>A sandbox in a hurry, and a client that holds its key.</summary>
sealed class SandboxRun : IAsyncDisposable
{
    SandboxRun(SandboxServer server)
    {
        Server = server;
        Http = new() { BaseAddress = server.Address };
        Http.DefaultRequestHeaders.Authorization = new("Bearer", Options.ApiKey);
    }

    public static SandboxOptions Options => new() { ApiKey = "SG.test", AuthToken = "12345", Pace = TimeSpan.FromMilliseconds(1) };

    public SandboxServer Server { get; }
    public HttpClient Http { get; }

    public static async Task<SandboxRun> Start(SandboxOptions? options = null) => new(await SandboxServer.Start(options ?? Options));

    public static JsonObject Mail(params string[] addresses) => new()
    {
        ["personalizations"] = new JsonArray([.. addresses.Select(Personalization)]),
        ["from"] = new JsonObject { ["email"] = "sender@example.com", ["name"] = "Sender" },
        ["subject"] = "Spring",
        ["content"] = new JsonArray(
            new JsonObject { ["type"] = "text/plain", ["value"] = "Hello" },
            new JsonObject { ["type"] = "text/html", ["value"] = "<p>Hello <a href=\"https://example.com/offer?a=1&amp;b=2\">you</a></p>" }),
    };

    public static JsonObject Personalization(string address) => new()
    {
        ["to"] = new JsonArray(new JsonObject { ["email"] = address }),
        ["custom_args"] = new JsonObject { ["ob_mid"] = $"id of {address}" },
    };

    public async Task<HttpResponseMessage> Post(string mail) =>
        await Http.PostAsync("/v3/mail/send", new StringContent(mail, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> Post(JsonObject mail) => Post(mail.ToJsonString());

    public async Task Send(params string[] addresses)
    {
        using var response = await Post(Mail(addresses));
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
    }

    /// <summary>The answer to a text message; fields that are null are left out.</summary>
    public async Task<HttpResponseMessage> Text(
        string to, string body = "Hello", string? from = "+14155552345", string? service = null, string? statusCallback = null)
    {
        Dictionary<string, string?> form = new()
        {
            ["To"] = to, ["Body"] = body, ["From"] = from, ["MessagingServiceSid"] = service, ["StatusCallback"] = statusCallback,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Account}/Messages.json")
        {
            Content = new FormUrlEncodedContent(form.Where(field => field.Value is not null)),
        };
        request.Headers.Authorization = Basic(Options.AuthToken);
        return await Http.SendAsync(request);
    }

    public async Task<JsonElement> GetText(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Account}/{path}");
        request.Headers.Authorization = Basic(Options.AuthToken);
        using var response = await Http.SendAsync(request);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
    }

    public static string Account => $"/2010-04-01/Accounts/{Options.AccountSid}";

    public static AuthenticationHeaderValue Basic(string token) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Options.AccountSid}:{token}")));

    public async Task Drained()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Server.Drained(patience.Token);
    }

    public Task<JsonElement> Get(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}
