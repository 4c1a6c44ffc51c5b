using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_mail_breaks_a_rule : IAsyncLifetime
{
    static readonly Dictionary<string, (Action<JsonObject> Break, string Field)> rules = new()
    {
        ["no personalizations"] = (mail => mail.Remove("personalizations"), "personalizations"),
        ["empty personalizations"] = (mail => mail["personalizations"] = new JsonArray(), "personalizations"),
        ["1001 personalizations"] = (mail => mail["personalizations"] = Many(1001, SandboxRun.Personalization), "personalizations"),
        ["1001 recipients"] = (mail => Personalization(mail)["to"] = Many(1001, Address), "personalizations"),
        ["no to"] = (mail => Personalization(mail).Remove("to"), "personalizations.0.to"),
        ["invalid to"] = (mail => Personalization(mail)["to"] = new JsonArray(Address("nobody")), "personalizations.0.to.0.email"),
        ["invalid cc"] = (mail => Personalization(mail)["cc"] = new JsonArray(Address("a b@example.com")), "personalizations.0.cc.0.email"),
        ["the same address in to and bcc"] = (mail => Personalization(mail)["bcc"] = new JsonArray(Address("A@example.com")), "personalizations.0"),
        ["semicolon in a name"] = (mail => Personalization(mail)["to"]![0]!["name"] = "Doe; Jane", "personalizations.0.to.0.name"),
        ["comma in a name"] = (mail => Personalization(mail)["to"]![0]!["name"] = "Doe, Jane", "personalizations.0.to.0.name"),
        ["no from"] = (mail => mail.Remove("from"), "from.email"),
        ["from without email"] = (mail => mail["from"] = new JsonObject { ["name"] = "Sender" }, "from.email"),
        ["invalid from"] = (mail => mail["from"]!["email"] = "sender@", "from.email"),
        ["no subject"] = (mail => mail.Remove("subject"), "subject"),
        ["no content"] = (mail => mail.Remove("content"), "content"),
        ["empty content"] = (mail => mail["content"]![0]!["value"] = "", "content.0.value"),
        ["html before text"] = (mail => mail["content"] = new JsonArray(
            new JsonObject { ["type"] = "text/html", ["value"] = "x" }, new JsonObject { ["type"] = "text/plain", ["value"] = "x" }), "content"),
        ["custom arguments over 10,000 bytes"] = (mail => Personalization(mail)["custom_args"]!["big"] = new string('é', 5000), "personalizations.0.custom_args"),
        ["global custom arguments over 10,000 bytes"] = (
            mail => mail["custom_args"] = new JsonObject { ["big"] = new string('x', 10_000) }, "personalizations.0.custom_args"),
        ["custom argument that is a number"] = (mail => Personalization(mail)["custom_args"]!["n"] = 1, "personalizations.0.custom_args"),
        ["reserved header"] = (mail => mail["headers"] = new JsonObject { ["reply-to"] = "x" }, "headers.reply-to"),
        ["reserved header of one recipient"] = (
            mail => Personalization(mail)["headers"] = new JsonObject { ["X-SG-EID"] = "x" }, "personalizations.0.headers.X-SG-EID"),
        ["11 categories"] = (mail => mail["categories"] = Many(11, name => JsonValue.Create(name)), "categories"),
        ["a category of 256 characters"] = (mail => mail["categories"] = new JsonArray(new string('x', 256)), "categories"),
        ["the same category twice"] = (mail => mail["categories"] = new JsonArray("a", "a"), "categories"),
        ["reply_to and reply_to_list"] = (mail =>
        {
            mail["reply_to"] = Address("a@example.com");
            mail["reply_to_list"] = new JsonArray(Address("b@example.com"));
        }, "reply_to"),
        ["send_at in more than 72 hours"] = (mail => mail["send_at"] = DateTimeOffset.UtcNow.AddHours(73).ToUnixTimeSeconds(), "send_at"),
        ["send_at that is text"] = (mail => Personalization(mail)["send_at"] = "tomorrow", "personalizations.0.send_at"),
        ["substitution that is a number"] = (
            mail => Personalization(mail)["substitutions"] = new JsonObject { ["-n-"] = 1 }, "personalizations.0.substitutions"),
    };

    SandboxRun run = null!;

    public static TheoryData<string> Rules => [.. rules.Keys];

    public async Task InitializeAsync() => run = await SandboxRun.Start();

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task it_is_refused_with_the_field_at_fault(string rule)
    {
        var mail = SandboxRun.Mail("a@example.com");
        rules[rule].Break(mail);

        using var response = await run.Post(mail);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("field").GetString().ShouldBe(rules[rule].Field);
        error.GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
        error.GetProperty("help").GetString()!.ShouldStartWith("http");
        run.Server.Counts().Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task a_template_needs_neither_subject_nor_content()
    {
        var mail = SandboxRun.Mail("a@example.com");
        mail.Remove("subject");
        mail.Remove("content");
        mail["template_id"] = "d-1";

        (await run.Post(mail)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task a_subject_in_every_personalization_is_enough()
    {
        var mail = SandboxRun.Mail("a@example.com");
        mail.Remove("subject");
        Personalization(mail)["subject"] = "Yours";

        (await run.Post(mail)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task unsubscribe_headers_are_allowed_for_each_recipient()
    {
        var mail = SandboxRun.Mail("a@example.com");
        Personalization(mail)["headers"] = new JsonObject
        {
            ["List-Unsubscribe"] = "<https://example.com/u>",
            ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click",
        };

        (await run.Post(mail)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    static JsonObject Personalization(JsonObject mail) => mail["personalizations"]![0]!.AsObject();

    static JsonObject Address(string email) => new() { ["email"] = email };

    static JsonArray Many(int count, Func<string, JsonNode?> one) =>
        [.. Enumerable.Range(0, count).Select(number => one($"user{number}@example.com"))];
}
