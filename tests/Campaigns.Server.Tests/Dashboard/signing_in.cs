using Campaigns.Storage;
using System.Net;
using Campaigns.Planning;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class signing_in(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task a_key_opens_the_dashboard_until_one_signs_out()
    {
        var page = await dashboard.PageOf("acme");
        await Expect(page.GetByText("acme", new() { Exact = true })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
        await page.GotoAsync("/");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
    }

    [Fact]
    public async Task a_wrong_key_is_refused()
    {
        var page = await dashboard.Page();
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("API key").FillAsync("cmp_wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("This key is unknown or has been revoked.");
    }

    [Fact]
    public async Task one_comes_to_the_page_that_was_asked_for()
    {
        var page = await dashboard.Page();
        await page.GotoAsync("/suppressions");
        await page.GetByLabel("API key").FillAsync(await dashboard.Key("acme"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Suppressions");
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    public async Task nobody_is_sent_elsewhere(string returnUrl)
    {
        using var client = dashboard.Client();
        var answer = await DashboardFixture.SignIn(client, await dashboard.Key("acme"), returnUrl);
        new Uri(dashboard.Address, answer.Headers.Location!).ShouldBe(dashboard.Address);
    }

    [Fact]
    public async Task head_is_answered_as_get_is_by_pages_files_and_the_reference()
    {
        using var client = dashboard.Client();
        foreach (var path in new[] { "/", "/sign-in", "/reference/", "/nothing-here" })
        {
            using var get = await client.GetAsync(new Uri(dashboard.Address, path));
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(dashboard.Address, path)));
            (head.StatusCode, head.Headers.Location, head.Content.Headers.ContentType?.MediaType)
                .ShouldBe((get.StatusCode, get.Headers.Location, get.Content.Headers.ContentType?.MediaType), path);
            (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task without_a_key_every_page_leads_to_the_door()
    {
        using var client = dashboard.Client();
        foreach (var path in new[] { "/", "/suppressions", $"/campaigns/{Guid.NewGuid()}" })
        {
            var answer = await client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, path);
            answer.Headers.Location!.ToString().ShouldStartWith("/sign-in?", customMessage: path);
        }

        (await client.GetAsync("/sign-in")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task the_cookie_does_not_open_the_api()
    {
        using var client = dashboard.Client();
        var cookie = DashboardFixture.Cookie(await DashboardFixture.SignIn(client, await dashboard.Key("acme")));
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        (await client.GetAsync("/suppressions")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var answer = await client.GetAsync("/api/v1/campaigns");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task the_cookie_is_for_the_browser_alone()
    {
        using var client = dashboard.Client();
        var cookie = (await DashboardFixture.SignIn(client, await dashboard.Key("acme"))).Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("campaigns-dashboard", StringComparison.Ordinal));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
    }

    [Fact]
    public async Task a_revoked_key_ends_what_was_begun_with_it()
    {
        using var client = dashboard.Client();
        client.DefaultRequestHeaders.Add("Cookie", DashboardFixture.Cookie(await DashboardFixture.SignIn(client, await dashboard.Key("leavers"))));
        (await client.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await using var revoke = dashboard.Store.Database.CreateCommand("update api_keys set revoked_at = now() where tenant_id = 'leavers'");
        await revoke.ExecuteNonQueryAsync();
        (await client.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task a_cookie_of_one_node_is_good_on_another()
    {
        using var client = dashboard.Client();
        var cookie = DashboardFixture.Cookie(await DashboardFixture.SignIn(client, await dashboard.Key("acme")));
        using var other = dashboard.Client(await dashboard.Another());
        other.DefaultRequestHeaders.Add("Cookie", cookie);
        (await other.GetStringAsync("/")).ShouldContain("acme");
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:5080")]
    [InlineData("[::1]")]
    public async Task a_private_stack_signs_in_whoever_is_at_its_machine_and_has_the_address_that_it_printed(string host)
    {
        using var client = AtItsMachine(host);

        using var entered = await client.GetAsync($"/suppressions?token={DashboardFixture.Token}&cursor=a%20b");

        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        entered.Headers.Location!.ToString().ShouldBe("/suppressions?cursor=a%20b");
        client.DefaultRequestHeaders.Add("Cookie", DashboardFixture.Cookie(entered));
        (await client.GetStringAsync("/")).ShouldContain("development");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/?token=")]
    [InlineData("/?token=guessed")]
    [InlineData("/sign-in?token=guessed")]
    public async Task a_private_stack_does_not_sign_in_who_does_not_know_that_address(string path)
    {
        using var client = AtItsMachine("localhost");
        using var answer = await client.GetAsync(path);
        (answer.StatusCode == HttpStatusCode.Redirect ? answer.Headers.Location!.ToString() : path).ShouldStartWith("/sign-in?");
        (answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : []).ShouldAllBe(cookie => !cookie.StartsWith("campaigns-dashboard", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rebound.example")]
    [InlineData("localhost.example")]
    public async Task a_private_stack_refuses_other_names(string host)
    {
        using var client = AtItsMachine(host);
        (await client.GetAsync($"/?token={DashboardFixture.Token}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Real-IP")]
    [InlineData("Forwarded")]
    [InlineData("Via")]
    public async Task a_private_stack_does_not_sign_in_what_a_proxy_passes_on_nor_take_its_cookie_from_there(string header)
    {
        using var client = AtItsMachine("localhost");
        var cookie = DashboardFixture.Cookie(await client.GetAsync($"/?token={DashboardFixture.Token}"));
        client.DefaultRequestHeaders.TryAddWithoutValidation(header, "127.0.0.1");

        using var entered = await client.GetAsync($"/?token={DashboardFixture.Token}");
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        using var withCookie = await client.GetAsync("/");

        entered.Headers.Location!.ToString().ShouldStartWith("/sign-in?");
        withCookie.Headers.Location!.ToString().ShouldStartWith("/sign-in?");
    }

    [Fact]
    public async Task a_private_stack_does_not_sign_in_what_a_known_proxy_passes_on()
    {
        using var client = dashboard.Client(await dashboard.AnotherPrivate(("ForwardedHeaders:Known", "127.0.0.1")));
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "127.0.0.1");
        using var answer = await client.GetAsync($"/?token={DashboardFixture.Token}");
        answer.Headers.Location!.ToString().ShouldStartWith("/sign-in?");
    }

    [Fact]
    public async Task a_private_stack_does_not_open_its_api_by_itself()
    {
        using var client = dashboard.Client(new Uri(dashboard.Private.Urls.Single()));
        (await client.GetAsync("/api/v1/campaigns")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task a_form_of_another_site_is_refused()
    {
        using var client = await dashboard.SignedIn("acme");
        var campaign = await TestCampaign.Launch(dashboard.Store, "acme", 1);
        using var forged = new FormUrlEncodedContent([new("_handler", "pause")]);
        (await client.PostAsync($"/campaigns/{campaign.Id}", forged)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await campaign.State()).Status.ShouldBe(Planning.CampaignStatus.Sending);
    }

    HttpClient AtItsMachine(string host)
    {
        var client = dashboard.Client(new Uri(dashboard.Private.Urls.Single()));
        client.DefaultRequestHeaders.Host = host;
        return client;
    }
}
