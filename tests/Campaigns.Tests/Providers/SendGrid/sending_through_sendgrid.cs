using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Recipients;
using Campaigns.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Tests.Providers.SendGrid;

public sealed class sending_through_sendgrid
{
    static readonly string[] NotOurs =
    [
        "x-sg-id", "x-sg-eid", "received", "dkim-signature", "Content-Type", "Content-Transfer-Encoding", "To", "From", "Subject", "Reply-To", "CC", "BCC",
    ];

    [Fact]
    public async Task asks_nobody_about_an_address_that_sendgrid_does_not_take()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Accepted);
        var stub = SendGridStub.Answering(response);
        var refused = (await stub.Send(SendGridStub.Message with { To = "josé@example.com" })).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code, refused.Suppresses, stub.Requests).ShouldBe((FailureCategory.Recipient, "address-not-ascii", null, 0));
    }

    [Fact]
    public async Task asks_for_one_message_to_one_person()
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send();

        sendGrid.Requests.ShouldBe(1);
        sendGrid.Method.ShouldBe(HttpMethod.Post);
        sendGrid.Path.ShouldBe(new Uri("https://api.sendgrid.com/v3/mail/send"));
        sendGrid.Authorization!.ToString().ShouldBe("Bearer SG.key");
        sendGrid.ContentType.ShouldBe("application/json");
        sendGrid.Body.GetRawText().ShouldBe(
            """
            {"personalizations":[{"to":[{"email":"ann@example.com","name":"Ann Example"}],"custom_args":{"ob_mid":"0195a0b1c2d38e4f8a5b0123456789ab","ob_org":"ours"}}],
            "from":{"email":"news@example.com","name":"News"},"reply_to":{"email":"answers@example.com"},"subject":"Hello",
            "content":[{"type":"text/plain","value":"Hi"},{"type":"text/html","value":"<p>Hi</p>"}],
            "categories":["0195a0b1c2d37e4f8a5b0123456789ab"]}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public async Task names_the_link_of_one_click_where_there_is_one()
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send(SendGridStub.Message with { Unsubscribe = new Uri("https://example.com/u/tökén") });
        sendGrid.Body.GetProperty("personalizations")[0].GetProperty("headers").GetRawText().ShouldBe(
            """{"List-Unsubscribe":"<https://example.com/u/t%C3%B6k%C3%A9n>","List-Unsubscribe-Post":"List-Unsubscribe=One-Click"}""");
    }

    [Fact]
    public async Task only_has_it_checked_where_nothing_is_to_be_sent()
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.OK));
        (await sendGrid.Send(SendGridStub.Message with { DryRun = true })).ShouldBe(new SendResult.Accepted(null));
        sendGrid.Body.GetProperty("mail_settings").GetRawText().ShouldBe("""{"sandbox_mode":{"enable":true}}""");
    }

    [Fact]
    public async Task keeps_every_rule_of_the_api()
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send(SendGridStub.Message with
        {
            ToName = "Example, Ann; \"Dr.\"", Subject = "Grüße \u2028 \"<&>\" 😀", Html = new string('<', 100_000), Text = "\0\t\n</script>",
            Unsubscribe = new Uri("https://example.com/u/t"), DryRun = true,
        });

        sendGrid.ContentLength.ShouldNotBeNull("not chunked").ShouldBeLessThan(30_000_000);
        var (mail, personalization) = (sendGrid.Body, sendGrid.Body.GetProperty("personalizations").EnumerateArray().Single());
        Names(mail).ShouldBeSubsetOf(["personalizations", "from", "reply_to", "subject", "content", "categories", "mail_settings"]);
        Names(personalization).ShouldBeSubsetOf(["to", "headers", "custom_args"]);
        Names(mail.GetProperty("from")).Concat(Names(mail.GetProperty("reply_to"))).ShouldBeSubsetOf(["email", "name"]);
        var to = personalization.GetProperty("to").EnumerateArray().Single();
        to.GetProperty("name").GetString()!.ShouldNotContain(',');
        to.GetProperty("name").GetString()!.ShouldNotContain(';');
        Names(personalization.GetProperty("headers")).Intersect(NotOurs, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();
        personalization.GetProperty("custom_args").EnumerateObject().ShouldAllBe(argument => argument.Value.ValueKind == JsonValueKind.String);
        Encoding.UTF8.GetByteCount(personalization.GetProperty("custom_args").GetRawText()).ShouldBeLessThan(10_000);
        mail.GetProperty("content").EnumerateArray().Select(content => content.GetProperty("type").GetString()).ShouldBe(["text/plain", "text/html"]);
        mail.GetProperty("content").EnumerateArray().ShouldAllBe(content => content.GetProperty("value").GetString()!.Length > 0);
        mail.GetProperty("categories").EnumerateArray().Single().GetString()!.Length.ShouldBeLessThanOrEqualTo(255);
        mail.GetProperty("subject").GetString().ShouldBe("Grüße \u2028 \"<&>\" 😀");

        static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
    }

    [Fact]
    public async Task leaves_out_what_there_is_not()
    {
        var sendGrid = new SendGridStub(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Accepted)));
        await sendGrid.Send(SendGridStub.Message with { From = new("news@example.com"), ToName = " ", Text = null });
        sendGrid.Body.GetProperty("personalizations")[0].GetProperty("to").GetRawText().ShouldBe("""[{"email":"ann@example.com"}]""");
        sendGrid.Body.GetProperty("from").GetRawText().ShouldBe("""{"email":"news@example.com"}""");
        sendGrid.Body.TryGetProperty("reply_to", out _).ShouldBeFalse();
        sendGrid.Body.TryGetProperty("mail_settings", out _).ShouldBeFalse();
        sendGrid.Body.GetProperty("personalizations")[0].TryGetProperty("headers", out _).ShouldBeFalse();
        sendGrid.Body.GetProperty("content").GetArrayLength().ShouldBe(1);
        sendGrid.Body.GetProperty("content")[0].GetProperty("type").GetString().ShouldBe("text/html");

        await sendGrid.Send(SendGridStub.Message with { Html = "" });
        sendGrid.Body.GetProperty("content")[0].GetProperty("type").GetString().ShouldBe("text/plain");
        sendGrid.Body.GetProperty("content").GetArrayLength().ShouldBe(1);
    }

    [Theory, InlineData("Example, Ann; Dr.", "Example  Ann  Dr."), InlineData("Ann", "Ann"), InlineData("Zoë 😀", "Zoë 😀")]
    public async Task takes_out_of_names_what_sendgrid_refuses(string name, string sent)
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send(SendGridStub.Message with { ToName = name, From = new("news@example.com", name) });
        sendGrid.Body.GetProperty("personalizations")[0].GetProperty("to")[0].GetProperty("name").GetString().ShouldBe(sent);
        sendGrid.Body.GetProperty("from").GetProperty("name").GetString().ShouldBe(sent);
    }

    [Theory, InlineData(" SG.key"), InlineData("SG.key\n"), InlineData("SG.key\r\n")]
    public async Task uses_a_key_without_the_line_break_of_the_file_it_came_from(string key)
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        (await sendGrid.Send(options: new SendGridOptions { ApiKey = key })).ShouldBe(new SendResult.Accepted(null));
        sendGrid.Authorization!.Parameter.ShouldBe("SG.key");
    }

    [Theory, InlineData("SG.k\ney"), InlineData("SG.këy"), InlineData("")]
    public async Task says_that_a_key_is_none_instead_of_sending_it(string key)
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        var refused = (await sendGrid.Send(options: new SendGridOptions { ApiKey = key })).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code).ShouldBe((FailureCategory.Configuration, "key-invalid"));
        sendGrid.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task goes_to_the_address_that_is_configured()
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send(options: new SendGridOptions { ApiKey = "SG.key", BaseAddress = new Uri("https://api.eu.sendgrid.com") });
        sendGrid.Path.ShouldBe(new Uri("https://api.eu.sendgrid.com/v3/mail/send"));
    }

    [Fact]
    public async Task is_accepted_with_the_id_that_sendgrid_gives()
    {
        (await SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted) { Headers = { { "X-Message-Id", "m1" } } }).Send())
            .ShouldBe(new SendResult.Accepted("m1"));
        (await SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted)).Send()).ShouldBe(new SendResult.Accepted(null));
        (await SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.OK)).Send()).ShouldBe(new SendResult.Accepted(null));
    }

    [Theory]
    [InlineData("personalizations.0.to.0.email", FailureCategory.Recipient)]
    [InlineData("from.email", FailureCategory.Configuration)]
    [InlineData("from", FailureCategory.Configuration)]
    [InlineData("content.0.value", FailureCategory.Content)]
    [InlineData("reply_to.email", FailureCategory.Configuration)]
    [InlineData("personalizations.0.custom_args", FailureCategory.Content)]
    [InlineData("subject", FailureCategory.Content)]
    [InlineData(null, FailureCategory.Content)]
    public async Task is_refused_for_a_fault_in_the_request_with_whose_fault_it_is(string? field, FailureCategory category)
    {
        var named = field is null ? "null" : $"\"{field}\"";
        var response = Errors(HttpStatusCode.BadRequest, $$"""{"errors":[{"message":"Bad","field":{{named}},"help":"http://example.com"}],"id":"x"}""");
        (await SendGridStub.Answering(response).Send()).ShouldBe(new SendResult.Refused(category, "400", "Bad"));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized), InlineData(HttpStatusCode.Forbidden), InlineData(HttpStatusCode.NotFound), InlineData(HttpStatusCode.MethodNotAllowed)]
    public async Task is_refused_for_our_account_or_its_set_up(HttpStatusCode status)
    {
        var response = Errors(status, """{"errors":[{"message":"The provided authorization grant is invalid","field":null}]}""");
        (await SendGridStub.Answering(response).Send())
            .ShouldBe(new SendResult.Refused(FailureCategory.Configuration, ((int)status).ToString(CultureInfo.InvariantCulture), "The provided authorization grant is invalid"));
    }

    [Theory, InlineData(HttpStatusCode.PaymentRequired), InlineData(HttpStatusCode.Conflict), InlineData((HttpStatusCode)499)]
    public async Task is_refused_also_with_a_status_that_is_not_in_the_table(HttpStatusCode status) =>
        (await SendGridStub.Answering(Errors(status, """{"errors":[{"message":"New","field":null}]}""")).Send())
            .ShouldBe(new SendResult.Refused(FailureCategory.Unknown, ((int)status).ToString(CultureInfo.InvariantCulture), "New"));

    [Theory, InlineData(HttpStatusCode.MovedPermanently), InlineData(HttpStatusCode.Found), InlineData(HttpStatusCode.TemporaryRedirect)]
    public async Task is_refused_when_the_address_leads_elsewhere(HttpStatusCode status)
    {
        var refused = (await SendGridStub.Answering(new HttpResponseMessage(status) { Headers = { Location = new Uri("https://example.com") } }).Send())
            .ShouldBeOfType<SendResult.Refused>();
        refused.Category.ShouldBe(FailureCategory.Configuration);
    }

    [Fact]
    public async Task does_not_follow_where_an_address_leads() // or a page that answers 200 there would count as accepted
    {
        using var server = new LocalServer("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSendGrid();
        services.AddSingleton(new SendGridAccounts(
            (_, _) => Task.FromResult(new OwnCredentials<SendGridCredentials>(null, [])),
            Options.Create(new SendGridOptions { ApiKey = "SG.key", BaseAddress = server.Address })));
        services.AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        await using var provider = services.BuildServiceProvider();
        (await provider.GetRequiredService<SendGridProvider>().Send(SendGridStub.Message, default))
            .ShouldBeOfType<SendResult.Refused>().Category.ShouldBe(FailureCategory.Configuration);
    }

    [Fact]
    public async Task is_refused_when_too_large_also_by_the_web_server_in_front()
    {
        var response = new HttpResponseMessage(HttpStatusCode.RequestEntityTooLarge)
        {
            Content = new StringContent("<html><h1>413 Request Entity Too Large</h1></html>", Encoding.UTF8, "text/html"),
        };
        (await SendGridStub.Answering(response).Send()).ShouldBe(new SendResult.Refused(FailureCategory.Content, "413", "Request Entity Too Large"));
    }

    [Theory]
    [InlineData("not json"), InlineData("{"), InlineData("{}"), InlineData("null"), InlineData("[]"), InlineData(""), InlineData("""{"errors":null}""")]
    [InlineData("""{"errors":[]}"""), InlineData("""{"errors":[null]}"""), InlineData("""{"errors":{"message":"x"}}"""), InlineData("""{"errors":[{"message":5}]}""")]
    public async Task is_refused_also_by_an_answer_that_makes_no_sense(string body) =>
        (await SendGridStub.Answering(Errors(HttpStatusCode.BadRequest, body)).Send()).ShouldBe(new SendResult.Refused(FailureCategory.Content, "400", "Bad Request"));

    [Theory, InlineData("application/json; charset=nonsense"), InlineData("application/json; charset=utf-16"), InlineData("rubbish")]
    public async Task is_refused_also_by_an_answer_in_letters_that_nobody_knows(string type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"errors":[{"message":"Bad"}]}"""));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        (await SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = content }).Send())
            .ShouldBe(new SendResult.Refused(FailureCategory.Content, "400", "Bad Request"));
    }

    public static TheoryData<string?, string?, double?> Waits => new()
    {
        { null, null, null },
        { "Retry-After", "7", 7 },
        { "Retry-After", "0", null },
        { "Retry-After", Some.Now.AddSeconds(9).ToString("R", CultureInfo.InvariantCulture), 9 },
        { "Retry-After", Some.Now.AddSeconds(-9).ToString("R", CultureInfo.InvariantCulture), null }, // their clock is behind ours
        { "Retry-After", "soon", null },
        { "X-RateLimit-Reset", Unix(11), 11 },
        { "X-RateLimit-Reset", Unix(-11), null },
        { "X-RateLimit-Reset", "soon", null },
        { "X-RateLimit-Reset", "-5", null },
        { "X-RateLimit-Reset", "99999999999999999999", null },
        { "X-RateLimit-Reset", "253402300800", null },
    };

    [Theory, MemberData(nameof(Waits))]
    public async Task is_put_off_when_there_is_too_much_of_it(string? header, string? value, double? seconds)
    {
        foreach (var status in new[] { HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable })
        {
            var response = Errors(status, """{"errors":[{"field":null,"message":"too many requests"}]}""");
            if (header is not null)
            {
                response.Headers.TryAddWithoutValidation(header, value).ShouldBeTrue();
            }

            TimeSpan? wait = seconds is { } known ? TimeSpan.FromSeconds(known) : null;
            (await SendGridStub.Answering(response).Send())
                .ShouldBe(new SendResult.Refused(FailureCategory.Temporary, ((int)status).ToString(CultureInfo.InvariantCulture), "too many requests", wait)
                {
                    IsThrottled = status == HttpStatusCode.TooManyRequests,
                });
        }
    }

    [Fact]
    public async Task is_put_off_when_sendgrid_never_got_the_whole_request()
    {
        (await SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.RequestTimeout)).Send())
            .ShouldBe(new SendResult.Refused(FailureCategory.Temporary, "408", "Request Timeout"));
    }

    [Theory, InlineData(HttpStatusCode.InternalServerError), InlineData(HttpStatusCode.BadGateway), InlineData(HttpStatusCode.GatewayTimeout), InlineData((HttpStatusCode)529)]
    public async Task is_in_doubt_when_sendgrid_does_not_know_itself(HttpStatusCode status) =>
        (await SendGridStub.Answering(new HttpResponseMessage(status)).Send())
            .ShouldBe(new SendResult.InDoubt($"SendGrid answered {(int)status}, which does not say whether it has the message"));

    [Fact]
    public async Task is_in_doubt_when_no_answer_comes_in_time()
    {
        SendGridStub? sendGrid = null;
        sendGrid = new SendGridStub(ct =>
        {
            var silence = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            ct.Register(() => silence.TrySetCanceled(ct));
            sendGrid!.Clock.Advance(TimeSpan.FromSeconds(29));
            silence.Task.IsCompleted.ShouldBeFalse();
            sendGrid.Clock.Advance(TimeSpan.FromSeconds(1));
            return silence.Task;
        });
        (await sendGrid.Send()).ShouldBe(new SendResult.InDoubt("SendGrid did not answer within 30 s"));
    }

    [Fact]
    public async Task is_not_begun_once_the_node_stops()
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        (await sendGrid.Send(ct: new CancellationToken(canceled: true))).ShouldBe(new SendResult.Stopped());
        sendGrid.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task waits_for_its_answer_even_when_the_node_stops_meanwhile()
    {
        using var stop = new CancellationTokenSource();
        var sendGrid = new SendGridStub(async ct =>
        {
            await stop.CancelAsync();
            ct.IsCancellationRequested.ShouldBeFalse();
            return new HttpResponseMessage(HttpStatusCode.Accepted);
        });
        (await sendGrid.Send(ct: stop.Token)).ShouldBe(new SendResult.Accepted(null));
    }

    [Fact]
    public async Task is_put_off_when_nobody_listens()
    {
        Uri closed;
        using (var server = new LocalServer())
        {
            closed = server.Address;
        }

        using var handler = new SocketsHttpHandler { UseProxy = false };
        (await SendGridStub.Send(handler, TimeProvider.System, options: new SendGridOptions { ApiKey = "SG.key", BaseAddress = closed }))
            .ShouldBe(new SendResult.Refused(FailureCategory.Temporary, "unreachable", "SendGrid cannot be reached (ConnectionError)"));
    }

    [Fact]
    public async Task is_put_off_when_no_connection_comes_about_in_time() // nothing was handed over: no doubt
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromMilliseconds(20),
            ConnectCallback = async (_, ct) =>
            {
                var silence = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = ct.Register(() => silence.TrySetCanceled(ct));
                return await silence.Task;
            },
        };
        (await SendGridStub.Send(handler, TimeProvider.System))
            .ShouldBe(new SendResult.Refused(FailureCategory.Temporary, "unreachable", "SendGrid cannot be reached (no connection in time)"));
    }

    [Theory, InlineData(""), InlineData("HTTP/1.1 20"), InlineData("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")]
    [InlineData("rubbish\r\n\r\n")]
    public async Task is_in_doubt_when_the_connection_breaks_before_the_answer_is_there(string answer)
    {
        using var server = new LocalServer(answer);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        (await SendGridStub.Send(handler, TimeProvider.System, options: new SendGridOptions { ApiKey = "SG.key", BaseAddress = server.Address }))
            .ShouldBeOfType<SendResult.InDoubt>().Why.ShouldStartWith("The connection to SendGrid broke before its answer");
    }

    static HttpResponseMessage Errors(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    static string Unix(double seconds) => Some.Now.AddSeconds(seconds).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads one request a connection, answers with the next text and cuts the connection.</summary>
    sealed class LocalServer : IDisposable
    {
        readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public LocalServer(params string[] answers)
        {
            listener.Start();
            Address = new Uri($"http://{listener.LocalEndpoint}");
            _ = Serve(answers);
        }

        public Uri Address { get; }

        public void Dispose() => listener.Dispose();

        async Task Serve(string[] answers)
        {
            foreach (var answer in answers)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var buffer = new byte[64 * 1024];
                var read = 0;
                var request = "";
                while (!IsWhole(request))
                {
                    read += await client.GetStream().ReadAsync(buffer.AsMemory(read));
                    request = Encoding.UTF8.GetString(buffer, 0, read);
                }

                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
                client.LingerState = new LingerOption(answer.Length == 0, 0); // without a word: a reset
            }
        }

        static bool IsWhole(string request) => request.Split("\r\n\r\n", 2) is [var head, var body]
            && head.Split("\r\n").SingleOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal))?[16..] is var length
            && body.Length == int.Parse(length ?? "0", CultureInfo.InvariantCulture);
    }
}
