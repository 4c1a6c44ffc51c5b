using System.Net;
using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Recipients;

namespace Campaigns.Tests.Providers.Twilio;

public sealed class looking_up_at_twilio
{
    static readonly DateTimeOffset HandedOver = new(2026, 3, 1, 0, 0, 30, TimeSpan.Zero);
    static readonly DateTimeOffset Updated = HandedOver.AddSeconds(9);
    static readonly MessageInQuestion Known = new("0195a0b1c2d38e4f8a5b0123456789ab", "ours", "SM1", "+14155558675", HandedOver, "Hello");
    static readonly MessageInQuestion Unknown = Known with { ProviderMessageId = null };

    public static TheoryData<string, string, object, SuppressionReason?> States => new()
    {
        { "accepted", "null", new MessageAccepted(Updated), null },
        { "sent", "null", new MessageAccepted(Updated), null },
        { "something_new", "null", new MessageAccepted(Updated), null }, // it has it, whatever it calls that
        { "delivered", "null", new MessageDelivered(Updated), null },
        { "undelivered", "30003", new MessageUndelivered(Updated, "30003", FailureCategory.Temporary, "the telephone is off or out of reach"), SuppressionReason.Unreachable },
        { "undelivered", "30005", new MessageUndelivered(Updated, "30005", FailureCategory.Recipient, "there is no such number"), SuppressionReason.InvalidAddress },
        { "failed", "30007", new MessageUndelivered(Updated, "30007", FailureCategory.Content, "filtered by the carrier"), null },
        { "failed", "null", new MessageUndelivered(Updated, "failed", FailureCategory.Unknown), null },
    };

    [Theory, MemberData(nameof(States))]
    public async Task tells_what_became_of_a_message_whose_id_is_known(string status, string code, object fact, SuppressionReason? suppresses)
    {
        var twilio = TwilioStub.Answering(HttpStatusCode.OK, Message("SM1", "Hello", status: status, code: code));
        (await twilio.LookUp(Known)).ShouldBe(new LookUpResult.Found(fact, Known.To, suppresses));
        twilio.Method.ShouldBe(HttpMethod.Get);
        twilio.Address!.AbsolutePath.ShouldBe($"/2010-04-01/Accounts/{TwilioStub.Account}/Messages/SM1.json");
    }

    [Fact]
    public async Task does_not_find_an_id_that_is_not_there() =>
        (await TwilioStub.Answering(HttpStatusCode.NotFound, """{"code":20404,"message":"Not found"}""").LookUp(Known)).ShouldBe(new LookUpResult.NotFound());

    [Fact]
    public async Task looks_among_the_messages_to_the_number_where_the_answer_never_came()
    {
        var twilio = TwilioStub.Answering(HttpStatusCode.OK, List(Message("SM1", "Hello")));
        (await twilio.LookUp(Unknown)).ShouldBe(new LookUpResult.Found(new MessageAccepted(Updated), Known.To));
        twilio.Address!.PathAndQuery.ShouldBe(
            $"/2010-04-01/Accounts/{TwilioStub.Account}/Messages.json?To=%2B14155558675&DateSent%3E=2026-02-28T00%3A00%3A00Z&PageSize=1000", "clocks differ");
    }

    [Theory]
    [InlineData("another text", 0, "outbound-api"), InlineData("Hello", -61, "outbound-api"), InlineData("Hello", 601, "outbound-api")]
    [InlineData("Hello", 0, "inbound")]
    public async Task takes_no_message_of_another_text_or_time_for_it(string body, int seconds, string direction) =>
        (await TwilioStub.Answering(HttpStatusCode.OK, List(Message("SM1", body, HandedOver.AddSeconds(seconds), direction: direction))).LookUp(Unknown))
            .ShouldBe(new LookUpResult.NotFound());

    [Fact]
    public async Task finds_it_beside_others() =>
        (await TwilioStub.Answering(HttpStatusCode.OK, List(Message("SM2", "Good bye"), Message("SM1", " Hello\n", status: "delivered"), Message("SM3", "Hello", HandedOver.AddDays(-1))))
            .LookUp(Unknown)).ShouldBe(new LookUpResult.Found(new MessageDelivered(Updated), Known.To));

    [Fact]
    public async Task claims_nothing_where_two_would_fit_or_not_all_were_seen()
    {
        (await TwilioStub.Answering(HttpStatusCode.OK, List(Message("SM1", "Hello"), Message("SM2", "Hello"))).LookUp(Unknown)).ShouldBeOfType<LookUpResult.Unavailable>();
        (await TwilioStub.Answering(HttpStatusCode.OK, """{"messages":[],"uri":"/here","next_page_uri":"/more"}""").LookUp(Unknown)).ShouldBeOfType<LookUpResult.Unavailable>();
    }

    [Theory, InlineData(HttpStatusCode.InternalServerError, "{}"), InlineData(HttpStatusCode.TooManyRequests, ""), InlineData(HttpStatusCode.OK, "no json")]
    [InlineData(HttpStatusCode.Unauthorized, """{"code":20003,"message":"Authenticate"}"""), InlineData(HttpStatusCode.OK, "[]")]
    [InlineData(HttpStatusCode.OK, ""), InlineData(HttpStatusCode.OK, "null")]
    public async Task says_when_it_cannot_be_asked(HttpStatusCode status, string body)
    {
        (await TwilioStub.Answering(status, body).LookUp(Known)).ShouldBeOfType<LookUpResult.Unavailable>();
        (await TwilioStub.Answering(status, body).LookUp(Unknown)).ShouldBeOfType<LookUpResult.Unavailable>();
    }

    [Theory, InlineData("{}"), InlineData("""{"messages":null}"""), InlineData("""{"messages":5}"""), InlineData("""{"messages":[5]}""")]
    public async Task does_not_take_a_list_that_makes_no_sense_for_an_empty_one(string body) =>
        (await TwilioStub.Answering(HttpStatusCode.OK, body).LookUp(Unknown)).ShouldBeOfType<LookUpResult.Unavailable>();

    [Fact]
    public async Task finds_a_text_that_looks_like_a_time()
    {
        const string text = "2026-03-01T12:00:00.000Z";
        (await TwilioStub.Answering(HttpStatusCode.OK, List(Message("SM1", text))).LookUp(Unknown with { Body = text }))
            .ShouldBeOfType<LookUpResult.Found>();
    }

    [Fact]
    public async Task says_when_it_cannot_be_reached()
    {
        (await new TwilioStub(_ => throw new HttpRequestException(HttpRequestError.ConnectionError)).LookUp(Known))
            .ShouldBe(new LookUpResult.Unavailable("Twilio cannot be reached (ConnectionError)"));
        (await TwilioStub.Answering(HttpStatusCode.OK, "{}").LookUp(Known, new CancellationToken(canceled: true)))
            .ShouldBe(new LookUpResult.Unavailable("The node stopped"));
    }

    static string List(params string[] messages) => $$"""{"messages":[{{string.Join(',', messages)}}],"uri":"/here","next_page_uri":null}""";

    static string Message(
        string sid, string body, DateTimeOffset? created = null, string status = "queued", string code = "null", string direction = "outbound-api") => $$"""
        {"sid":"{{sid}}","to":"{{Known.To}}","status":"{{status}}","error_code":{{code}},"direction":"{{direction}}","body":"{{body.Replace("\n", "\\n")}}",
        "date_created":"{{created ?? HandedOver.AddSeconds(1):R}}","date_updated":"{{Updated:ddd, dd MMM yyyy HH:mm:ss}} +0000"}
        """;
}
