using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Consent;
using Campaigns.Server.Tests.Dashboard;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Http;

/// <summary>What a browser and a cache are told, whatever is asked and whoever asks.</summary>
[Collection("postgres")]
public sealed class the_headers_of_every_answer(DashboardFixture dashboard) : IClassFixture<DashboardFixture>, IAsyncLifetime
{
    HttpClient stranger = null!;
    HttpClient program = null!;
    HttpClient person = null!;

    public async Task InitializeAsync()
    {
        stranger = dashboard.Client();
        program = dashboard.Client();
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await dashboard.Key("acme"));
        person = await dashboard.SignedIn("acme");
    }

    public Task DisposeAsync()
    {
        stranger.Dispose();
        program.Dispose();
        person.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task are_those_of_safety_at_every_endpoint()
    {
        var endpoints = Endpoints();
        endpoints.Count.ShouldBeGreaterThan(100, "or they were not found");
        foreach (var (method, path) in endpoints)
        {
            foreach (var client in new[] { stranger, program, person })
            {
                using var answer = await Ask(client, method, path);
                ShouldBeSafe(answer, $"{method} {path}");
            }
        }
    }

    [Fact]
    public async Task are_those_of_safety_in_all_that_the_description_names()
    {
        using var document = JsonDocument.Parse(await stranger.GetStringAsync("/openapi/v1.json"));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Method: operation.Name.ToUpperInvariant(), Path: path.Name)))
            .Where(operation => operation.Method is "GET" or "PUT" or "POST" or "DELETE" or "PATCH").ToList();
        operations.Count.ShouldBeGreaterThan(80, "or they were not found");
        foreach (var (method, path) in operations)
        {
            using var answer = await Ask(program, method, Fill(path));
            ShouldBeSafe(answer, $"{method} {path}");
            if (path.StartsWith("/api/", StringComparison.Ordinal))
            {
                answer.Headers.CacheControl?.NoStore.ShouldBe(true, $"{method} {path}");
            }
        }
    }

    [Theory]
    [InlineData("/broken", HttpStatusCode.InternalServerError)]
    [InlineData("/nothing-here", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/campaigns", HttpStatusCode.Unauthorized)]
    [InlineData("/u/nobody", HttpStatusCode.NotFound)]
    [InlineData("/", HttpStatusCode.Redirect)]
    public async Task are_those_of_safety_where_something_fails_or_is_refused(string path, HttpStatusCode expected)
    {
        using var answer = await stranger.GetAsync(path);
        answer.StatusCode.ShouldBe(expected);
        ShouldBeSafe(answer, path);
    }

    [Theory]
    [InlineData("GET", "/api/v1/campaigns?sort=colour")]
    [InlineData("POST", "/api/v1/campaigns")]
    [InlineData("PUT", "/api/v1/campaigns")]
    [InlineData("POST", "/webhooks/sendgrid")]
    [InlineData("POST", "/sign-in")]
    public async Task are_those_of_safety_in_refusals(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method != "GET")
        {
            request.Content = new StringContent("{", Encoding.UTF8, "application/json");
        }

        using var answer = await program.SendAsync(request);
        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
        ShouldBeSafe(answer, path);
    }

    [Fact]
    public async Task of_what_holds_somebodys_data_forbid_to_keep_it()
    {
        foreach (var (client, path) in new[]
        {
            (program, "/api/v1/contacts"), (program, "/api/v1/contacts?format=csv"), (program, "/api/v1/organisation"), (person, "/"),
            (person, "/suppressions"), (person, "/alerts"),
        })
        {
            using var answer = await client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Headers.CacheControl?.NoStore.ShouldBe(true, path);
        }
    }

    [Fact]
    public async Task let_files_be_kept()
    {
        foreach (var path in Files(await stranger.GetStringAsync("/sign-in")))
        {
            using var file = await stranger.GetAsync(path);
            file.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            file.Headers.CacheControl!.NoStore.ShouldBeFalse(path);
            ShouldBeSafe(file, path);
        }
    }

    [Fact]
    public async Task are_the_same_for_head_wherever_get_is()
    {
        var unsubscribe = dashboard.Services.GetRequiredService<UnsubscribeTokens>().Make("acme", Guid.CreateVersion7())!;
        var campaign = (await TestCampaign.Draft(dashboard.Store, "acme", "Spring")).Id;
        string[] paths =
        [
            .. Endpoints().Where(endpoint => endpoint.Method == "GET").Select(endpoint => endpoint.Path), .. Files(await stranger.GetStringAsync("/sign-in")),
            "/nothing-here", "/broken", $"/u/{unsubscribe}", $"/campaigns/{campaign}", $"/campaigns/{campaign}/live", $"/api/v1/campaigns/{campaign}",
            $"/api/v1/campaigns/{campaign}/progress/stream",
        ];
        foreach (var path in paths)
        {
            var client = path.StartsWith("/api", StringComparison.Ordinal) ? program : person;
            using var get = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));
            head.StatusCode.ShouldBe(get.StatusCode, path);
            head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType, path);
            Names(head).ShouldBe(Names(get), ignoreOrder: true, path);
            (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(path);
        }

        // Whether the length is told, or the connection ends with the answer, is the server's to choose.
        static IEnumerable<string> Names(HttpResponseMessage answer) =>
            answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key).Except(["Content-Length", "Transfer-Encoding", "Connection", "Set-Cookie"]);
    }

    static void ShouldBeSafe(HttpResponseMessage answer, string what)
    {
        string One(string name) => answer.Headers.TryGetValues(name, out var values) ? values.ShouldHaveSingleItem() : "missing";
        One("X-Content-Type-Options").ShouldBe("nosniff", what);
        One("X-Frame-Options").ShouldBe("DENY", what);
        One("Referrer-Policy").ShouldBeOneOf("same-origin", "no-referrer");
        One("Permissions-Policy").ShouldContain("geolocation=()", customMessage: what);
        var policy = One("Content-Security-Policy");
        policy.ShouldStartWith("default-src 'none'", customMessage: what);
        policy.ShouldContain("frame-ancestors 'none'", customMessage: what);
        policy.ShouldContain("base-uri 'none'", customMessage: what);
        if (!what.Contains("/reference", StringComparison.Ordinal))
        {
            policy.ShouldNotContain("unsafe-", customMessage: what);
        }

        answer.Headers.Contains("Server").ShouldBeFalse(what);
        answer.Headers.Contains("X-Powered-By").ShouldBeFalse(what);
    }

    /// <summary>With a body that is none of those wanted, but where none is.</summary>
    static Task<HttpResponseMessage> Ask(HttpClient client, string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is not ("GET" or "DELETE"))
        {
            request.Content = new StringContent("[]", Encoding.UTF8, "application/json");
        }

        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>All that the server answers: the API, webhooks, pages and files.</summary>
    List<(string Method, string Path)> Endpoints() =>
    [
        .. dashboard.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                .Select(method => (method, "/" + Fill(endpoint.RoutePattern.RawText!.TrimStart('/')))))
            .Where(endpoint => endpoint.Item1 != "HEAD").Distinct().Order(),
    ];

    /// <summary>A path with ids of nothing in the place of its parameters.</summary>
    static string Fill(string pattern) =>
        Regex.Replace(pattern, @"\{([^}]*)\}", match => match.Groups[1].Value is "id" or "id:guid" ? Guid.Empty.ToString() : "nothing");

    static IEnumerable<string> Files(string page) =>
        Regex.Matches(page, "(?:href|src)=\"(/[^\"]+\\.(?:css|js|svg))\"").Select(match => match.Groups[1].Value);
}
