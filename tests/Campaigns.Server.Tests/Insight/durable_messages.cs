using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Consent;
using Campaigns.Planning;

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
    public async Task are_listed_with_the_reason_for_which_they_were_given_up()
    {
        var dead = await Dead("acme", new CompleteCampaign(Guid.CreateVersion7()));
        await Dead("acme", new SendBatch(Guid.CreateVersion7(), 1));
        await host.Send("acme", new CompleteCampaign(Guid.CreateVersion7()));

        (await api.GetJson("messages")).GetProperty("items").GetArrayLength().ShouldBe(2, "the one that waits is not dead");
        var listed = (await api.GetJson("messages?kind=complete_campaign")).GetProperty("items").EnumerateArray().Single();
        (listed.Text("id"), listed.Text("kind"), listed.Text("error")).ShouldBe((dead.ToString(), "complete_campaign", "No luck"));
        (await api.GetJson("messages?kind=hydrate_audience")).GetProperty("items").GetArrayLength().ShouldBe(0);
        using var unknown = await api.GetAsync("messages?kind=hydrate");
        unknown.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await unknown.Json()).Text("detail").ShouldContain("hydrate_audience");
        var first = await api.GetJson("messages?limit=1");
        (await api.GetJson($"messages?limit=1&cursor={first.Text("next")}")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await api.GetJson($"messages/{dead}")).GetProperty("body").GetProperty("campaignId").GetGuid().ShouldNotBe(Guid.Empty);
    }

    [Fact]
    public async Task come_again_when_they_are_dead_and_else_not()
    {
        var one = await Dead("acme", new CompleteCampaign(Guid.CreateVersion7()));
        await host.Send("acme", new CompleteCampaign(Guid.CreateVersion7()));
        var waiting = Guid.Parse((await host.Store.Texts("select id::text from wolverine_incoming_envelopes")).Single());

        using (var replayed = await api.PostAsync($"messages/{one}/replay", null))
        {
            (await replayed.Json()).Number("count").ShouldBe(1);
        }

        (await host.Store.Texts($"select replayable::text from wolverine_dead_letters where id = '{one}'")).ShouldBe(["true"], "nodes of Wolverine's move it");
        foreach (var id in new[] { one, waiting, Guid.NewGuid() })
        {
            using var missing = await api.PostAsync($"messages/{id}/replay", null);
            missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task come_again_together_only_when_it_is_said_which()
    {
        await Dead("acme", new CompleteCampaign(Guid.CreateVersion7()));
        await Dead("acme", new SendBatch(Guid.CreateVersion7(), 1));
        await Dead("other", new SendBatch(Guid.CreateVersion7(), 1));

        using var vague = await api.PostAsJsonAsync("messages/replay", new { });
        vague.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await vague.Json()).GetProperty("errors").TryGetProperty("all", out _).ShouldBeTrue();
        using var unknown = await api.PostAsJsonAsync("messages/replay", new { kind = "SendBatch" });
        unknown.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var kind = await api.PostAsJsonAsync("messages/replay", new { kind = "send_batch" });
        (await kind.Json()).Number("count").ShouldBe(1);
        using var all = await api.PostAsJsonAsync("messages/replay", new { all = true });
        (await all.Json()).Number("count").ShouldBe(1);
        (await host.Store.Number("select count(*) from wolverine_dead_letters where not replayable")).ShouldBe(1, "the other organisation's");
    }

    [Fact]
    public async Task of_another_organisation_do_not_exist()
    {
        var theirs = await Dead("other", new CompleteCampaign(Guid.CreateVersion7()));

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
        var (one, two) = (await Dead("acme", new CompleteCampaign(Guid.CreateVersion7())), await Dead("other", new SendBatch(Guid.CreateVersion7(), 1)));
        var settings = new Dictionary<string, string?> { ["ConnectionStrings__Campaigns"] = database };

        var dead = await ServerProcess.Run(["messages", "dead"], settings);
        var theirs = await ServerProcess.Run(["messages", "dead", "--organisation", "other", "--json"], settings);
        var vague = await ServerProcess.Run(["messages", "replay"], settings);
        var replayed = await ServerProcess.Run(["messages", "replay", one.ToString()], settings);
        var rest = await ServerProcess.Run(["messages", "replay", "--all"], settings);

        dead.Output.ShouldContain($"{one}  durable/complete_campaign  acme  sent ");
        dead.Output.ShouldContain("No luck");
        JsonDocument.Parse(theirs.Output).RootElement.Text("id").ShouldBe(two.ToString());
        (vague.Code, vague.Error.Contains("--all", StringComparison.Ordinal)).ShouldBe((1, true));
        (replayed.Code, replayed.Output.Trim()).ShouldBe((0, "1 messages come again."));
        rest.Output.Trim().ShouldBe("1 messages come again.");
        (await host.Store.Number("select count(*) from wolverine_dead_letters where not replayable")).ShouldBe(0);
    }

    [Fact]
    public async Task are_no_more_shown_once_they_come_again()
    {
        var dead = await Dead("acme", new CompleteCampaign(Guid.CreateVersion7()));
        using var replayed = await api.PostAsync($"messages/{dead}/replay", null);

        (await api.GetJson("messages")).GetProperty("items").GetArrayLength().ShouldBe(0);
        using var one = await api.GetAsync($"messages/{dead}");
        one.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Many of others, and what looks like ours inside of theirs, are in between.</summary>
    [Fact]
    public async Task are_listed_to_the_last_page_whatever_others_have()
    {
        var ours = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ours.Add(await Dead("acme", new CompleteCampaign(Guid.CreateVersion7())));
            for (var j = 0; j < 110; j++)
            {
                await Dead(j == 50 ? "acme2" : "other", new SuppressAtProvider("acme"));
            }
        }

        var (listed, next) = (new List<string>(), "");
        do
        {
            var page = await api.GetJson($"messages?limit=1{(next == "" ? "" : $"&cursor={next}")}");
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text("id")));
            next = page.TryGetProperty("next", out var more) && more.ValueKind == JsonValueKind.String ? more.GetString()! : "";
        }
        while (next != "");

        listed.ShouldBe(ours.Select(id => id.ToString()));
    }

    /// <summary>Sends it, and gives it up as it is when every attempt has failed.</summary>
    async Task<Guid> Dead(string tenantId, object message)
    {
        await host.Send(tenantId, message);
        return Guid.Parse((await host.Store.Texts("""
            with newest as (
                delete from wolverine_incoming_envelopes where id = (select id from wolverine_incoming_envelopes order by id desc limit 1)
                returning id, body, message_type, received_at
            )
            insert into wolverine_dead_letters (id, body, message_type, received_at, source, exception_type, exception_message, sent_at, replayable)
            select id, body, message_type, received_at, 'tests', 'InvalidOperationException', 'No luck', now(), false from newest
            returning id::text
            """)).Single());
    }
}
