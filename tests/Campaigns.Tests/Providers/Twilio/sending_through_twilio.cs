using System.Net;
using System.Text;
using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Providers.Twilio;
using Campaigns.Recipients;

namespace Campaigns.Tests.Providers.Twilio;

public sealed class sending_through_twilio
{
    const string Queued = """{"sid":"SM1","status":"queued","num_segments":"1","error_code":null,"price":null}""";

    [Fact]
    public async Task asks_for_one_message_to_one_number()
    {
        var twilio = TwilioStub.Answering(HttpStatusCode.Created, Queued);
        (await twilio.Send()).ShouldBe(new SendResult.Accepted("SM1"));

        twilio.Requests.ShouldBe(1);
        twilio.Method.ShouldBe(HttpMethod.Post);
        twilio.Address.ShouldBe(new Uri($"https://api.twilio.com/2010-04-01/Accounts/{TwilioStub.Account}/Messages.json"));
        twilio.Authorization!.ToString().ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TwilioStub.Account}:12345")));
        twilio.Form.Parameters.ShouldBe(new Dictionary<string, string>
        {
            ["To"] = "+14155558675",
            ["From"] = "+14155552345",
            ["Body"] = "Hello & good day",
            ["StatusCallback"] = "https://hooks.example.com/webhooks/twilio/ours/status?mid=0195a0b1c2d38e4f8a5b0123456789ab#rc=5&rp=all",
        }, ignoreOrder: true);
    }

    [Theory, InlineData("MG00000000000000000000000000000001", "MessagingServiceSid"), InlineData("+14155552345", "From"), InlineData("Acme", "From")]
    public async Task names_its_sender_or_the_service_that_chooses_one(string sender, string parameter)
    {
        var twilio = TwilioStub.Answering(HttpStatusCode.Created, Queued);
        await twilio.Send(TwilioStub.Message with { From = sender });
        twilio.Form[parameter].ShouldBe(sender);
        twilio.Form.Parameters.Count.ShouldBe(4);

        twilio.Options.From = sender;
        await twilio.Send(TwilioStub.Message with { From = null });
        twilio.Form[parameter].ShouldBe(sender, "the account's own");
    }

    [Theory]
    [InlineData("https://campaigns.example.com/base/", "ours", "https://campaigns.example.com/base/webhooks/twilio/ours/status?mid=")]
    [InlineData("http://127.0.0.1:5080", "a b/c", "http://127.0.0.1:5080/webhooks/twilio/a%20b%2Fc/status?mid=")]
    public async Task asks_to_be_called_back_where_the_world_finds_us(string publicUrl, string tenantId, string callback)
    {
        var twilio = TwilioStub.Answering(HttpStatusCode.Created, Queued);
        twilio.PublicUrl = publicUrl;
        await twilio.Send(TwilioStub.Message with { TenantId = tenantId });
        twilio.Form["StatusCallback"].ShouldStartWith(callback);

        twilio.PublicUrl = null;
        await twilio.Send();
        twilio.Form.Parameters.ContainsKey("StatusCallback").ShouldBeFalse();
    }

    [Fact]
    public async Task opens_the_api_with_a_key_where_there_is_one()
    {
        var twilio = TwilioStub.Answering(HttpStatusCode.Created, Queued);
        (twilio.Options.KeySid, twilio.Options.KeySecret) = ("SK1", "secret\n");
        await twilio.Send();
        twilio.Authorization!.Parameter.ShouldBe(Convert.ToBase64String("SK1:secret"u8));
        twilio.Address!.AbsolutePath.ShouldContain(TwilioStub.Account);
    }

    [Fact]
    public async Task says_what_is_missing_instead_of_trying()
    {
        var twilio = TwilioStub.Answering(HttpStatusCode.Created, Queued);
        (await twilio.Send(TwilioStub.Message with { From = null })).ShouldBeOfType<SendResult.Refused>().Code.ShouldBe("sender-missing");
        twilio.Options.AuthToken = "";
        var refused = (await twilio.Send()).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code).ShouldBe((FailureCategory.Configuration, "account-missing"));
        twilio.Requests.ShouldBe(0);
    }

    [Theory, InlineData(""), InlineData("no json"), InlineData("[]"), InlineData("{}"), InlineData("""{"sid":[5]}""")]
    public async Task is_accepted_also_without_an_id(string body) =>
        (await TwilioStub.Answering(HttpStatusCode.Created, body).Send()).ShouldBe(new SendResult.Accepted(null));

    [Theory]
    [InlineData(401, 20003, FailureCategory.Configuration, null, false)]
    [InlineData(429, 20429, FailureCategory.Temporary, null, true)]
    [InlineData(400, 21211, FailureCategory.Recipient, SuppressionReason.InvalidAddress, false)]
    [InlineData(400, 21408, FailureCategory.Content, null, false)]
    [InlineData(400, 21608, FailureCategory.Content, null, false)]
    [InlineData(400, 21610, FailureCategory.Recipient, SuppressionReason.Unsubscribed, false)]
    [InlineData(400, 21611, FailureCategory.Temporary, null, true)]
    [InlineData(400, 21612, FailureCategory.Content, null, false)]
    [InlineData(400, 21614, FailureCategory.Recipient, SuppressionReason.InvalidAddress, false)]
    [InlineData(400, 21635, FailureCategory.Recipient, SuppressionReason.InvalidAddress, false)]
    [InlineData(400, 21617, FailureCategory.Content, null, false)]
    [InlineData(400, 99999, FailureCategory.Unknown, null, false)]
    [InlineData(404, 99999, FailureCategory.Configuration, null, false)]
    public async Task is_refused_with_whose_fault_it_is(int status, int code, FailureCategory category, SuppressionReason? suppresses, bool throttled)
    {
        var answer = $$"""{"code":{{code}},"message":"No","more_info":"https://www.twilio.com/docs/errors/{{code}}","status":{{status}}}""";
        (await TwilioStub.Answering((HttpStatusCode)status, answer).Send())
            .ShouldBe(new SendResult.Refused(category, $"{code}", "No") { Suppresses = suppresses, IsThrottled = throttled });
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, FailureCategory.Temporary, true), InlineData(HttpStatusCode.ServiceUnavailable, FailureCategory.Temporary, false)]
    [InlineData(HttpStatusCode.Unauthorized, FailureCategory.Configuration, false), InlineData(HttpStatusCode.Found, FailureCategory.Configuration, false)]
    [InlineData(HttpStatusCode.BadRequest, FailureCategory.Unknown, false)]
    public async Task is_refused_also_by_a_page_of_the_web_server_in_front(HttpStatusCode status, FailureCategory category, bool throttled)
    {
        var twilio = new TwilioStub(_ => Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent("<h1>", Encoding.UTF8, "text/html") }));
        var refused = (await twilio.Send()).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code, refused.IsThrottled).ShouldBe((category, $"{(int)status}", throttled));
    }

    [Theory, InlineData("{}", "Unable to make request, BadRequest"), InlineData("[]", "Bad Request"), InlineData("null", "Bad Request"), InlineData("""{"message":"No"}""", "No")]
    [InlineData("""{"code":"x"}""", "Bad Request"), InlineData("{", "Bad Request"), InlineData("", "Bad Request")]
    public async Task is_refused_also_by_an_answer_that_makes_no_sense(string body, string reason)
    {
        var refused = (await TwilioStub.Answering(HttpStatusCode.BadRequest, body).Send()).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code, refused.Text).ShouldBe((FailureCategory.Unknown, "400", reason));
    }

    [Fact]
    public async Task waits_as_long_as_it_is_asked_to()
    {
        var response = TwilioStub.Response(HttpStatusCode.TooManyRequests, """{"code":20429,"message":"Too many"}""");
        response.Headers.RetryAfter = new(TimeSpan.FromSeconds(7));
        (await new TwilioStub(_ => Task.FromResult(response)).Send())
            .ShouldBe(new SendResult.Refused(FailureCategory.Temporary, "20429", "Too many", TimeSpan.FromSeconds(7)) { IsThrottled = true });
    }

    [Fact]
    public async Task is_in_doubt_when_an_error_does_not_say_whether_it_went_out() =>
        (await TwilioStub.Answering(HttpStatusCode.InternalServerError, """{"code":20500,"message":"Oops"}""").Send())
            .ShouldBe(new SendResult.InDoubt("Twilio answered 500, which does not say whether it has the message"));

    [Fact]
    public async Task is_in_doubt_when_no_answer_comes_in_time()
    {
        TwilioStub? twilio = null;
        twilio = new TwilioStub(ct =>
        {
            var silence = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            ct.Register(() => silence.TrySetCanceled(ct));
            twilio!.Clock.Advance(twilio.Options.Timeout);
            return silence.Task;
        });
        (await twilio.Send()).ShouldBe(new SendResult.InDoubt("Twilio did not answer within 30 s"));
    }

    [Fact]
    public async Task is_put_off_when_nobody_listens_and_in_doubt_when_the_connection_breaks()
    {
        (await new TwilioStub(_ => throw new HttpRequestException(HttpRequestError.ConnectionError)).Send())
            .ShouldBe(new SendResult.Refused(FailureCategory.Temporary, "unreachable", "Twilio cannot be reached (ConnectionError)"));
        (await new TwilioStub(_ => throw new HttpRequestException(HttpRequestError.ResponseEnded)).Send())
            .ShouldBe(new SendResult.InDoubt("The connection to Twilio broke before its answer (ResponseEnded)"));
    }

    [Fact]
    public void refuses_a_table_of_answers_that_cannot_be_read()
    {
        var check = TwilioRegistration.AnswersFileCheck;
        check.Validate(null, new TwilioOptions()).Succeeded.ShouldBeTrue();
        check.Validate(null, new TwilioOptions { AnswersFile = "/no/such/file" }).FailureMessage!.ShouldContain("Twilio:AnswersFile");
    }
}
