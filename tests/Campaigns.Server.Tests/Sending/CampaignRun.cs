using Campaigns.Providers.SendGrid;
using Campaigns.Sandbox;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Tests.Sending;

/// <summary>API, workers and sandbox in this process: the clock stands still, and work is done when the test says so.</summary>
sealed class CampaignRun : IAsyncDisposable
{
    public const string Tenant = "acme";

    CampaignRun(SandboxServer sandbox, ProviderGate gate, ApiHost host, HttpClient api, ManualClock clock)
    {
        Sandbox = sandbox;
        Gate = gate;
        Host = host;
        Api = api;
        Clock = clock;
        Workers = new Workers(host.Services, clock);
        sandbox.EventWebhook = new Uri(host.Address, $"/webhooks/sendgrid/{Tenant}");
    }

    public SandboxServer Sandbox { get; }

    public ProviderGate Gate { get; }

    public ApiHost Host { get; }

    public HttpClient Api { get; }

    public ManualClock Clock { get; }

    public IDocumentStore Store => Host.Store;

    /// <summary>What the provider's account is, to be changed while it runs.</summary>
    public SendGridOptions Provider => Host.Services.GetRequiredService<IOptions<SendGridOptions>>().Value;

    Workers Workers { get; }

    /// <param name="services">In place of the server's own.</param>
    public static async Task<CampaignRun> Start(
        string connectionString, IDictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var sandbox = await SandboxServer.Start(SandboxRun.Options);
        var gate = await ProviderGate.Start(sandbox.Address);
        var clock = new ManualClock();
        var all = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
        {
            ["SendGrid:BaseAddress"] = gate.Address.ToString(),
            ["SendGrid:ApiKey"] = SandboxRun.Options.ApiKey,
            ["SendGrid:WebhookPublicKey"] = sandbox.WebhookPublicKey,
        };
        var host = await ApiHost.Start(connectionString, all, clock, services);
        return new CampaignRun(sandbox, gate, host, await host.Client(Tenant), clock);
    }

    /// <summary>Does what is due now, and what becomes due by doing it.</summary>
    public async Task Work()
    {
        while (await Workers.Round(null, 1000) > 0)
        {
        }
    }

    /// <summary>One round of one queue.</summary>
    public Task<int> WorkOnce(string queue, int limit = 1000) => Workers.Round(queue, limit);

    /// <summary>Works until the sandbox has told everything and everything is recorded.</summary>
    public async Task Settle()
    {
        await Work();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await Sandbox.Drained(patience.Token);
        await Work();
    }

    /// <summary>Puts a message into its queue.</summary>
    /// <param name="due">Null: at once.</param>
    public Task Send(object message, DateTimeOffset? due = null) => Host.Send(Tenant, message, due);

    public Task Pass(TimeSpan time)
    {
        Clock.Advance(time);
        return Work();
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Sandbox.DisposeAsync();
        await Gate.DisposeAsync();
        await Host.DisposeAsync();
    }
}
