using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_the_mailbox_is_looked_at : IAsyncLifetime
{
    SandboxRun run = null!;

    public async Task InitializeAsync() => run = await SandboxRun.Start(SandboxRun.Options with { MailboxCapacity = 5 });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task messages_are_listed_newest_first_in_pages()
    {
        await run.Send("a@example.com", "b@example.com", "c@example.com");

        var first = await Listed("/api/messages?limit=2");
        var second = await Listed($"/api/messages?limit=2&before={first[1].GetProperty("id").GetString()}");

        To(first).ShouldBe(["c@example.com", "b@example.com"]);
        To(second).ShouldBe(["a@example.com"]);
    }

    [Fact]
    public async Task messages_are_found_by_part_of_an_address()
    {
        await run.Send("anna@example.com", "bert@example.com");

        To(await Listed("/api/messages?to=ANNA")).ShouldBe(["anna@example.com"]);
    }

    [Fact]
    public async Task the_oldest_are_forgotten_and_still_counted()
    {
        await run.Send([.. Enumerable.Range(0, 8).Select(number => $"user{number}@example.com")]);

        To(await Listed("/api/messages")).ShouldBe(
            ["user7@example.com", "user6@example.com", "user5@example.com", "user4@example.com", "user3@example.com"]);
        (await run.Get("/api/counts")).GetProperty("accepted").GetInt32().ShouldBe(8);
    }

    [Fact]
    public async Task a_message_is_shown_as_its_recipient_sees_it_and_as_it_arrived()
    {
        var mail = SandboxRun.Mail("open@example.com");
        mail["content"]![0]!["value"] = "Dear -name-";
        mail["headers"] = new JsonObject { ["X-A"] = "everybody's" };
        mail["personalizations"]![0]!["subject"] = "For -name-";
        mail["personalizations"]![0]!["substitutions"] = new JsonObject { ["-name-"] = "Anna" };
        mail["personalizations"]![0]!["headers"] = new JsonObject { ["x-a"] = "hers" };
        mail["personalizations"]![0]!["from"] = new JsonObject { ["email"] = "other@example.com" };
        (await run.Post(mail)).EnsureSuccessStatusCode();
        await run.Drained();

        var line = (await Listed("/api/messages")).Single();
        var message = await run.Get($"/api/messages/{line.GetProperty("id").GetString()}");

        line.GetProperty("subject").GetString().ShouldBe("For Anna");
        message.GetProperty("text").GetString().ShouldBe("Dear Anna");
        message.GetProperty("html").GetString()!.ShouldContain("<a href");
        message.GetProperty("headers").GetProperty("X-A").GetString().ShouldBe("hers");
        message.GetProperty("from").GetProperty("email").GetString().ShouldBe("other@example.com");
        message.GetProperty("customArguments").GetProperty("ob_mid").GetString().ShouldBe("id of open@example.com");
        message.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("event").GetString()).ShouldBe(["processed", "delivered", "open"]);
        JsonNode.DeepEquals(JsonNode.Parse(message.GetProperty("received").GetRawText()), mail).ShouldBeTrue();
    }

    [Fact]
    public async Task a_message_nobody_sent_is_not_found()
    {
        using var response = await run.Http.GetAsync("/api/messages/nobody.0");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task emptying_it_starts_counting_from_zero()
    {
        await run.Send("deliver@example.com");
        await run.Drained();

        using var response = await run.Http.DeleteAsync("/api/messages");
        await run.Send("deliver@example.com");
        await run.Drained();

        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var counts = run.Server.Counts();
        (counts.Accepted, counts.Duplicates, counts.Delivered).ShouldBe((1, 0, 1));
        (await Listed("/api/messages")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task the_page_needs_nothing_from_elsewhere_and_runs_only_its_own_script()
    {
        using var response = await run.Http.GetAsync("/");
        var page = await response.Content.ReadAsStringAsync();

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
        page.ShouldNotContain("{{nonce}}");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
    }

    async Task<JsonElement[]> Listed(string path) => [.. (await run.Get(path)).EnumerateArray()];

    static string?[] To(JsonElement[] lines) => [.. lines.Select(line => line.GetProperty("to").GetString())];
}
