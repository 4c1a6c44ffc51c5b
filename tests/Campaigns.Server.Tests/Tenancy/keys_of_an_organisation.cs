using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Server.Tests.Running;
using Campaigns.Server.Tests.Sending;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Tenancy;

[Collection("postgres")]
public sealed class keys_of_an_organisation(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task are_made_shown_once_listed_and_revoked()
    {
        using var admin = await host.Client("acme");
        using var made = await admin.PostAsJsonAsync("keys", new { name = "CRM", scope = "read", expiresAt = DateTimeOffset.UtcNow.AddDays(30) });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        made.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var issued = await made.Content.ReadFromJsonAsync<JsonElement>();
        var (id, key) = (issued.GetProperty("id").GetGuid(), issued.GetProperty("key").GetString()!);
        using var reader = host.ClientWith(key);
        (await reader.GetAsync("campaigns")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var listed = await admin.GetStringAsync("keys");
        listed.ShouldNotContain(key);
        var row = JsonDocument.Parse(listed).RootElement.GetProperty("items").EnumerateArray().Single(each => each.GetProperty("id").GetGuid() == id);
        (row.GetProperty("name").GetString(), row.GetProperty("scope").GetString()).ShouldBe(("CRM", "read"));
        row.GetProperty("lastUsedAt").GetDateTimeOffset().ShouldBeGreaterThan(row.GetProperty("createdAt").GetDateTimeOffset());

        (await admin.DeleteAsync($"keys/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await admin.DeleteAsync($"keys/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent, "revoking twice is revoking once");
        (await reader.GetAsync("campaigns")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.Store.Texts("select type from mt_events where type like 'api_key%' order by seq_id"))[^2..].ShouldBe(["api_key_issued", "api_key_revoked"]);
    }

    [Theory]
    [InlineData(KeyScope.Read, "GET", "campaigns", HttpStatusCode.OK)]
    [InlineData(KeyScope.Read, "POST", "lists", HttpStatusCode.Forbidden)]
    [InlineData(KeyScope.Read, "GET", "keys", HttpStatusCode.Forbidden)]
    [InlineData(KeyScope.Send, "POST", "lists", HttpStatusCode.Created)]
    [InlineData(KeyScope.Send, "POST", "keys", HttpStatusCode.Forbidden)]
    [InlineData(KeyScope.Send, "PUT", "organisation", HttpStatusCode.Forbidden)]
    [InlineData(KeyScope.Send, "PUT", "credentials/sendgrid", HttpStatusCode.Forbidden)]
    [InlineData(KeyScope.Send, "DELETE", "credentials/sendgrid", HttpStatusCode.Forbidden)]
    [InlineData(KeyScope.Admin, "GET", "keys", HttpStatusCode.OK)]
    public async Task do_what_their_scope_allows(KeyScope scope, string method, string path, HttpStatusCode status)
    {
        using var client = host.ClientWith(await host.Services.GetRequiredService<ApiKeys>().Issue("acme", "test", scope, null, CancellationToken.None));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST" or "PUT")
        {
            request.Content = JsonContent.Create(new { name = $"By {scope} {method} {path}" });
        }

        using var answer = await client.SendAsync(request);
        answer.StatusCode.ShouldBe(status);
        if (status == HttpStatusCode.Forbidden)
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            problem.GetProperty("type").GetString().ShouldBe("/problems/scope-insufficient");
            problem.GetProperty("scope").GetString().ShouldBe(JsonNamingPolicy.CamelCase.ConvertName(scope.ToString()));
        }
    }

    [Fact]
    public async Task stay_revoked_when_a_start_issues_them_again()
    {
        var (keys, key) = (host.Services.GetRequiredService<ApiKeys>(), ApiKeys.NewKey());
        for (var start = 0; start < 3; start++)
        {
            await keys.Add("restarted", "development", key, KeyScope.Admin, null, CancellationToken.None);
            await host.Store.Texts("update api_keys set revoked_at = now() where tenant_id = 'restarted' returning name");
        }

        (await keys.Look(key, null, CancellationToken.None)).Owner.ShouldBeNull();
        (await host.Store.Number("select count(*) from mt_events where tenant_id = 'restarted'")).ShouldBe(1);
    }

    [Fact]
    public async Task are_over_when_their_time_is()
    {
        var keys = host.Services.GetRequiredService<ApiKeys>();
        var key = await keys.Issue("acme", "short", KeyScope.Read, DateTimeOffset.UtcNow.AddDays(1), CancellationToken.None);
        await host.Store.Texts("update api_keys set expires_at = now() where name = 'short' returning name");
        using var client = host.ClientWith(key);
        (await client.GetAsync("campaigns")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task are_no_business_of_another_organisation()
    {
        using var acme = await host.Client("acme");
        using var other = await host.Client("other");
        var id = (await (await acme.PostAsJsonAsync("keys", new { name = "ours" })).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        (await other.DeleteAsync($"keys/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetStringAsync("keys")).ShouldNotContain(id.ToString());
    }

    [Fact]
    public async Task are_not_kept_with_the_answer_to_an_idempotent_request()
    {
        using var admin = await host.Client("acme");
        HttpRequestMessage Ask() => new(HttpMethod.Post, "keys") { Content = JsonContent.Create(new { name = "once" }), Headers = { { "Idempotency-Key", "k1" } } };

        using var first = await admin.SendAsync(Ask());
        var key = (await first.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        using var second = await admin.SendAsync(Ask());
        second.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await host.Store.Number("select count(*) from idempotency_keys where body is not null and position($$cmp_$$ in encode(body, 'escape')) > 0")).ShouldBe(0);
        (await host.Store.Number("select count(*) from api_keys where name = 'once'")).ShouldBe(1);
        key.ShouldStartWith("cmp_");
    }

    [Fact]
    public async Task end_the_streams_that_they_opened()
    {
        using var admin = await host.Client("acme");
        var keys = host.Services.GetRequiredService<ApiKeys>();
        using var watcher = host.ClientWith(await keys.Issue("acme", "watcher", KeyScope.Read, null, CancellationToken.None));
        var campaign = await admin.Launch(["ada@a.example"]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var stream = await watcher.GetStreamAsync($"campaigns/{campaign}/progress/stream", patience.Token);
        using var lines = new StreamReader(stream);
        (await lines.ReadLineAsync(patience.Token)).ShouldBe("event: progress");

        await host.Store.Texts("update api_keys set revoked_at = now() where name = 'watcher' returning name");
        while (await lines.ReadLineAsync(patience.Token) is not null)
        {
            // What was on its way; the end is what the test waits for.
        }
    }

    [Theory]
    [InlineData("", "name-missing")]
    [InlineData("two\nlines", "name-invalid")]
    public async Task are_refused_a_name_that_is_none(string name, string code)
    {
        using var admin = await host.Client("acme");
        using var answer = await admin.PostAsJsonAsync("keys", new { name });
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString().ShouldBe("/problems/" + code);
    }
}
