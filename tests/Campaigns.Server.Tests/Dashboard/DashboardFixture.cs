using System.Net;
using Campaigns.Server.Hosting;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Campaigns.Server.Tests.Dashboard;

/// <summary>The server on a free port, without message workers, and a browser to look at it with. One per test class.</summary>
public sealed class DashboardFixture(PostgresFixture postgres) : IAsyncLifetime
{
    WebApplication? app;
    IPlaywright? playwright;
    IBrowser? browser;

    public IDocumentStore Store => Services.GetRequiredService<IDocumentStore>();

    public Uri Address => new(app!.Urls.Single());

    /// <summary>The same server as a private stack would run it: whoever is at this machine is signed in.</summary>
    public WebApplication Private { get; private set; } = null!;

    public IServiceProvider Services => app!.Services;

    public async Task InitializeAsync()
    {
        var database = await postgres.NewDatabase();
        app = await Start(database, signInLocally: false);
        Private = await Start(database, signInLocally: true);
    }

    /// <summary>A new key of an organisation.</summary>
    public Task<string> Key(string tenantId) => Services.GetRequiredService<ApiKeys>().Issue(tenantId, "tester", KeyScope.Admin, null, CancellationToken.None);

    /// <summary>Sees redirects instead of following them, and keeps no cookies.</summary>
    public HttpClient Client(Uri? address = null) => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = address ?? Address,
    };

    /// <summary>A page of a browser with no past.</summary>
    public async Task<IPage> Page(int width = 1280, ColorScheme colours = ColorScheme.Light)
    {
        browser ??= await Launch();
        Assertions.SetDefaultExpectTimeout(20_000); // reached only by a test that fails
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = colours,
            TimezoneId = "Europe/Zurich",
            Locale = "en-GB",
        });
        return await context.NewPageAsync();
    }

    /// <summary>A page after signing in by hand.</summary>
    public async Task<IPage> PageOf(string tenantId, int width = 1280, ColorScheme colours = ColorScheme.Light)
    {
        var page = await Page(width, colours);
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("API key").FillAsync(await Key(tenantId));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Campaigns");
        return page;
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
        foreach (var running in new[] { app, Private })
        {
            if (running is not null)
            {
                await running.StopAsync();
                await running.DisposeAsync();
            }
        }
    }

    static async Task<WebApplication> Start(string database, bool signInLocally)
    {
        var builder = Stack.NewBuilder(["--urls", "http://127.0.0.1:0"], new Dictionary<string, string?> { ["Serilog:MinimumLevel:Default"] = "Fatal" });
        var app = Stack.Build(builder, database, new DashboardOptions(signInLocally, null), workers: false);
        await Stack.Migrate(app.Services, CancellationToken.None);
        await app.StartAsync();
        return app;
    }

    async Task<IBrowser> Launch()
    {
        playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium(),
            Args = ["--no-sandbox", "--disable-gpu"], // the tests may run as root, and on machines without a screen
        });
    }

    static string Chromium() => new[]
        {
            Environment.GetEnvironmentVariable("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
            "/snap/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("No Chromium was found: install one (Debian: apt-get install chromium), or set CHROMIUM to its path.");
}
