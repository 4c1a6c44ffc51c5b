using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_sendgrid_is_asked : IAsyncLifetime
{
    SandboxRun run = null!;

    public async Task InitializeAsync() => run = await SandboxRun.Start(SandboxRun.Options with { VerifiedSenders = ["me@unverified.test"] });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Theory]
    [InlineData("open+click@example.com", "delivered", 1, 1)]
    [InlineData("bounce@example.com", "not_delivered", 0, 0)]
    [InlineData("nowebhook@example.com", "processed", 0, 0)]
    public async Task a_messages_fate_is_found_by_the_senders_id(string address, string status, int opens, int clicks)
    {
        await run.Send(address, "another@example.com");
        await run.Drained();

        var message = await Single($"unique_args['ob_mid']=\"id of {address}\"");

        (Text(message, "to_email"), Text(message, "from_email"), Text(message, "subject"), Text(message, "status"))
            .ShouldBe((address, "sender@example.com", "Spring", status));
        (message.GetProperty("opens_count").GetInt32(), message.GetProperty("clicks_count").GetInt32()).ShouldBe((opens, clicks));
        Text(message, "last_event_time").ShouldEndWith("Z");
        Text(await Single($"msg_id=\"{Text(message, "msg_id")}\""), "to_email").ShouldBe(address);
    }

    [Fact]
    public async Task one_message_is_shown_with_its_events()
    {
        await run.Send("open@example.com");
        await run.Drained();
        var id = Text(await Single("unique_args['ob_mid']=\"id of open@example.com\""), "msg_id");

        var message = await run.Get($"/v3/messages/{id}");

        message.GetProperty("events").EnumerateArray().Select(one => Text(one, "event_name")).ShouldBe(["processed", "delivered", "open"]);
        (await run.Http.GetAsync("/v3/messages/nobodys.0")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/v3/messages?query=nonsense&limit=10")]
    [InlineData("/v3/messages?limit=0")]
    [InlineData("/v3/messages")]
    public async Task what_cannot_be_asked_is_a_bad_request(string path) =>
        (await run.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("/v3/messages?limit=1")]
    [InlineData("/v3/verified_senders")]
    [InlineData("/v3/whitelabel/domains")]
    [InlineData("/v3/suppression/bounces")]
    public async Task nobody_is_told_without_the_key(string path)
    {
        run.Http.DefaultRequestHeaders.Authorization = null;

        (await run.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("acme.example", """[{"id":1,"domain":"acme.example","valid":true}]""")]
    [InlineData("unverified-acme.test", """[{"id":1,"domain":"unverified-acme.test","valid":false}]""")]
    [InlineData("acme.com", "[]")]
    public async Task a_domain_is_authenticated_by_its_name(string domain, string answer) =>
        (await run.Http.GetStringAsync($"/v3/whitelabel/domains?domain={domain}")).ShouldBe(answer);

    [Fact]
    public async Task an_unverified_sender_is_refused_and_a_verified_one_listed()
    {
        var mail = SandboxRun.Mail("a@example.com");
        mail["from"]!["email"] = "you@unverified.test";
        (await run.Post(mail)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        mail["from"]!["email"] = "me@unverified.test";
        (await run.Post(mail)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var sender = (await run.Get("/v3/verified_senders")).GetProperty("results").EnumerateArray().ShouldHaveSingleItem();
        (Text(sender, "from_email"), sender.GetProperty("verified").GetBoolean()).ShouldBe(("me@unverified.test", true));
    }

    [Theory]
    [InlineData("bounce@example.com", "bounces")]
    [InlineData("block@example.com", "blocks")]
    [InlineData("complain@example.com", "spam_reports")]
    [InlineData("unsubscribe@example.com", "unsubscribes")]
    public async Task who_cannot_or_will_not_get_mail_is_on_a_list(string address, string list)
    {
        await run.Send(address);
        await run.Drained();

        Text((await run.Get($"/v3/suppression/{list}")).EnumerateArray().ShouldHaveSingleItem(), "email").ShouldBe(address);
    }

    [Fact]
    public async Task mail_to_a_suppressed_address_is_dropped_until_it_is_taken_off_the_list()
    {
        await run.Send("bounce.1@example.com");
        await run.Drained();
        await run.Send("bounce.1@example.com");
        await run.Drained();
        run.Server.Counts().Dropped.ShouldBe(1);

        (await run.Http.DeleteAsync("/v3/suppression/bounces/bounce.1@example.com")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await run.Http.DeleteAsync("/v3/suppression/bounces/bounce.1@example.com")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await run.Send("bounce.1@example.com");
        await run.Drained();

        run.Server.Counts().Bounced.ShouldBe(2);
    }

    [Fact]
    public async Task an_address_can_be_unsubscribed_from_everything_and_back()
    {
        using var response = await run.Http.PostAsJsonAsync(
            "/v3/asm/suppressions/global", new { recipient_emails = new[] { "deliver@example.com" } });
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        await run.Send("deliver@example.com");
        await run.Drained();
        Text(await run.Get("/v3/asm/suppressions/global/deliver@example.com"), "recipient_email").ShouldBe("deliver@example.com");

        (await run.Http.DeleteAsync("/v3/asm/suppressions/global/deliver@example.com")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await run.Send("deliver@example.com");
        await run.Drained();

        (run.Server.Counts().Dropped, run.Server.Counts().Delivered).ShouldBe((1, 1));
    }

    [Theory]
    [InlineData("deliver@example.com", "Valid")]
    [InlineData("defer@example.com", "Risky")]
    [InlineData("info@example.com", "Risky")]
    [InlineData("bounce@example.com", "Invalid")]
    [InlineData("nobody", "Invalid")]
    public async Task an_address_is_judged_by_what_mail_to_it_would_do(string address, string verdict)
    {
        using var response = await run.Http.PostAsJsonAsync("/v3/validations/email", new { email = address });

        var result = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("result");
        (Text(result, "email"), Text(result, "verdict")).ShouldBe((address, verdict));
    }

    [Fact]
    public async Task an_erased_address_is_forgotten()
    {
        await run.Send("anna@example.com", "bert@example.com");
        await run.Drained();

        using var response = await run.Http.PostAsJsonAsync("/v3/recipients/erasejob", new { email_addresses = new[] { "Anna@example.com" } });

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Found("unique_args['ob_mid']=\"id of anna@example.com\"")).ShouldBeEmpty();
        (await Found("unique_args['ob_mid']=\"id of bert@example.com\"")).Length.ShouldBe(1);
        (await run.Get("/api/messages")).EnumerateArray().Select(line => Text(line, "to")).ShouldBe(["bert@example.com"]);
    }

    async Task<JsonElement> Single(string query) => (await Found(query)).ShouldHaveSingleItem();

    async Task<JsonElement[]> Found(string query) =>
        [.. (await run.Get($"/v3/messages?limit=10&query={Uri.EscapeDataString(query)}")).GetProperty("messages").EnumerateArray()];

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
