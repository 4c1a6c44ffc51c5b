using System.Net;
using System.Net.Http.Json;
using Campaigns.Consent;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Http;

[Collection("postgres")]
public sealed class asking_with_head(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;
    HttpClient api = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Secrets:Key"] = Convert.ToBase64String(new byte[32]) });
        api = await host.Client();
    }

    public async Task DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task gets_the_headers_of_get_and_no_body()
    {
        var list = await api.Import("Everybody", ["a@a.example,Ada"]);
        var campaign = await api.Draft(list, await api.MakeTemplate());
        var link = host.Services.GetRequiredService<UnsubscribeLinks>().For("acme", Guid.CreateVersion7())!.AbsolutePath;

        foreach (var path in new[]
        {
            "/health", "/health/ready", "/health/live", link, "/openapi/v1.json", "/api/v1/campaigns", $"/api/v1/campaigns/{campaign}", "/api/v1/contacts?format=csv", $"/api/v1/campaigns/{Guid.NewGuid()}",
            $"/api/v1/campaigns/{campaign}/progress/stream",
        })
        {
            using var get = await api.GetAsync(new Uri(host.Address, path), HttpCompletionOption.ResponseHeadersRead);
            using var head = await Head(path);

            head.StatusCode.ShouldBe(get.StatusCode, path);
            head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType, path);
            head.Headers.ETag.ShouldBe(get.Headers.ETag, path);
            (await head.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task needs_a_key_as_get_does_and_is_not_for_what_cannot_be_got()
    {
        using var stranger = new HttpClient();
        using var unknown = await stranger.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(host.Address, "/api/v1/campaigns")));
        using var posted = await Head("/api/v1/suppressions/reinstate");

        unknown.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        posted.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        using var refused = await api.PutAsJsonAsync("campaigns", new { });
        refused.Content.Headers.Allow.ShouldBe(["GET", "POST", "HEAD"], ignoreOrder: true);
    }

    [Fact]
    public async Task ends_a_stream_that_never_ends_by_itself()
    {
        var campaign = (await api.Post("campaigns", new { name = "Spring" })).Text("id");
        using var one = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { DefaultRequestHeaders = { Authorization = api.DefaultRequestHeaders.Authorization } };

        // The second request can only have the connection when the first one is over.
        for (var time = 0; time < 2; time++)
        {
            using var head = await one.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(host.Address, $"/api/v1/campaigns/{campaign}/progress/stream")));
            head.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    Task<HttpResponseMessage> Head(string path) => api.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(host.Address, path)));
}
