using System.Net;
using System.Text.RegularExpressions;
using Campaigns.Server.Hosting;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Campaigns.Server.Tests.Dashboard;

/// <summary>The server on a free port, without message workers, and a browser to look at it with. One per test class.</summary>
public sealed class DashboardFixture(PostgresFixture postgres) : IAsyncLifetime
{
    readonly List<WebApplication> others = [];
    string database = null!;
    WebApplication? app;
    IPlaywright? playwright;
    IBrowser? browser;

    public IDocumentStore Store => Services.GetRequiredService<IDocumentStore>();

    public Uri Address => new(app!.Urls.Single());

    public static readonly string MasterKey = Convert.ToBase64String(new byte[32]);

    /// <summary>In the address that the private stack would print.</summary>
    public const string Token = "printed-at-the-start";

    /// <summary>The same server as a private stack would run it: whoever is at this machine and brings the token is signed in.</summary>
    public WebApplication Private { get; private set; } = null!;

    public IServiceProvider Services => app!.Services;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabase();
        app = await Start(database, localToken: null);
        Private = await Start(database, Token);
    }

    /// <summary>Another node, with these settings.</summary>
    /// <returns>Where it listens.</returns>
    public Task<Uri> Another(params (string Name, string? Value)[] settings) => Another(localToken: null, settings);

    /// <summary>The same as a private stack would run it.</summary>
    public Task<Uri> AnotherPrivate(params (string Name, string? Value)[] settings) => Another(Token, settings);

    async Task<Uri> Another(string? localToken, (string Name, string? Value)[] settings)
    {
        var node = await Start(database, localToken, settings);
        others.Add(node);
        return new Uri(node.Urls.Single());
    }

    /// <summary>A new key of an organisation.</summary>
    public Task<string> Key(string tenantId) => Services.GetRequiredService<ApiKeys>().Issue(tenantId, "tester", KeyScope.Admin, null, CancellationToken.None);

    /// <summary>Sees redirects instead of following them, and keeps no cookies.</summary>
    public HttpClient Client(Uri? address = null) => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = address ?? Address,
    };

    /// <summary>As <see cref="Client"/>, after signing in with a key: has the cookie that was given for it.</summary>
    public async Task<HttpClient> SignedIn(string tenantId)
    {
        var client = Client();
        using var answer = await SignIn(client, await Key(tenantId));
        client.DefaultRequestHeaders.Add("Cookie", Cookie(answer));
        return client;
    }

    /// <summary>Fills in the form of the door, as a browser does.</summary>
    public static Task<HttpResponseMessage> SignIn(HttpClient client, string key, string? returnUrl = null) =>
        SignInAt(client, "/sign-in" + (returnUrl is null ? "" : $"?ReturnUrl={Uri.EscapeDataString(returnUrl)}"), key);

    /// <param name="path">Of the form, as a browser has it in its address bar.</param>
    public static async Task<HttpResponseMessage> SignInAt(HttpClient client, string path, string key)
    {
        var form = await client.GetAsync(path);
        var token = Regex.Match(await form.Content.ReadAsStringAsync(), "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Cookie", form.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        request.Content = new FormUrlEncodedContent([new("_handler", "sign-in"), new("__RequestVerificationToken", token), new("key", key)]);
        var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return answer;
    }

    /// <summary>The cookie of somebody signed in, to be sent back.</summary>
    public static string Cookie(HttpResponseMessage answer) =>
        answer.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("campaigns-dashboard", StringComparison.Ordinal)).Split(';')[0];

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
        foreach (var running in (WebApplication?[])[app, Private, .. others])
        {
            if (running is not null)
            {
                await running.StopAsync();
                await running.DisposeAsync();
            }
        }
    }

    static async Task<WebApplication> Start(string database, string? localToken, params (string Name, string? Value)[] settings)
    {
        var builder = Stack.NewBuilder(["--urls", "http://127.0.0.1:0"], new Dictionary<string, string?>
        {
            ["Serilog:MinimumLevel:Default"] = "Fatal",
            ["Secrets:Key"] = MasterKey,
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
        var app = Stack.Build(builder, database, new DashboardOptions(localToken, null), workers: false);
        app.MapGet("/broken", string () => throw new InvalidOperationException("For those who want to see what is answered then.")).ExcludeFromDescription();
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
