using System.Net;
using Campaigns.Server.Hosting;
using Campaigns.Server.Tests.Dashboard;

namespace Campaigns.Server.Tests.Http;

/// <summary>By which names, over https or not, and through whom.</summary>
[Collection("postgres")]
public sealed class how_the_world_reaches_it(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    static readonly (string, string) Public = ("PublicUrl", "https://campaigns.example/");

    [Theory]
    [InlineData("campaigns.example", "/", HttpStatusCode.Redirect)]
    [InlineData("CAMPAIGNS.EXAMPLE:443", "/", HttpStatusCode.Redirect)]
    [InlineData("localhost:5080", "/", HttpStatusCode.Redirect)]
    [InlineData("127.0.0.1", "/", HttpStatusCode.Redirect)]
    [InlineData("elsewhere.example", "/", HttpStatusCode.BadRequest)]
    [InlineData("campaigns.example.elsewhere.example", "/", HttpStatusCode.BadRequest)]
    [InlineData("elsewhere.example", "/webhooks/sendgrid", HttpStatusCode.BadRequest)]
    [InlineData("10.0.0.7:5080", "/health", HttpStatusCode.OK)]
    public async Task by_the_name_in_its_public_url_and_those_of_its_machine(string host, string path, HttpStatusCode expected)
    {
        using var client = dashboard.Client(await dashboard.Another(Public));
        client.DefaultRequestHeaders.Host = host;
        using var answer = await client.GetAsync(path);
        answer.StatusCode.ShouldBe(expected);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task by_the_names_that_are_allowed_where_they_are_given()
    {
        using var client = dashboard.Client(await dashboard.Another(Public, ("AllowedHosts", "inside.example")));
        client.DefaultRequestHeaders.Host = "inside.example";
        (await client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/sign-in")).StatusCode.ShouldBe(HttpStatusCode.OK);
        client.DefaultRequestHeaders.Host = "campaigns.example";
        (await client.GetAsync("/sign-in")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task over_https_where_its_public_url_says_so()
    {
        using var client = dashboard.Client(await dashboard.Another(Public));
        client.DefaultRequestHeaders.Host = "campaigns.example";

        using var answer = await DashboardFixture.SignIn(client, await dashboard.Key("acme"));
        using var form = await client.GetAsync("/sign-in");

        answer.Headers.GetValues("Set-Cookie").Single().ShouldContain("; secure");
        form.Headers.GetValues("Set-Cookie").Single().ShouldContain("; secure");
        answer.Headers.GetValues("Strict-Transport-Security").Single().ShouldBe("max-age=31536000");
    }

    [Fact]
    public async Task without_https_nothing_is_said_of_it()
    {
        using var client = dashboard.Client(await dashboard.Another(("PublicUrl", "http://campaigns.example")));
        client.DefaultRequestHeaders.Host = "campaigns.example";
        using var answer = await DashboardFixture.SignIn(client, await dashboard.Key("acme"));
        answer.Headers.GetValues("Set-Cookie").Single().ShouldNotContain("; secure");
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("10.0.0.0/8, 192.0.2.1", false)]
    [InlineData("10.0.0.0/8, 127.0.0.1", true)]
    [InlineData("127.0.0.0/8", true)]
    public async Task by_the_word_of_known_proxies_only(string? known, bool isBelieved)
    {
        using var client = dashboard.Client(await dashboard.Another(("ForwardedHeaders:Known", known)));
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "elsewhere.example");

        using var answer = await DashboardFixture.SignIn(client, await dashboard.Key("acme"));

        answer.Headers.GetValues("Set-Cookie").Single().Contains("; secure", StringComparison.Ordinal).ShouldBe(isBelieved);
        answer.Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact]
    public async Task not_by_a_proxy_that_has_no_address() =>
        (await Should.ThrowAsync<StartException>(() => dashboard.Another(("ForwardedHeaders:Known", "nginx")))).Message.ShouldContain("'nginx'");

    [Theory]
    [InlineData("/")]
    [InlineData("/suppressions")]
    [InlineData("/campaigns/0198f000-0000-7000-8000-000000000000?tab=one")]
    public async Task and_redirects_stay_there_whatever_name_was_asked_for(string path)
    {
        using var client = dashboard.Client();
        client.DefaultRequestHeaders.Host = "elsewhere.example";
        using var door = await client.GetAsync(path);
        door.Headers.Location!.ToString().ShouldBe($"/sign-in?ReturnUrl={Uri.EscapeDataString(path)}");
        using var inside = await DashboardFixture.SignIn(client, await dashboard.Key("acme"), path);
        inside.Headers.Location!.ToString().ShouldBe(path);
    }

    [Theory]
    [InlineData("%00"), InlineData("/%00"), InlineData("/%0d%0aSet-Cookie:%20a=b"), InlineData("/%09/elsewhere.example"), InlineData("/%0a/elsewhere.example")]
    [InlineData("%"), InlineData("/%"), InlineData("/%ff%fe"), InlineData("/%F0%9F%8E%89"), InlineData("/http://[x"), InlineData("http://[x"), InlineData("javascript:alert(1)")]
    [InlineData("~/"), InlineData("/~/..//elsewhere.example"), InlineData("/./%2f/elsewhere.example"), InlineData("/%5celsewhere.example"), InlineData("/a b"), InlineData("/?a=1&ReturnUrl=/b")]
    [InlineData("/..%2f..%2f..//elsewhere.example"), InlineData("///elsewhere.example"), InlineData("/%e2%80%aeelsewhere"), InlineData("")]
    public async Task with_a_strange_address_to_return_to_one_comes_in_all_the_same(string address)
    {
        using var client = dashboard.Client();
        var path = "/sign-in?ReturnUrl=" + address;
        using var form = await client.GetAsync(path);
        form.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var inside = await DashboardFixture.SignInAt(client, path, await dashboard.Key("acme"));

        var target = new Uri(dashboard.Address, inside.Headers.Location!);
        target.Authority.ShouldBe(dashboard.Address.Authority);
        inside.Headers.Location!.ToString().ShouldNotStartWith("//");
        inside.Headers.Contains("Set-Cookie").ShouldBeTrue();
        inside.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.StartsWith("campaigns-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task with_a_very_long_address_to_return_to_one_comes_in_all_the_same()
    {
        using var client = dashboard.Client();
        using var inside = await DashboardFixture.SignInAt(client, "/sign-in?ReturnUrl=/" + new string('a', 7000), await dashboard.Key("acme"));
        inside.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }
}
