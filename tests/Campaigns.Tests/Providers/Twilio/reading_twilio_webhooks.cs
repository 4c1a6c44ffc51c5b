using System.Text;
using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Providers.Twilio;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Tests.Providers.Twilio;

public sealed class reading_twilio_webhooks(ITestOutputHelper output)
{
    const string Recipient = "0195a0b1c2d38e4f8a5b0123456789ab";
    const string Target = "status?mid=" + Recipient;

    static readonly DateTimeOffset At = Some.Now;
    static readonly TwilioEvents Reader = new(new TwilioAnswers());

    public static TheoryData<string, object?, SuppressionReason?> Statuses => new()
    {
        { "queued", new MessageAccepted(At), null },
        { "sending", new MessageAccepted(At), null },
        { "sent", new MessageAccepted(At), null },
        { "delivered", new MessageDelivered(At), null },
        { "delivered&RawDlrDoneDate=2603011158", new MessageDelivered(At), null },
        { "read", new MessageOpened(At, false), null },
        { "undelivered&ErrorCode=30003", new MessageUndelivered(At, "30003", FailureCategory.Temporary, "the telephone is off or out of reach"), SuppressionReason.Unreachable },
        { "undelivered&ErrorCode=30004", new MessageUndelivered(At, "30004", FailureCategory.Recipient, "blocked by the recipient or the carrier"), SuppressionReason.Unreachable },
        { "undelivered&ErrorCode=30005", new MessageUndelivered(At, "30005", FailureCategory.Recipient, "there is no such number"), SuppressionReason.InvalidAddress },
        { "undelivered&ErrorCode=30006", new MessageUndelivered(At, "30006", FailureCategory.Recipient, "a landline, or a carrier out of reach"), SuppressionReason.InvalidAddress },
        { "failed&ErrorCode=21610", new MessageUndelivered(At, "21610", FailureCategory.Recipient, "the recipient answered STOP"), SuppressionReason.Unsubscribed },
        { "failed&ErrorCode=30007", new MessageUndelivered(At, "30007", FailureCategory.Content, "filtered by the carrier"), null },
        { "failed&ErrorCode=77777", new MessageUndelivered(At, "77777", FailureCategory.Unknown), null },
        { "failed&ErrorCode=rubbish", new MessageUndelivered(At, "failed", FailureCategory.Unknown), null },
        { "failed", new MessageUndelivered(At, "failed", FailureCategory.Unknown), null },
        { "canceled", new MessageUndelivered(At, "canceled", FailureCategory.Unknown), null },
        { "receiving", null, null },
        { "something_new", null, null },
    };

    [Theory, MemberData(nameof(Statuses))]
    public void gives_the_fact_that_a_status_states(string status, object? fact, SuppressionReason? suppresses)
    {
        var read = Read(Target, $"MessageSid=SM1&SmsSid=SM1&To=%2B41791234567&From=%2B14155552345&MessageStatus={status}")!;
        (read.Recipient, read.Fact, read.Suppresses, read.Address, read.IsReply, read.Reinstates)
            .ShouldBe((Guid.ParseExact(Recipient, "N"), fact, suppresses, "+41791234567", false, false));
    }

    [Theory]
    [InlineData("STOP", SuppressionReason.Unsubscribed, false), InlineData("stop%20please", SuppressionReason.Unsubscribed, false)]
    [InlineData("START", null, true), InlineData("yes", null, true), InlineData("Tomorrow%2C+please", null, false), InlineData("", null, false)]
    [InlineData("Arr%C3%AAt&OptOutType=STOP", SuppressionReason.Unsubscribed, false), InlineData("bonjour&OptOutType=START", null, true)]
    public void knows_what_a_reply_asks_for(string body, SuppressionReason? suppresses, bool reinstates)
    {
        var read = Read("inbound", $"MessageSid=SM2&From=%2B41791234567&To=%2B14155552345&Body={body}")!;
        (read.Recipient, read.Suppresses, read.Address, read.IsReply, read.Reinstates).ShouldBe((null, suppresses, "+41791234567", true, reinstates));
        read.Fact.ShouldBe(suppresses is null ? new ReplyReceived(At, "SM2") : new RecipientUnsubscribed(At));
    }

    [Theory, InlineData("HELP"), InlineData("aide&OptOutType=HELP")]
    public void records_no_call_for_help(string body) => Read("inbound", $"MessageSid=SM2&From=%2B41791234567&Body={body}")!.Fact.ShouldBeNull();

    [Fact]
    public void tells_repeats_by_message_and_status()
    {
        Keys("queued").ShouldBe(Keys("queued"));
        Keys("queued").ShouldNotBe(Keys("sent"));
        Read(Target, "MessageSid=SM1&MessageStatus=sent")!.Keys.ShouldNotBe(Read(Target, "MessageSid=SM2&MessageStatus=sent")!.Keys);
    }

    [Fact]
    public void lets_only_the_first_end_of_a_message_count()
    {
        Keys("delivered").Intersect(Keys("undelivered")).ShouldHaveSingleItem();
        Keys("failed").Intersect(Keys("delivered")).ShouldHaveSingleItem();
        Keys("sent").Intersect(Keys("delivered")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("status", "MessageSid=SM1&MessageStatus=sent"), InlineData("status?mid=x", "MessageSid=SM1&MessageStatus=sent")]
    [InlineData("status?other=1", "MessageSid=SM1&MessageStatus=sent"), InlineData("status?mid=%00&mid=2", "MessageSid=SM1&MessageStatus=sent&To=Acme")]
    public void knows_no_recipient_without_our_id(string target, string body)
    {
        var read = Read(target, body)!;
        (read.Recipient, read.Address).ShouldBe((null, null));
    }

    [Theory]
    [InlineData(Target, ""), InlineData(Target, "MessageStatus=sent"), InlineData(Target, "MessageSid=SM1"), InlineData(Target, "MessageSid=&MessageStatus=sent")]
    [InlineData(Target, "MessageSid=SM%001&MessageStatus=sent"), InlineData("inbound", "Body=STOP"), InlineData("", "MessageSid=SM1&MessageStatus=sent")]
    [InlineData("elsewhere", "MessageSid=SM1&MessageStatus=sent"), InlineData(Target, "<html>"), InlineData(Target, "{\"MessageSid\":\"SM1\"}"), InlineData(Target, "&&==&=&%&%zz")]
    public void makes_nothing_of_what_makes_no_sense(string target, string body) => Read(target, body).ShouldBeNull();

    [Fact]
    public void is_not_brought_down_by_anything()
    {
        var seed = Seed.Of(output);
        var random = new Random(seed);
        byte[][] good =
        [
            Encoding.UTF8.GetBytes("MessageSid=SM1&SmsSid=SM1&To=%2B41791234567&MessageStatus=undelivered&ErrorCode=30003"),
            Encoding.UTF8.GetBytes("MessageSid=SM2&From=%2B41791234567&Body=stop%20pl%C3%A9ase%20%F0%9F%98%80&NumMedia=0"),
        ];
        for (var i = 0; i < 2000; i++)
        {
            var body = good[i % 2].ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            foreach (var target in new[] { Target, "inbound" })
            {
                var read = Reader.Read(target, body.AsSpan(0, random.Next(body.Length + 1)), At);
                $"{read?.Address}{read?.Fact}".ShouldNotContain('\0', $"seed {seed}: what cannot be stored");
            }
        }
    }

    static Guid[] Keys(string status) => Read(Target, $"MessageSid=SM1&MessageStatus={status}")!.Keys;

    static ProviderFact? Read(string target, string body) => Reader.Read(target, Encoding.UTF8.GetBytes(body), At);
}
