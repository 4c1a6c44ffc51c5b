using System.Net;
using System.Text;
using Campaigns.Providers;
using Campaigns.Recipients;

namespace Campaigns.Tests.Providers.SendGrid;

public sealed class looking_up_a_message
{
    static readonly MessageInQuestion Question = new("0195a0b1c2d38e4f8a5b0123456789ab", "acme", null, "ann@example.com", Some.Now);

    static readonly DateTimeOffset At = new(2026, 3, 1, 12, 5, 0, TimeSpan.Zero);

    [Fact]
    public async Task asks_the_email_activity_for_our_id()
    {
        var sendGrid = Answering("""{"messages":[]}""");
        (await sendGrid.LookUp(Question)).ShouldBe(new LookUpResult.NotFound());
        sendGrid.Method.ShouldBe(HttpMethod.Get);
        sendGrid.Authorization!.ToString().ShouldBe("Bearer SG.key");
        sendGrid.Path!.AbsoluteUri.ShouldBe(
            "https://api.sendgrid.com/v3/messages?limit=10&query=unique_args%5B%27ob_mid%27%5D%3D%220195a0b1c2d38e4f8a5b0123456789ab%22");
    }

    public static TheoryData<string, object> Statuses => new()
    {
        { "processed", new MessageAccepted(At) },
        { "delivered", new MessageDelivered(At) },
        { "not_delivered", new MessageBounced(At, null, null, null, null, FailureCategory.Unknown) },
        { "of_next_year", new MessageAccepted(At) },
    };

    [Theory, MemberData(nameof(Statuses))]
    public async Task finds_what_became_of_it(string status, object fact) =>
        (await Answering("""{"messages":[{"msg_id":"LRzXl.filter1.2","status":"STATUS","last_event_time":"2026-03-01T12:05:00Z","to_email":"Ann@example.com"}]}""".Replace("STATUS", status, StringComparison.Ordinal))
            .LookUp(Question)).ShouldBe(new LookUpResult.Found(fact, Question.To));

    [Fact]
    public async Task of_several_takes_the_furthest() =>
        (await Answering("""
            {"messages":[{"status":"processed"},{"status":"not_delivered"},{"msg_id":"b","status":"delivered","last_event_time":"2026-03-01T12:05:00Z"},null,{"status":"processed"}]}
            """).LookUp(Question)).ShouldBe(new LookUpResult.Found(new MessageDelivered(At)));

    [Fact]
    public async Task takes_the_hand_over_for_the_time_where_none_is_given() =>
        (await Answering("""{"messages":[{"msg_id":null,"status":5,"last_event_time":"soon"}]}""").LookUp(Question)).ShouldBe(new LookUpResult.Found(new MessageAccepted(Some.Now)));

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, """{"errors":[{"message":"too many requests"}]}""", "SendGrid answered 429 too many requests")]
    [InlineData(HttpStatusCode.NotFound, "", "SendGrid answered 404 Not Found")]
    [InlineData(HttpStatusCode.Forbidden, """{"errors":[{"message":"access forbidden"}]}""", "SendGrid answered 403 access forbidden")]
    [InlineData(HttpStatusCode.BadGateway, "<html>", "SendGrid answered 502 Bad Gateway")]
    [InlineData(HttpStatusCode.OK, "<html>", "SendGrid answered 200 OK")]
    [InlineData(HttpStatusCode.OK, """{"messages":5}""", "SendGrid answered 200 OK")]
    [InlineData(HttpStatusCode.OK, "[]", "SendGrid answered 200 OK")]
    public async Task says_why_it_cannot_tell(HttpStatusCode status, string body, string why) => // and never that there is no such message
        (await Answering(body, status).LookUp(Question)).ShouldBe(new LookUpResult.Unavailable(why));

    [Fact]
    public async Task says_so_when_nobody_answers()
    {
        (await new SendGridStub(_ => throw new HttpRequestException(HttpRequestError.ConnectionError)).LookUp(Question))
            .ShouldBe(new LookUpResult.Unavailable("SendGrid cannot be reached (ConnectionError)"));
        (await new SendGridStub(Task.FromCanceled<HttpResponseMessage>).LookUp(Question, new CancellationToken(canceled: true))).ShouldBe(new LookUpResult.Unavailable("The node stopped"));
    }

    static SendGridStub Answering(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        SendGridStub.Answering(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
}
