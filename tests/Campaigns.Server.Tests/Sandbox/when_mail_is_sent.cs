using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Campaigns.Sandbox;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_mail_is_sent : IAsyncLifetime
{
    SandboxRun run = null!;

    public async Task InitializeAsync() => run = await SandboxRun.Start();

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task it_is_accepted_with_an_empty_body_and_a_message_id()
    {
        using var response = await run.Post(SandboxRun.Mail("a@example.com", "b@example.com"));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await response.Content.ReadAsStringAsync()).ShouldBeEmpty();
        response.Headers.GetValues("X-Message-Id").Single().Length.ShouldBe(22);
        run.Server.Counts().Accepted.ShouldBe(2);
    }

    [Fact]
    public async Task sandbox_mode_checks_it_and_sends_nothing()
    {
        var mail = SandboxRun.Mail("open@example.com");
        mail["mail_settings"] = new JsonObject { ["sandbox_mode"] = new JsonObject { ["enable"] = true } };

        (await run.Post(mail)).StatusCode.ShouldBe(HttpStatusCode.OK);
        mail.Remove("from");
        (await run.Post(mail)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        await run.Drained();
        run.Server.Counts().ShouldBe(new SandboxCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new SmsCounts(0, 0, 0, 0, 0, 0, 0, 0)));
    }

    [Fact]
    public async Task a_message_id_that_was_accepted_before_is_a_duplicate()
    {
        await run.Send("a@example.com", "b@example.com");
        await run.Send("a@example.com");
        await run.Send("c@example.com");

        var counts = run.Server.Counts();
        (counts.Accepted, counts.DistinctMessageIds, counts.Duplicates).ShouldBe((4, 3, 1));
    }

    [Theory]
    [InlineData(null, "authorization required")]
    [InlineData("Bearer SG.other", "The provided authorization grant is invalid, expired, or revoked")]
    [InlineData("Basic SG.test", "The provided authorization grant is invalid, expired, or revoked")]
    public async Task another_key_is_refused(string? authorization, string message)
    {
        run.Http.DefaultRequestHeaders.Authorization = authorization is null ? null : AuthenticationHeaderValue.Parse(authorization);

        using var response = await run.Post(SandboxRun.Mail("a@example.com"));

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("errors")[0].GetProperty("message").GetString().ShouldBe(message);
        body.GetProperty("errors")[0].GetProperty("field").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"subject":"half a pair: \ud800"}""")]
    public async Task what_is_not_json_is_a_bad_request(string body)
    {
        using var response = await run.Post(body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"errors":[{"message":"Bad Request","field":null,"help":null}]}""");
    }

    [Fact]
    public async Task more_than_thirty_megabytes_is_too_large_and_the_answer_is_a_page()
    {
        using var content = new StringContent(new string(' ', 30 * 1024 * 1024 + 1), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/mail/send") { Content = content };
        request.Headers.ExpectContinue = true;

        using var response = await run.Http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }
}
