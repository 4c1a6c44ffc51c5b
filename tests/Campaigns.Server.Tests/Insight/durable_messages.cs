using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Engine.Events;
using Campaigns.Planning;
using Campaigns.Server.Tests.Running;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Insight;

[Collection("postgres")]
public sealed class durable_messages(PostgresFixture postgres) : IAsyncLifetime
{
    string database = "";
    ApiHost host = null!;
    HttpClient api = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabase();
        host = await ApiHost.Start(database);
        api = await host.Client();
    }

    public async Task DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task are_listed_by_state_with_the_reason_for_which_they_were_given_up()
    {
        var dead = await Dead("acme", "complete_campaign");
        await Send("acme");

        var listed = (await api.GetJson("messages?state=dead")).GetProperty("items").EnumerateArray().Single();
        (listed.Text("id"), listed.Text("kind"), listed.Text("state"), listed.Text("error")).ShouldBe((dead.ToString(), "complete_campaign", "dead", "No luck"));
        (await api.GetJson("messages")).GetProperty("items").GetArrayLength().ShouldBe(2);
        (await api.GetJson("messages?kind=send_batch")).GetProperty("items").GetArrayLength().ShouldBe(0);
        var first = await api.GetJson("messages?limit=1");
        (await api.GetJson($"messages?limit=1&cursor={first.Text("next")}")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await api.GetJson($"messages/{dead}")).GetProperty("body").GetProperty("campaignId").GetGuid().ShouldNotBe(Guid.Empty);
    }

    [Fact]
    public async Task come_again_when_they_are_dead_and_else_not()
    {
        var (one, waiting) = (await Dead("acme", "complete_campaign"), await Send("acme"));

        using (var replayed = await api.PostAsync($"messages/{one}/replay", null))
        {
            (await replayed.Json()).Number("count").ShouldBe(1);
        }

        (await api.GetJson($"messages/{one}")).Text("state").ShouldBe("waiting");
        using var again = await api.PostAsync($"messages/{waiting}/replay", null);
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await again.Json()).Text("type").ShouldBe("/problems/message-not-dead");
        using var missing = await api.PostAsync($"messages/{Guid.NewGuid()}/replay", null);
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task come_again_together_only_when_it_is_said_which()
    {
        await Dead("acme", "complete_campaign");
        await Dead("acme", "send_batch");
        await Dead("other", "send_batch");

        using var vague = await api.PostAsJsonAsync("messages/replay", new { });
        vague.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await vague.Json()).GetProperty("errors").TryGetProperty("all", out _).ShouldBeTrue();
        using var kind = await api.PostAsJsonAsync("messages/replay", new { kind = "send_batch" });
        (await kind.Json()).Number("count").ShouldBe(1);
        using var all = await api.PostAsJsonAsync("messages/replay", new { all = true });
        (await all.Json()).Number("count").ShouldBe(1);
        (await host.Store.Number("select count(*) from messages where dead_at is not null and tenant_id = 'other'")).ShouldBe(1);
    }

    [Fact]
    public async Task of_another_organisation_do_not_exist()
    {
        var theirs = await Dead("other", "complete_campaign");

        (await api.GetJson("messages")).GetProperty("items").GetArrayLength().ShouldBe(0);
        foreach (var response in new[] { await api.GetAsync($"messages/{theirs}"), await api.PostAsync($"messages/{theirs}/replay", null) })
        {
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            response.Dispose();
        }
    }

    [Fact]
    public async Task are_shown_and_brought_back_on_the_command_line()
    {
        var (one, two) = (await Dead("acme", "complete_campaign"), await Dead("other", "send_batch"));
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__Campaigns"] = database };

        var dead = await ServerProcess.Run(["messages", "dead"], settings);
        var theirs = await ServerProcess.Run(["messages", "dead", "--organisation", "other", "--json"], settings);
        var vague = await ServerProcess.Run(["messages", "replay"], settings);
        var replayed = await ServerProcess.Run(["messages", "replay", one.ToString()], settings);
        var rest = await ServerProcess.Run(["messages", "replay", "--all"], settings);

        dead.Output.ShouldContain($"{one}  planning/complete_campaign  acme  dead since ");
        dead.Output.ShouldContain("No luck");
        JsonDocument.Parse(theirs.Output).RootElement.Text("id").ShouldBe(two.ToString());
        (vague.Code, vague.Error.Contains("--all", StringComparison.Ordinal)).ShouldBe((1, true));
        (replayed.Code, replayed.Output.Trim()).ShouldBe((0, "1 messages come again."));
        rest.Output.Trim().ShouldBe("1 messages come again.");
        (await host.Store.Number("select count(*) from messages where dead_at is not null")).ShouldBe(0);
    }

    async Task<Guid> Send(string tenantId)
    {
        var id = Guid.CreateVersion7();
        var session = host.Store.OpenSession(tenantId);
        session.Send(new CompleteCampaign(Guid.CreateVersion7()), id: id);
        await session.Commit(default);
        return id;
    }

    async Task<Guid> Dead(string tenantId, string kind)
    {
        var id = await Send(tenantId);
        await host.Store.Texts($"update messages set kind = '{kind}', dead_at = now(), last_error = 'No luck' where id = '{id}' returning 'done'");
        return id;
    }
}
