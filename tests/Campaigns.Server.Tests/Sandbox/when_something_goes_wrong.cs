using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Campaigns.Sandbox;
using Campaigns.Sandbox.Faults;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_something_goes_wrong : IAsyncLifetime
{
    const string Silent = "+14155556883";

    Receiver receiver = null!;
    SandboxRun run = null!;

    public async Task InitializeAsync()
    {
        receiver = await Receiver.Start();
        run = await SandboxRun.Start(SandboxRun.Options with { EventWebhook = receiver.Webhook, DuplicateRate = 0 });
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, 429, 0)]
    [InlineData(FaultKind.TooManyRequestsWithReset, 429, 0)]
    [InlineData(FaultKind.TooManyRequestsWithRetryAfter, 429, 0)]
    [InlineData(FaultKind.Unauthorized, 401, 0)]
    [InlineData(FaultKind.TooLarge, 413, 0)]
    [InlineData(FaultKind.ErrorBefore, 500, 0)]
    [InlineData(FaultKind.ErrorAfter, 500, 1)]
    public async Task a_request_fails_once_and_then_succeeds(FaultKind kind, int status, int accepted)
    {
        run.Server.Faults.Add(new() { Kind = kind, Count = 1, Channel = MessageChannel.Email });
        run.Server.Faults.Add(new() { Kind = kind, Count = 1, Channel = MessageChannel.Sms });

        using var mail = await run.Post(SandboxRun.Mail("deliver@example.com"));
        using var text = await run.Text(Silent);

        ((int)mail.StatusCode, (int)text.StatusCode).ShouldBe((status, status));
        (run.Server.Counts().Accepted, run.Server.Counts().Sms.Accepted).ShouldBe((accepted, accepted));
        await run.Send("deliver@example.com");
        (await run.Text(Silent)).StatusCode.ShouldBe(HttpStatusCode.Created);
        run.Server.Faults.InForce().ShouldBeEmpty();
    }

    [Fact]
    public async Task the_end_of_a_limit_is_told_in_one_header_or_another_or_not_at_all()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        run.Server.Faults.Add(new() { Kind = FaultKind.TooManyRequestsWithReset, Count = 1, Seconds = 7 });
        using var reset = await run.Post(SandboxRun.Mail("deliver@example.com"));
        run.Server.Faults.Add(new() { Kind = FaultKind.TooManyRequestsWithRetryAfter, Count = 1, Seconds = 7 });
        using var retryAfter = await run.Post(SandboxRun.Mail("deliver@example.com"));
        run.Server.Faults.Add(new() { Kind = FaultKind.TooManyRequests, Count = 1 });
        using var nothing = await run.Post(SandboxRun.Mail("deliver@example.com"));

        long.Parse(reset.Headers.GetValues("X-RateLimit-Reset").Single(), CultureInfo.InvariantCulture).ShouldBeInRange(now + 7, now + 60);
        reset.Headers.RetryAfter.ShouldBeNull();
        retryAfter.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        nothing.Headers.Contains("X-RateLimit-Reset").ShouldBeFalse();
        nothing.Headers.RetryAfter.ShouldBeNull();
        (await nothing.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors")[0].GetProperty("message").GetString().ShouldBe("too many requests");
    }

    [Fact]
    public async Task what_is_too_large_is_said_in_html()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.TooLarge });

        using var response = await run.Post(SandboxRun.Mail("deliver@example.com"));

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Theory]
    [InlineData(FaultKind.ResetBefore, 0)]
    [InlineData(FaultKind.ResetAfter, 1)]
    public async Task the_connection_breaks_and_only_the_sandbox_knows_whether_it_took_the_message(FaultKind kind, int accepted)
    {
        run.Server.Faults.Add(new() { Kind = kind });

        await Should.ThrowAsync<HttpRequestException>(() => run.Post(SandboxRun.Mail("deliver@example.com")));
        await Should.ThrowAsync<HttpRequestException>(() => run.Text(Silent));

        (run.Server.Counts().Accepted, run.Server.Counts().Sms.Accepted).ShouldBe((accepted, accepted));
    }

    [Fact]
    public async Task the_answer_never_comes_although_the_message_was_accepted()
    {
        var told = new TaskCompletionSource();
        await using var listener = await Receiver.Start(_ =>
        {
            told.TrySetResult();
            return HttpStatusCode.OK;
        });
        run.Server.EventWebhook = listener.Webhook;
        run.Server.Faults.Add(new() { Kind = FaultKind.SilenceAfter });

        var mail = run.Post(SandboxRun.Mail("drop@example.com"));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));
        mail.IsCompleted.ShouldBeFalse();

        told = new();
        var text = run.Text(Silent, statusCallback: listener.StatusCallback("m1"));
        await told.Task.WaitAsync(TimeSpan.FromSeconds(20));
        text.IsCompleted.ShouldBeFalse();

        run.Http.CancelPendingRequests();
        await Should.ThrowAsync<TaskCanceledException>(() => mail);
        await Should.ThrowAsync<TaskCanceledException>(() => text);
        (run.Server.Counts().Accepted, run.Server.Counts().Sms.Accepted).ShouldBe((1, 1));
    }

    [Fact]
    public async Task the_answer_is_slow()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.Slow, Milliseconds = 300 });
        var started = Stopwatch.GetTimestamp();

        await run.Send("deliver@example.com");

        Stopwatch.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task every_event_is_posted_46_times()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.RepeatedEvents });

        await run.Send("open@example.com");
        await run.Drained();
        receiver.Events.GroupBy(one => Field(one, "sg_event_id")).Select(same => same.Count()).ShouldBe([46, 46, 46]);

        (await run.Text(Silent, statusCallback: receiver.StatusCallback("m1"))).Dispose();
        await run.Drained();
        receiver.Posts.Count(post => post.Url.Contains("mid=m1")).ShouldBe(2 * 46);
    }

    [Fact]
    public async Task events_come_last_first()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.ReversedEvents });

        await run.Send("open+click@example.com");
        await run.Drained();
        receiver.Posts.ShouldHaveSingleItem().Events().Select(one => Field(one, "event")).ShouldBe(["click", "open", "delivered", "processed"]);
    }

    [Fact]
    public async Task callbacks_come_last_first()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.ReversedEvents });

        (await run.Text(Silent, statusCallback: receiver.StatusCallback("m1"))).Dispose();
        await run.Drained();

        receiver.Statuses.ShouldBe(["delivered", "sent"]);
    }

    [Fact]
    public async Task events_lack_their_id()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.MissingEventId });

        await run.Send("deliver@example.com");
        await run.Drained();

        receiver.Events.Length.ShouldBe(2);
        receiver.Events.ShouldAllBe(one => Field(one, "sg_event_id") == null);
    }

    [Fact]
    public async Task repeated_events_have_another_id()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.ChangedEventId });

        await run.Send("drop@example.com");
        await run.Drained();

        receiver.Events.Select(one => Field(one, "event")).ShouldBe(["dropped", "dropped"]);
        receiver.Events.Select(one => Field(one, "sg_event_id")).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task a_delivered_message_bounces_after_all_and_the_bounce_does_not_say_which_message_it_was()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.AsynchronousBounce });

        await run.Send("open@example.com");
        await run.Drained();

        receiver.Events.Select(one => Field(one, "event")).ShouldBe(["processed", "delivered", "bounce"], ignoreOrder: true);
        receiver.Events.Where(one => Field(one, "sg_message_id") is null).Select(one => Field(one, "event")).ShouldBe(["bounce"]);
    }

    [Theory]
    [InlineData(FaultKind.CategoryAsText, """["spring","news"]""", "\"spring\"")]
    [InlineData(FaultKind.CategoryAsArray, "\"spring\"", """["spring"]""")]
    public async Task a_category_has_another_shape_than_it_was_sent_in(FaultKind kind, string sent, string told)
    {
        run.Server.Faults.Add(new() { Kind = kind });
        var mail = SandboxRun.Mail("drop@example.com");
        mail["categories"] = JsonNode.Parse(sent);

        (await run.Post(mail)).EnsureSuccessStatusCode();
        await run.Drained();

        receiver.Events.ShouldHaveSingleItem().GetProperty("category").GetRawText().ShouldBe(told);
    }

    [Fact]
    public async Task a_pool_has_a_text_for_an_id()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.PoolIdAsText });

        await run.Send("deliver@example.com");
        await run.Drained();

        receiver.Events.Single(one => Field(one, "event") == "processed").GetProperty("pool").GetProperty("id").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Fact]
    public async Task five_thousand_events_come_in_one_post()
    {
        // Slower than the rest, so that nobody is through with everything before everybody is on their way.
        await using var own = await SandboxRun.Start(SandboxRun.Options with
        {
            EventWebhook = receiver.Webhook, DuplicateRate = 0, Pace = TimeSpan.FromMilliseconds(20), Faults = [new() { Kind = FaultKind.HugePosts }],
        });

        await own.Send([.. Enumerable.Range(0, 1000).Select(number => $"open.click.complain.unsubscribe.{number}@example.com")]);
        await own.Drained();

        receiver.Posts.Select(post => post.Events().Length).Order().ShouldBe([1000, 5000]);
    }

    [Fact]
    public async Task a_wrong_signature_is_followed_by_the_right_one()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.BadSignature });

        await run.Send("drop@example.com");
        await run.Drained();
        receiver.Posts.Select(post => post.IsSignedBy(run.Server.WebhookPublicKey)).ShouldBe([false, true]);

        (await run.Text("+14155530001", statusCallback: receiver.StatusCallback("m1"))).Dispose();
        await run.Drained();
        receiver.Posts.Skip(2).Select(post => post.IsSignedWith("12345")).ShouldBe([false, true]);
    }

    [Fact]
    public async Task what_is_never_posted_can_still_be_looked_up()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.LostEvents });

        await run.Send("deliver@example.com");
        using var text = await run.Text(Silent, statusCallback: receiver.StatusCallback("m1"));
        await run.Drained();

        receiver.Posts.ShouldBeEmpty();
        (await run.Get("/v3/messages?limit=1")).GetProperty("messages")[0].GetProperty("status").GetString().ShouldBe("delivered");
        (await run.GetText("Messages.json")).GetProperty("messages")[0].GetProperty("status").GetString().ShouldBe("delivered");
    }

    [Fact]
    public async Task a_share_hits_the_same_messages_in_every_run_and_any_order()
    {
        string[] addresses = [.. Enumerable.Range(0, 300).Select(number => $"deliver.{number}@example.com")];

        var once = await Refused(1, addresses);
        var again = await Refused(1, [.. addresses.Reverse()]);
        var otherwise = await Refused(2, addresses);

        again.ShouldBe(once);
        otherwise.ShouldNotBe(once);
        once.Length.ShouldBeInRange(40, 80);
    }

    [Fact]
    public async Task a_message_that_a_share_hit_gets_through_in_the_end()
    {
        run.Server.Faults.Add(new() { Kind = FaultKind.ErrorBefore, Share = 0.5 });

        for (var attempt = 0; attempt < 20 && run.Server.Counts().Accepted == 0; attempt++)
        {
            (await run.Post(SandboxRun.Mail("deliver@example.com"))).Dispose();
        }

        run.Server.Counts().Accepted.ShouldBe(1);
    }

    [Fact]
    public async Task faults_are_set_and_cleared_by_request()
    {
        using var added = await run.Http.PostAsJsonAsync("/sandbox/faults", new { kind = "errorBefore", share = 1, channel = "email" });
        using var refused = await run.Post(SandboxRun.Mail("deliver@example.com"));
        using var other = await run.Text(Silent);
        var listed = await run.Get("/sandbox/faults");
        using var cleared = await run.Http.DeleteAsync("/sandbox/faults");
        using var accepted = await run.Post(SandboxRun.Mail("deliver@example.com"));

        (added.StatusCode, refused.StatusCode, other.StatusCode, cleared.StatusCode, accepted.StatusCode).ShouldBe((
            HttpStatusCode.NoContent, HttpStatusCode.InternalServerError, HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.Accepted));
        listed[0].GetProperty("kind").GetString().ShouldBe("errorBefore");
    }

    [Theory]
    [InlineData("""{"kind":"earthquake"}""")]
    [InlineData("""{"count":1}""")]
    [InlineData("""{"kind":"slow","milisecond":1}""")]
    [InlineData("null")]
    [InlineData("")]
    public async Task a_fault_that_is_not_understood_is_a_bad_request(string body)
    {
        using var response = await run.Http.PostAsync("/sandbox/faults", new StringContent(body, Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        run.Server.Faults.InForce().ShouldBeEmpty();
    }

    static async Task<string[]> Refused(int seed, string[] addresses)
    {
        await using var sandbox = await SandboxRun.Start(
            SandboxRun.Options with { Seed = seed, Faults = [new() { Kind = FaultKind.ErrorBefore, Share = 0.2 }] });
        List<string> refused = [];
        foreach (var address in addresses)
        {
            using var response = await sandbox.Post(SandboxRun.Mail(address));
            if (!response.IsSuccessStatusCode)
            {
                refused.Add(address);
            }
        }

        return [.. refused.Order(StringComparer.Ordinal)];
    }

    static string? Field(JsonElement one, string name) => one.TryGetProperty(name, out var value) ? value.GetString() : null;
}
