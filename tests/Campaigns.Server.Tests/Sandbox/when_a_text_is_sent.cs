using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_a_text_is_sent : IAsyncLifetime
{
    const string Silent = "+14155556883";

    Receiver receiver = null!;
    SandboxRun run = null!;

    public async Task InitializeAsync()
    {
        receiver = await Receiver.Start();
        run = await SandboxRun.Start(SandboxRun.Options with { DuplicateRate = 0, InboundWebhook = receiver.Inbound });
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Theory]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData("https://mycompany.com:443/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w=")]
    public void twilios_own_example_passes_the_verification_used_here(string url, string signature) =>
        Received.TwilioSignatureOf("12345", url, new()
        {
            ["CallSid"] = "CA1234567890ABCDE", ["Caller"] = "+14158675309", ["Digits"] = "1234", ["From"] = "+14158675309", ["To"] = "+18005551212",
        }).ShouldBe(signature);

    [Fact]
    public async Task it_is_queued_and_its_statuses_are_posted_and_signed()
    {
        using var response = await run.Text(Silent, statusCallback: receiver.StatusCallback("m1"));
        await run.Drained();

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var text = await response.Content.ReadFromJsonAsync<JsonElement>();
        (Of(text, "status"), Of(text, "num_segments"), Of(text, "to"), Of(text, "sid").Length).ShouldBe(("queued", "1", Silent, 34));
        receiver.Statuses.ShouldBe(["sent", "delivered"], ignoreOrder: true);
        receiver.Posts.ShouldAllBe(
            post => post.IsSignedWith("12345") && post.Form()["MessageSid"] == Of(text, "sid") && post.Url.EndsWith("&mid=m1"));
        receiver.Posts[0].IsSignedWith("another").ShouldBeFalse();
    }

    [Fact]
    public async Task a_messaging_service_chooses_the_number_later()
    {
        using var response = await run.Text(Silent, from: null, service: "MG00000000000000000000000000000001", statusCallback: receiver.StatusCallback("m1"));
        await run.Drained();

        var text = await response.Content.ReadFromJsonAsync<JsonElement>();
        (Of(text, "status"), Of(text, "num_segments"), text.GetProperty("from").ValueKind).ShouldBe(("accepted", "0", JsonValueKind.Null));
        receiver.Statuses.ShouldBe(["queued", "sent", "delivered"], ignoreOrder: true);
        receiver.Posts[0].Form()["From"].ShouldStartWith("+1500556");
    }

    [Theory]
    [InlineData("+14155530003", "sent undelivered", "30003")]
    [InlineData("+14155530001", "failed", "30001")]
    [InlineData("+14155554663", "", null)]
    public async Task a_number_says_by_its_ending_what_becomes_of_it(string number, string statuses, string? code)
    {
        using var response = await run.Text(number, statusCallback: receiver.StatusCallback("m1"));
        await run.Drained();

        string.Join(' ', receiver.Statuses.Order(StringComparer.Ordinal)).ShouldBe(statuses);
        receiver.Posts.Select(post => post.Form().GetValueOrDefault("ErrorCode")).FirstOrDefault(given => given is not null).ShouldBe(code);
    }

    [Theory]
    [InlineData("+14155521610", "Hi", "+14155552345", 400, 21610)]
    [InlineData("+14155521211", "Hi", "+14155552345", 400, 21211)]
    [InlineData("+14155520429", "Hi", "+14155552345", 429, 20429)]
    [InlineData("+14155520003", "Hi", "+14155552345", 401, 20003)]
    [InlineData("5552345", "Hi", "+14155552345", 400, 21211)]
    [InlineData("", "Hi", "+14155552345", 400, 21604)]
    [InlineData(Silent, "", "+14155552345", 400, 21602)]
    [InlineData(Silent, "Hi", null, 400, 21603)]
    [InlineData(Silent, "Hi", "++1", 400, 21212)]
    public async Task it_is_refused_with_twilios_code(string to, string body, string? from, int status, int code)
    {
        using var response = await run.Text(to, body, from);

        ((int)response.StatusCode).ShouldBe(status);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>();
        (error.GetProperty("code").GetInt32(), error.GetProperty("status").GetInt32()).ShouldBe((code, status));
        Of(error, "message").ShouldNotBeEmpty();
        Of(error, "more_info").ShouldEndWith($"/{code}");
        run.Server.Counts().Sms.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task another_token_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{SandboxRun.Account}/Messages.json");
        request.Headers.Authorization = SandboxRun.Basic("another");

        using var response = await run.Http.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("a", 160, 1)]
    [InlineData("a", 161, 2)]
    [InlineData("a", 307, 3)]
    [InlineData("€", 80, 1)]
    [InlineData("€", 81, 2)]
    [InlineData("€", 153, 3)]
    [InlineData("ж", 70, 1)]
    [InlineData("ж", 71, 2)]
    [InlineData("ж", 135, 3)]
    [InlineData("😀", 35, 1)]
    [InlineData("😀", 36, 2)]
    [InlineData("😀", 67, 3)]
    public async Task segments_are_counted(string character, int length, int segments)
    {
        using var response = await run.Text(Silent, string.Concat(Enumerable.Repeat(character, length)));

        Of(await response.Content.ReadFromJsonAsync<JsonElement>(), "num_segments").ShouldBe($"{segments}");
        run.Server.Counts().Sms.Segments.ShouldBe(segments);
    }

    [Fact]
    public async Task a_message_id_that_was_accepted_before_is_a_duplicate_of_its_own_channel_only()
    {
        await run.Send("a@example.com");
        foreach (var id in new[] { "id%20of%20a@example.com", "m2", "m2" })
        {
            (await run.Text(Silent, statusCallback: receiver.StatusCallback(id))).Dispose();
        }

        var counts = run.Server.Counts();
        (counts.Duplicates, counts.Sms.Accepted, counts.Sms.DistinctMessageIds, counts.Sms.Duplicates).ShouldBe((0, 3, 2, 1));
    }

    [Fact]
    public async Task it_can_be_looked_up_whether_or_not_a_callback_came()
    {
        using var response = await run.Text("+14155530005");
        (await run.Text(Silent)).Dispose();
        await run.Drained();

        var sid = Of(await response.Content.ReadFromJsonAsync<JsonElement>(), "sid");
        var text = await run.GetText($"Messages/{sid}.json");
        (Of(text, "status"), text.GetProperty("error_code").GetInt32()).ShouldBe(("undelivered", 30005));
        Sids(await run.GetText("Messages.json?To=%2B14155530005&DateSent>=2020-01-01")).ShouldBe([sid]);
        Sids(await run.GetText("Messages.json?DateSent%3E=2999-01-01")).ShouldBeEmpty();
        Sids(await run.GetText("Messages.json")).Length.ShouldBe(2);
        Sids(await run.GetText("Messages.json"))[1].ShouldBe(sid);
    }

    [Fact]
    public async Task who_replies_stop_gets_no_more_from_that_sender_until_they_start_again()
    {
        const string Stopper = "+14155557867";
        (await run.Text(Stopper)).Dispose();
        await run.Drained();

        var reply = receiver.Posts.ShouldHaveSingleItem();
        (reply.Form()["Body"], reply.Form()["From"], reply.Form()["To"], reply.Form()["SmsStatus"])
            .ShouldBe(("STOP", Stopper, "+14155552345", "received"));
        reply.IsSignedWith("12345").ShouldBeTrue();
        (await run.Text(Stopper)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await run.Text(Stopper, from: "+14155550001")).StatusCode.ShouldBe(HttpStatusCode.Created);

        await Reply(Stopper, "start");
        (await run.Text(Stopper)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("stop please")]
    [InlineData("HELP")]
    [InlineData("I am not sure")]
    public async Task other_replies_are_posted_and_mean_nothing_to_twilio(string body)
    {
        await Reply(Silent, body);
        await run.Drained();

        receiver.Posts.ShouldHaveSingleItem().Form()["Body"].ShouldBe(body);
        (await run.Text(Silent)).StatusCode.ShouldBe(HttpStatusCode.Created);
        run.Server.Counts().Sms.Replies.ShouldBe(1);
    }

    [Theory]
    [InlineData("#rc=3&rp=5xx", 3), InlineData("#rc=1&rp=all", 2), InlineData("#rc=3&rp=4xx", 1), InlineData("", 1)]
    public async Task what_is_not_taken_is_posted_again_where_the_address_asks_for_that(string retries, int posts)
    {
        await using var busy = await Receiver.Start(number => number < 3 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        run.Server.InboundWebhook = new Uri(busy.Inbound + retries);
        await Reply(Silent, "Who is this?");
        await run.Drained();
        busy.Posts.Length.ShouldBe(posts);
        busy.Posts.ShouldAllBe(post => post.IsSignedWith("12345") && post.Form()["MessageSid"] == busy.Posts[0].Form()["MessageSid"]);
    }

    [Fact]
    public async Task who_replies_stop_to_a_messaging_service_gets_no_more_from_all_of_it()
    {
        const string Service = "MG00000000000000000000000000000001";
        const string Stopper = "+14155557867";
        (await run.Text(Stopper, from: null, service: Service)).Dispose();
        await run.Drained();

        receiver.Posts.ShouldHaveSingleItem().Form()["MessagingServiceSid"].ShouldBe(Service);
        (await run.Text(Stopper, from: null, service: Service)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await run.Text(Stopper)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task the_same_seed_and_numbers_give_the_same_ends_and_a_few_stop()
    {
        var once = await Ends(1);
        var again = await Ends(1);
        var otherwise = await Ends(2);

        again.ShouldBe(once);
        otherwise.ShouldNotBe(once);
        once.Count(reply => reply.EndsWith(" STOP", StringComparison.Ordinal)).ShouldBeInRange(1, 20);
    }

    [Fact]
    public async Task the_mailbox_shows_it()
    {
        (await run.Text(Silent, "Spring is here")).Dispose();
        await run.Drained();

        var line = (await run.Get("/api/messages"))[0];
        var text = await run.Get($"/api/messages/{Of(line, "id")}");
        (Of(line, "channel"), Of(line, "to"), Of(line, "subject")).ShouldBe(("sms", Silent, "Spring is here"));
        (Of(text, "text"), text.GetProperty("segments").GetInt32(), text.GetProperty("events").GetArrayLength()).ShouldBe(("Spring is here", 1, 3));
    }

    async Task Reply(string from, string body)
    {
        using var response = await run.Http.PostAsJsonAsync("/sandbox/inbound", new { from, to = "+14155552345", body });
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    static async Task<string[]> Ends(int seed)
    {
        await using var own = await Receiver.Start();
        await using var sandbox = await SandboxRun.Start(SandboxRun.Options with { Seed = seed, InboundWebhook = own.Inbound, DuplicateRate = 0 });
        for (var number = 0; number < 500; number++)
        {
            (await sandbox.Text($"+1415600{number:0000}", statusCallback: own.StatusCallback($"m{number}"))).Dispose();
        }

        await sandbox.Drained();
        return
        [
            .. own.Posts.Select(post => post.Form())
                .Select(form => $"{form["To"]} {form["From"]} {form.GetValueOrDefault("ErrorCode")} {form.GetValueOrDefault("MessageStatus") ?? form["Body"]}")
                .Order(StringComparer.Ordinal),
        ];
    }

    static string[] Sids(JsonElement list) => [.. list.GetProperty("messages").EnumerateArray().Select(text => Of(text, "sid"))];

    static string Of(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
