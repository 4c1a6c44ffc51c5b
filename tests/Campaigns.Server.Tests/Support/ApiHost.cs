using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Campaigns.Handlers;
using Campaigns.Storage.Schema;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Runtime;

namespace Campaigns.Server.Tests.Support;

/// <summary>The HTTP API on a free port, over a migrated database, without message workers.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    readonly WebApplication app;

    ApiHost(WebApplication app) => this.app = app;

    public IServiceProvider Services => app.Services;

    public IDocumentStore Store => Services.GetRequiredService<IDocumentStore>();

    /// <summary>Where it listens.</summary>
    public Uri Address => new(app.Urls.Single());

    /// <param name="connectionString">To a database, migrated or empty.</param>
    /// <param name="settings">As in the environment of a server, with colons.</param>
    /// <param name="clock">Null: the system's.</param>
    /// <param name="services">In place of the server's own.</param>
    public static async Task<ApiHost> Start(
        string connectionString, IDictionary<string, string?>? settings = null, TimeProvider? clock = null, Action<IServiceCollection>? services = null)
    {
        var builder = Builder(connectionString, settings, clock);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapCampaigns();
        await using (var migrated = app.Services.GetRequiredService<IDocumentStore>().Database.CreateCommand("select to_regclass('schema_migrations') is not null"))
        {
            if (await migrated.ExecuteScalarAsync() is false)
            {
                await app.Services.GetRequiredService<Migrator>().Migrate(CancellationToken.None);
            }
        }

        await app.StartAsync();
        app.Configuration["PublicUrl"] ??= app.Urls.Single();
        return new ApiHost(app);
    }

    /// <summary>The application as it is tested: nothing is logged, nobody has to be verified, and limits are out of reach.</summary>
    public static WebApplicationBuilder Builder(
        string connectionString, IDictionary<string, string?>? settings = null, TimeProvider? clock = null, bool workers = false)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(NoLimits.Settings);
        builder.Configuration["Senders:RequireVerified"] = "false"; // who sends is seldom what a test is about
        if (settings is not null)
        {
            builder.Configuration.AddInMemoryCollection(settings);
        }

        if (clock is not null)
        {
            builder.Services.AddSingleton(clock);
        }

        CampaignsModule.Add(builder, connectionString, HandlerCode.Assembly, workers);
        return builder;
    }

    /// <summary>A caller with an API key of an organisation.</summary>
    public async Task<HttpClient> Client(string tenantId = "acme") =>
        ClientWith(await Services.GetRequiredService<ApiKeys>().Issue(tenantId, "test", KeyScope.Admin, null, CancellationToken.None));

    public HttpClient ClientWith(string key) => new()
    {
        BaseAddress = new Uri(Address, "/api/v1/"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    /// <summary>Puts a message into its queue.</summary>
    /// <param name="due">Null: at once.</param>
    public async Task Send(string tenantId, object message, DateTimeOffset? due = null) =>
        await new MessageBus(Services.GetRequiredService<IWolverineRuntime>()) { TenantId = tenantId }.PublishAsync(message, new DeliveryOptions { ScheduledTime = due });

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}

static class ApiCalls
{
    /// <summary>The body as JSON; fails the test where it is none.</summary>
    public static async Task<JsonElement> Json(this HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task<JsonElement> GetJson(this HttpClient client, string path) => await client.GetFromJsonAsync<JsonElement>(path);

    public static StringContent Csv(string text) => new(text, Encoding.UTF8, "text/csv");

    public static string Text(this JsonElement json, string member) => json.GetProperty(member).GetString()!;

    public static long Number(this JsonElement json, string member) => json.GetProperty(member).GetInt64();
}
