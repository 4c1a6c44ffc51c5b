using System.Net;
using System.Net.Http.Json;
using Campaigns.Tenancy;

namespace Campaigns.Server.Tests.Http;

[Collection("postgres")]
public sealed class how_much_one_may_ask(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.Start(
        await postgres.NewDatabase(), new Dictionary<string, string?> { ["Api:RequestsPerMinute"] = "3", ["Api:WrongKeysPerMinute"] = "4" });

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task is_told_in_each_answer_and_refused_with_when_to_come_again()
    {
        using var client = await host.Client("acme");
        foreach (var left in new[] { 2, 1, 0 })
        {
            using var answer = await client.GetAsync("campaigns");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            Header(answer, "RateLimit-Policy").ShouldBe("\"requests\";q=3;w=60");
            Header(answer, "RateLimit").ShouldBe($"\"requests\";r={left}");
        }

        using var refused = await client.GetAsync("campaigns");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Json()).Text("type").ShouldBe("/problems/too-many-requests");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        Header(refused, "RateLimit").ShouldBe("\"requests\";r=0");

        using var other = await host.Client("acme");
        (await other.GetAsync("campaigns")).StatusCode.ShouldBe(HttpStatusCode.OK, "another key has requests of its own");
    }

    [Fact]
    public async Task does_not_concern_webhooks_and_health()
    {
        using var world = new HttpClient { BaseAddress = host.Address };
        for (var request = 0; request < 6; request++)
        {
            using var health = await world.GetAsync("health");
            health.StatusCode.ShouldBe(HttpStatusCode.OK);
            health.Headers.Contains("RateLimit").ShouldBeFalse();
            using var webhook = await world.PostAsync("webhooks/sendgrid/acme", JsonContent.Create(Array.Empty<object>()));
            webhook.StatusCode.ShouldBe(HttpStatusCode.Forbidden, "it is not signed");
        }
    }

    [Fact]
    public async Task ends_for_new_keys_where_too_many_wrong_ones_came_from_and_not_for_who_is_known()
    {
        using var known = await host.Client("acme");
        (await known.GetAsync("campaigns")).StatusCode.ShouldBe(HttpStatusCode.OK);
        for (var wrong = 0; wrong < 4; wrong++)
        {
            (await Ask(host.ClientWith($"cmp_{wrong}"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var refused = await Ask(host.ClientWith("cmp_5"));
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Json()).Text("type").ShouldBe("/problems/too-many-wrong-keys");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        using var fresh = await host.Client("acme");
        (await fresh.GetAsync("campaigns")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, "nobody can tell it from another guess without a look");
        (await known.GetAsync("campaigns")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public void counts_the_neighbours_of_an_address_of_version_6_together()
    {
        using var wrong = new WrongKeys(Microsoft.Extensions.Options.Options.Create(new Campaigns.Http.ApiOptions { WrongKeysPerMinute = 2 }));
        wrong.Note(IPAddress.Parse("2001:db8::1"), "a", isRight: false);
        wrong.Note(IPAddress.Parse("2001:db8::2"), "b", isRight: false);
        wrong.BlockedFor(IPAddress.Parse("2001:db8::3"), "c").ShouldNotBeNull();
        wrong.BlockedFor(IPAddress.Parse("2001:db8:0:1::3"), "c").ShouldBeNull();
        wrong.BlockedFor(IPAddress.Parse("::ffff:192.0.2.1"), "c").ShouldBeNull();
    }

    static async Task<HttpResponseMessage> Ask(HttpClient client)
    {
        using (client)
        {
            return await client.GetAsync("campaigns");
        }
    }

    static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).ShouldHaveSingleItem();
}
