using System.Net.Http.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sandbox;
using Campaigns.Tenancy;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Support;

/// <summary>A sandbox and a database, ready for servers, and an API over that database which outlives them.</summary>
sealed class Stage : IAsyncDisposable
{
    public const string Tenant = "acme";

    static readonly string PrivateKey = SandboxServer.NewWebhookPrivateKey();

    readonly string connectionString;
    readonly ApiHost host;

    Stage(string connectionString, SandboxServer sandbox, ApiHost host, string key, HttpClient api)
    {
        this.connectionString = connectionString;
        this.host = host;
        (Sandbox, Key, Api) = (sandbox, key, api);
        SendWebhooksTo(FirstServer);
    }

    public SandboxServer Sandbox { get; }

    /// <summary>Speaks with the sandbox's own key.</summary>
    public SendGridVoice Voice { get; } = new(PrivateKey);

    public string Key { get; }

    /// <summary>Calls the API in this process, which does no work.</summary>
    public HttpClient Api { get; }

    public IServiceProvider Services => host.Services;

    public IDocumentStore Store => host.Store;

    /// <summary>Where the first server listens, and events are posted.</summary>
    public Uri FirstServer { get; } = ServerAddress();

    public static async Task<Stage> Set(string connectionString)
    {
        var sandbox = await SandboxServer.Start(SandboxRun.Options with { WebhookPrivateKey = PrivateKey });
        var host = await ApiHost.Start(connectionString);
        var api = await host.Client(Tenant);
        return new Stage(connectionString, sandbox, host, await host.Services.GetRequiredService<ApiKeys>().Issue(Tenant, "test", KeyScope.Admin, null, CancellationToken.None), api);
    }

    public static Uri ServerAddress() => new($"http://127.0.0.1:{ServerProcess.FreePort()}");

    public void SendWebhooksTo(Uri server) => Sandbox.EventWebhook = new Uri(server, $"/webhooks/sendgrid/{Tenant}");

    /// <param name="provider">The sandbox, or what stands in front of it.</param>
    /// <param name="server">Where it listens; null: as the first one.</param>
    public Dictionary<string, string?> Settings(Uri provider, Uri? server = null) => new(TwilioVoice.Settings((server ?? FirstServer).ToString()))
    {
        ["ConnectionStrings:Campaigns"] = connectionString,
        ["Urls"] = (server ?? FirstServer).ToString(),
        ["Sandbox:Enabled"] = "false",
        ["SendGrid:BaseAddress"] = provider.ToString(),
        ["SendGrid:ApiKey"] = SandboxRun.Options.ApiKey,
        ["SendGrid:WebhookPublicKey"] = Sandbox.WebhookPublicKey,
        ["Twilio:BaseAddress"] = provider.ToString(),
        ["Senders:RequireVerified"] = "false",
        ["Sending:Limits:SegmentsPerSecond"] = "0",
        ["Sending:InDoubtFor"] = "00:00:05",
        ["Sending:HydrationChunk"] = "100",
        ["Sending:RequeueChunk"] = "50",
        ["Serilog:MinimumLevel:Default"] = "Warning",
    };

    /// <summary>Completes when the sandbox has told all that happened.</summary>
    public async Task Drained()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await Sandbox.Drained(patience.Token);
    }

    /// <summary>The sandbox forgets all messages, and what was to go wrong.</summary>
    public async Task Forget()
    {
        Sandbox.Faults.Clear();
        using var http = new HttpClient { BaseAddress = Sandbox.Address };
        using var answer = await http.DeleteAsync("/api/messages");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Drafts and launches a campaign by e-mail, by text message or by both, to new contacts who can be texted at this hour.</summary>
    /// <param name="name">Of its list, and the start of everybody's address.</param>
    /// <param name="numbers">The start of everybody's telephone number; four digits follow.</param>
    /// <param name="noOpenAfterSeconds">When who has not opened their e-mail has timed out; null: as the server has it.</param>
    public async Task<Guid> Launch(string name, string numbers, int people, string channels, Pace pace, double? noOpenAfterSeconds = null)
    {
        var noon = $"Etc/GMT{TimeProvider.System.GetUtcNow().Hour - 12:+0;-0;}";
        var list = await Api.Import(
            name, Enumerable.Range(1, people).Select(i => $"{name}{i}@mail{i % 7}.example,Ada,{numbers}{i:D4},{noon}"), "email,first_name,phone,time_zone");
        var template = await Api.Post("templates", new { name, subject = "An offer", text = "Dear {{first_name}}, https://example.com/offer", sms = "Dear {{first_name}}" });
        var campaign = await Api.Post("campaigns", new
        {
            name, listId = list, templateId = template.GetProperty("id").GetGuid(), from = channels == "sms" ? null : new { email = "anna@sender.example" }, channels, pace,
            noOpenAfterSeconds,
        });
        var id = campaign.GetProperty("id").GetGuid();
        await Api.Command(id, "launch");
        return id;
    }

    /// <summary>
    /// Nobody got it twice, and everybody of these campaigns, which are all there are, has exactly one end: sent is who the sandbox has a message
    /// for, and nobody else.
    /// </summary>
    public async Task<List<RecipientView>> ShouldAccountFor(int messages, params Guid[] campaigns)
    {
        var counts = Sandbox.Counts();
        (counts.Duplicates, counts.Sms.Duplicates).ShouldBe((0, 0));
        var recipients = new List<RecipientView>();
        foreach (var campaign in campaigns)
        {
            recipients.AddRange(await Api.Recipients(campaign));
            (await Api.Progress(campaign)).IsOver().ShouldBeTrue();
        }

        recipients.Count.ShouldBe(messages);
        recipients.Where(recipient => recipient.Status is RecipientStatus.Queued or RecipientStatus.Sending).ShouldBeEmpty();
        recipients.Where(recipient => recipient.Status == RecipientStatus.Sent).Select(recipient => recipient.Id.ToString("N"))
            .ShouldBe(Sandbox.Arrivals().Select(arrival => arrival.Id), ignoreOrder: true);
        await Store.ShouldAddUp();
        return recipients;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await host.DisposeAsync();
        await Sandbox.DisposeAsync();
    }
}
