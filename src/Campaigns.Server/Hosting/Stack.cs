using System.Security.Cryptography;
using Campaigns.Consent;
using Campaigns.Handlers;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Sandbox;
using Campaigns.Server.Postgres;
using Campaigns.Storage;
using Campaigns.Storage.Schema;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Hosting;

/// <summary>
/// Everything that runs in this process: a private PostgreSQL and the sandbox where they are wanted, and the server itself.
/// Started in that order, stopped in the opposite one.
/// </summary>
public sealed class Stack : IAsyncDisposable
{
    /// <summary>What texts come from in the sandbox.</summary>
    const string SandboxNumber = "+15005550006";

    readonly EmbeddedPostgres? postgres;

    readonly string? localToken;

    Stack(EmbeddedPostgres? postgres, SandboxServer? sandbox, WebApplication app, string? developmentKey, string? localToken)
    {
        this.postgres = postgres;
        this.localToken = localToken;
        Sandbox = sandbox;
        App = app;
        DevelopmentKey = developmentKey;
    }

    public WebApplication App { get; }

    public SandboxServer? Sandbox { get; }

    /// <summary>Opens the API for the development organisation; null in production.</summary>
    public string? DevelopmentKey { get; }

    public string? DataFolder => postgres?.DataFolder;

    public Uri Address => Reached.Here(App.Urls.First());

    /// <summary>A page of the dashboard, to be opened by a person at this machine: in a private stack it signs them in.</summary>
    public Uri Page(string path) => localToken is null ? new Uri(Address, path) : LocalSignIn.Address(new Uri(Address, path), localToken);

    /// <summary>Starts everything and returns once it answers.</summary>
    /// <param name="port">In place of the one in <c>Urls</c>.</param>
    /// <param name="tell">Takes a line for people before each step, so that nobody waits without knowing what for.</param>
    /// <exception cref="StartException">Something is in the way; the message says what and what to do.</exception>
    public static async Task<Stack> Start(
        string[] args, IDictionary<string, string?>? settings = null, int? port = null, Action<string>? tell = null, CancellationToken ct = default)
    {
        tell ??= _ => { };
        var builder = NewBuilder(args, settings);
        var configuration = builder.Configuration;
        EmbeddedPostgres? postgres = null;
        SandboxServer? sandbox = null;
        WebApplication? app = null;
        try
        {
            var connectionString = configuration.GetConnectionString("Campaigns");
            var isPrivate = string.IsNullOrWhiteSpace(connectionString);
            var hasSandbox = WantsSandbox(configuration, isPrivate);
            var listening = new Listening(configuration, isPrivate, tell);
            listening.ChooseServer(port);
            if (hasSandbox)
            {
                listening.ChooseSandbox();
            }

            if (isPrivate)
            {
                tell($"Starting a private PostgreSQL in {Path.GetFullPath(configuration["DataFolder"] ?? ".data")} ...");
                postgres = await EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = configuration["DataFolder"] ?? ".data" }, ct);
                connectionString = postgres.ConnectionString;
                configuration["SendGrid:SingleOrganisation"] ??= "true"; // there is only the one
                configuration["Twilio:SingleOrganisation"] ??= "true";
                await Development.AddSecretsKey(configuration, configuration["DataFolder"] ?? ".data", ct);
            }

            if (hasSandbox)
            {
                tell($"Starting the sandbox, a local SendGrid and Twilio, at {configuration["Sandbox:Url"]} ...");
                sandbox = await StartSandbox(configuration, ct);
            }

            if (isPrivate && sandbox is not null && TakesEverything(configuration, sandbox))
            {
                Development.RaiseLimits(configuration);
            }

            tell("Bringing the database up to date ...");
            var localToken = sandbox is not null && postgres is not null ? LocalSignIn.NewToken() : null;
            app = Build(builder, connectionString!, new DashboardOptions(localToken, sandbox?.Address));
            await Migrate(app.Services, ct);
            var key = postgres is null ? null : await Development.Prepare(app.Services, configuration["DataFolder"] ?? ".data", ct);
            await app.Services.GetRequiredService<NodeClock>().WaitUntilRight(tell, ct);
            tell($"Starting the server at {configuration["Urls"]} ...");
            await app.StartAsync(ct);
            var stack = new Stack(postgres, sandbox, app, key, localToken);
            TellPublicUrl(app, isPrivate: postgres is not null);
            if (app.Services.GetRequiredService<IOptions<SendGridOptions>>().Value is { ApiKey.Length: > 0, WebhookPublicKey.Length: 0 })
            {
                Log.NoWebhookKey(app.Logger);
            }

            sandbox?.EventWebhook = new Uri(stack.Address, "/webhooks/sendgrid"); // whichever organisation sends into it
            sandbox?.InboundWebhook ??= new Uri(stack.Address, $"/webhooks/twilio/{Development.TenantId}/inbound");
            return stack;
        }
        catch (Exception error)
        {
            await Stop(app, sandbox, postgres);
            throw StartException.Explain(error, configuration["Urls"]) ?? error;
        }
    }

    /// <summary>Migrates the database; safe while others start at the same moment.</summary>
    public static async Task<IReadOnlyList<string>> Migrate(IServiceProvider services, CancellationToken ct) =>
        await services.GetRequiredService<Migrator>().Migrate(ct);

    public ValueTask DisposeAsync() => Stop(App, Sandbox, postgres);

    internal static WebApplicationBuilder NewBuilder(string[] args, IDictionary<string, string?>? settings)
    {
        // Settings and pages lie beside the program, whatever folder it is started from, and whatever program starts it.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Stack).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        if (settings is not null)
        {
            builder.Configuration.AddInMemoryCollection(settings);
        }

        return builder;
    }

    // Of a private stack nobody else hears, so its own address is the one that works.
    static void TellPublicUrl(WebApplication app, bool isPrivate)
    {
        if (isPrivate && string.IsNullOrEmpty(app.Configuration["PublicUrl"]))
        {
            app.Configuration["PublicUrl"] = Reached.Here(app.Urls.First()).ToString();
        }

        if (app.Services.GetRequiredService<UnsubscribeLinks>().For(Development.TenantId, Guid.Empty) is null)
        {
            Log.NoUnsubscribeLinks(app.Logger);
        }
    }

    /// <exception cref="StartException">Neither the sandbox nor anybody else takes messages.</exception>
    static bool WantsSandbox(ConfigurationManager configuration, bool isPrivate)
    {
        var hasProvider = !string.IsNullOrEmpty(configuration["SendGrid:ApiKey"]) || IsRelay(configuration);
        if (configuration.GetSection("Sandbox").Get<SandboxSettings>()?.Enabled ?? (isPrivate && !hasProvider))
        {
            return true;
        }

        // With a key of their own to keep them under, which a private stack makes, organisations may bring their credentials.
        return hasProvider || isPrivate || !string.IsNullOrWhiteSpace(configuration["Secrets:Key"])
            ? false
            : throw new StartException(
                "There is nobody to send with: set SendGrid__ApiKey, or Email__Provider=smtp, or Sandbox__Enabled=true to send into the local sandbox.");
    }

    static bool IsRelay(ConfigurationManager configuration) => configuration.GetSection("Email").Get<EmailOptions>() is { Provider: EmailProvider.Smtp };

    /// <summary>Whether nothing leaves this machine, over any channel.</summary>
    static bool TakesEverything(ConfigurationManager configuration, SandboxServer sandbox) =>
        !IsRelay(configuration) && configuration["Twilio:BaseAddress"] == sandbox.Address.ToString();

    static async Task<SandboxServer> StartSandbox(ConfigurationManager configuration, CancellationToken ct)
    {
        var sandbox = configuration.GetSection("Sandbox").Get<SandboxSettings>()!;
        const string key = "SG.sandbox";
        var options = new SandboxOptions
        {
            ApiKey = key, Url = sandbox.Url, Seed = sandbox.Seed, InboundWebhook = sandbox.InboundWebhook, Faults = sandbox.Faults,
            AuthToken = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        };
        var server = await SandboxServer.Start(options, ct);
        configuration["SendGrid:ApiKey"] = key;
        configuration["SendGrid:BaseAddress"] = server.Address.ToString();
        configuration["SendGrid:WebhookPublicKey"] = server.WebhookPublicKey;
        if (string.IsNullOrEmpty(configuration["Twilio:AuthToken"]))
        {
            configuration["Twilio:BaseAddress"] = server.Address.ToString();
            configuration["Twilio:AccountSid"] = options.AccountSid;
            configuration["Twilio:AuthToken"] = options.AuthToken;
            configuration["Twilio:From"] = SandboxNumber;
        }

        return server;
    }

    /// <param name="workers">False for a process that answers requests but handles no messages.</param>
    internal static WebApplication Build(WebApplicationBuilder builder, string connectionString, DashboardOptions dashboard, bool workers = true)
    {
        builder.AddLogging();
        builder.AddTelemetry();
        builder.AddReached(isPrivate: dashboard.LocalToken is not null);
        CampaignsModule.Add(builder, connectionString, HandlerCode.Assembly, workers);
        builder.Services.AddDashboard(dashboard);
        // One after the other the workers would go on claiming until the last open answer has ended.
        builder.Services.Configure<HostOptions>(options => options.ServicesStopConcurrently = true);
        // And nobody would be told why a start takes long, where it waits for the broker.
        builder.Services.Configure<HostOptions>(options => options.ServicesStartConcurrently = true);
        builder.Services.AddSingleton<Starting>().AddHostedService(provider => provider.GetRequiredService<Starting>());
        var app = builder.Build();
        app.UseRequestLog();
        app.UseReached();
        app.Use(next => http => app.Services.GetRequiredService<Starting>().Answer(http, next));
        if (dashboard.LocalToken is { } token)
        {
            app.UseLocalSignIn(token);
        }

        app.MapCampaigns();
        app.MapApiReference();
        app.MapDashboard();
        return app;
    }

    static async ValueTask Stop(WebApplication? app, SandboxServer? sandbox, EmbeddedPostgres? postgres)
    {
        sandbox?.InboundWebhook = null;
        sandbox?.EventWebhook = null; // nobody is there to take events from here on
        if (app is not null)
        {
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
        }

        if (sandbox is not null)
        {
            await sandbox.DisposeAsync();
        }

        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }
    }
}
