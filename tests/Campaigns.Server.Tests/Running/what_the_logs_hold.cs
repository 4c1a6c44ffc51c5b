using System.Net.Http.Json;
using System.Text;
using Campaigns.Consent;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Tests.Running;

/// <summary>The whole output of a server that logs everything that anything in it has to say.</summary>
public sealed class what_the_logs_hold : IAsyncLifetime
{
    static readonly string MasterKey = Convert.ToBase64String(new byte[32]);

    readonly TestFolder folder = new();

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(folder.Path);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Server.Postgres.EmbeddedPostgres.Remove(Path.Combine(folder.Path, ".data"));
        Directory.Delete(folder.Path, recursive: true);
    }

    [Theory]
    [InlineData("Debug", "text")]
    [InlineData("Verbose", "json")]
    public async Task is_no_address_and_nothing_that_gives_a_right(string level, string format)
    {
        await using var server = await ServerProcess.Start(Settings(level, format), folder.Path);
        var key = server.Told("API key");
        using var api = server.Client(key);
        using var world = new HttpClient { BaseAddress = new Uri(server.Address, "/") };
        var token = new UnsubscribeTokens(Options.Create(new SecretsOptions { Key = MasterKey })).Make("development", Guid.CreateVersion7())!;

        // People in bodies, in queries, in paths and in forms.
        var campaign = await api.Launch(["open.1@personal.example", "deliver.2@personal.example"]);
        await api.Follow(campaign, progress => progress.Status is CampaignStatus.Completed or CampaignStatus.Partial);
        await api.Import("Texted", ["+41791234567"], "phone");
        await api.Post("suppressions", new { addresses = new[] { "suppressed@personal.example", "+41791234568" } });
        foreach (var path in new[]
        {
            "contacts?search=open.1%40personal.example", "contacts?search=%2B41791234567", "suppressions?address=suppressed%40personal.example",
            $"campaigns/{campaign}/recipients?search=open.1@personal.example", "nothing/open.1@personal.example", "contacts?email=open.1@personal.example",
            "contacts/open.1@personal.example", "addresses/open.1@personal.example",
        })
        {
            using var answer = await api.GetAsync(path);
        }

        using (await api.PostAsJsonAsync("suppressions/reinstate", new { address = "suppressed@personal.example", reason = "Asked for it" }))
        using (await api.PostAsync("suppressions", new StringContent("{\"addresses\": [\"broken@personal.example\"", Encoding.UTF8, "application/json")))
        using (await world.GetAsync($"u/{token}"))
        using (await world.PostAsync($"u/{token}", new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")])))
        using (await world.GetAsync($"u/{token}/more?to=open.1@personal.example"))
        using (await world.GetAsync("confirm-sender/token-of-a-confirmation"))
        using (await world.PostAsync("sign-in", new FormUrlEncodedContent([new("_handler", "sign-in"), new("key", key)])))
        using (await world.GetAsync(server.Address))
        using (await world.GetAsync("suppressions?ReturnUrl=open.1@personal.example"))
        using (await world.PostAsync("webhooks/sendgrid/development?from=open.1@personal.example", new StringContent("[{\"email\":\"open.1@personal.example\"}]", Encoding.UTF8, "application/json")))
        using (await world.PostAsync("webhooks/twilio/development/inbound", new FormUrlEncodedContent([new("From", "+41791234567"), new("Body", "STOP")])))
        {
            // What they answer is not the subject here.
        }

        server.Terminate();
        (await server.Exit()).ShouldBe(0, server.Complained);

        // The address that signs in and the key are told at the start, to whoever started it.
        var said = server.Said[server.Said.IndexOf("Stop with Ctrl-C", StringComparison.Ordinal)..] + server.Complained;
        said.Split('\n').Length.ShouldBeGreaterThan(100, "or it did not log everything");
        foreach (var secret in new[] { "personal.example", "personal%40", "%40personal", "4179123456", token, key, server.Address.Query[7..], "token-of-a-confirmation" })
        {
            said.Split('\n').Where(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase)).Select(line => line[..Math.Min(line.Length, 500)]).Take(5).ShouldBeEmpty(secret);
        }
    }

    static Dictionary<string, string?> Settings(string level, string format)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Urls"] = "http://127.0.0.1:0", ["Sandbox:Url"] = "http://127.0.0.1:0", ["ConnectionStrings:Campaigns"] = null, ["SendGrid:ApiKey"] = null,
            ["Secrets:Key"] = MasterKey, ["Senders:RequireVerified"] = "false", ["Logs:Format"] = format, ["Serilog:MinimumLevel:Default"] = level,
        };
        foreach (var source in new[]
        {
            "Microsoft", "Microsoft.AspNetCore.DataProtection", "Microsoft.Hosting.Lifetime", "System", "Npgsql", "Marten.IDocumentStore", "Wolverine",
            "Campaigns.Tenancy.ApiKeyAuthentication", "Serilog.AspNetCore",
        })
        {
            settings[$"Serilog:MinimumLevel:Override:{source}"] = level;
        }

        return settings;
    }
}
