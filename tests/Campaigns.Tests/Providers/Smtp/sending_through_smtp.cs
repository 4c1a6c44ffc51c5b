using System.Text;
using Campaigns.Providers;
using Campaigns.Providers.Smtp;
using Campaigns.Recipients;
using Campaigns.Tenancy;
using Campaigns.Tests.Providers.SendGrid;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Campaigns.Tests.Providers.Smtp;

public sealed class sending_through_smtp
{
    static readonly OutgoingEmail Message = new(
        "0195a0b1c2d38e4f8a5b0123456789ab", "ours", "0195a0b1c2d37e4f8a5b0123456789ab", new SenderAddress("news@example.com", "Zoë, News", "answers@example.com"),
        "ann@example.org", "Ann Example", "Grüezi", "<p>Hi</p>", "Hi\n.\n.dot");

    static readonly Uri Unsubscribe = new("https://out.example.com/u/abc");

    static SmtpProvider Provider(Relay relay, Action<SmtpOptions>? change = null, TimeProvider? clock = null, params IReadOnlyList<SmtpCredentials> own)
    {
        var options = new SmtpOptions { Host = "127.0.0.1", Port = relay.Port, StartTls = false };
        change?.Invoke(options);
        return new SmtpProvider((_, _) => Task.FromResult(new OwnCredentials<SmtpCredentials>(own is [var present, ..] ? present : null, own)), Options.Create(options), clock ?? TimeProvider.System);
    }

    static Task<SendResult> Send(Relay relay, OutgoingEmail? message = null) => Provider(relay).Send(message ?? Message, default);

    [Fact]
    public async Task hands_over_a_message_whose_id_bounces_can_be_matched_by()
    {
        using var relay = new Relay();
        var result = await Send(relay, Message with { Unsubscribe = Unsubscribe });
        await relay.Served;

        const string messageId = "<0195a0b1c2d38e4f8a5b0123456789ab@example.com>";
        result.ShouldBe(new SendResult.Accepted(messageId));
        relay.Commands.ShouldContain(command => command.StartsWith("MAIL FROM:<news@example.com>", StringComparison.Ordinal));
        relay.Commands.ShouldContain("RCPT TO:<ann@example.org>");
        relay.Headers["Message-ID"].ShouldBe(messageId);
        relay.Headers["Reply-To"].ShouldBe("answers@example.com");
        relay.Headers["List-Unsubscribe"].ShouldBe("<https://out.example.com/u/abc>");
        relay.Headers["List-Unsubscribe-Post"].ShouldBe("List-Unsubscribe=One-Click");
        relay.Headers["Subject"].ShouldStartWith("=?utf-8?");
        relay.Headers["Content-Type"].ShouldStartWith("multipart/alternative");
        var (plain, html) = (relay.Text.IndexOf("text/plain", StringComparison.Ordinal), relay.Text.IndexOf("text/html", StringComparison.Ordinal));
        plain.ShouldBeInRange(0, html);
        relay.Text.ShouldContain("\n\nHi\n.\n.dot\n");
        relay.Text.ShouldContain("\n\n<p>Hi</p>\n");
        MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(relay.Text))).From.Mailboxes.Single().Name.ShouldBe("Zoë, News");
    }

    [Fact]
    public async Task leaves_a_long_link_in_one_piece()
    {
        using var relay = new Relay();
        var link = new Uri("https://out.example.com/u/" + new string('a', 300));
        await Send(relay, Message with { Unsubscribe = link });
        await relay.Served;
        relay.Text.Split('\n').ShouldContain($"List-Unsubscribe: <{link}>");
    }

    [Fact]
    public async Task writes_letters_beyond_ascii_so_that_every_server_can_read_them()
    {
        using var relay = new Relay();
        await Send(relay, Message with { To = "ann@bücher.example", Text = new string('ü', 2000), Html = null });
        await relay.Served;

        relay.Commands.ShouldContain("RCPT TO:<ann@xn--bcher-kva.example>");
        relay.Commands.ShouldAllBe(command => !command.Contains("SMTPUTF8", StringComparison.Ordinal));
        relay.Headers["To"].ShouldContain("<ann@xn--bcher-kva.example>");
        relay.Text.Split('\n').ShouldAllBe(line => line.Length < 998);
    }

    [Fact]
    public async Task asks_for_more_only_for_an_address_that_needs_it()
    {
        using (var relay = new Relay())
        {
            (await Send(relay, Message with { To = "jörg@example.org" })).ShouldBeOfType<SendResult.Accepted>();
            await relay.Served;
            relay.Commands.ShouldContain("RCPT TO:<jörg@example.org>");
            relay.Commands.ShouldContain(command => command.StartsWith("MAIL", StringComparison.Ordinal) && command.Contains("SMTPUTF8", StringComparison.Ordinal));
        }

        using var old = new Relay("EHLO", "250 relay");
        var refused = (await Send(old, Message with { To = "jörg@example.org" })).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code).ShouldBe((FailureCategory.Recipient, "relay-unfit"));
        old.Commands.ShouldNotContain(command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Theory, InlineData("ann"), InlineData("ann@"), InlineData("ann example.org"), InlineData("ann@example.org\r\nRCPT TO:<eve@example.org>"), InlineData("")]
    public async Task is_refused_where_an_address_is_none(string address)
    {
        using var relay = new Relay();
        var refused = (await Send(relay, Message with { To = address })).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code).ShouldBe((FailureCategory.Recipient, "address-invalid"));
    }

    [Fact]
    public async Task leaves_out_what_there_is_not()
    {
        using var relay = new Relay();
        await Send(relay, Message with { From = new SenderAddress("news@example.com"), ToName = " ", Html = null });
        await relay.Served;

        relay.Headers.Keys.ShouldNotContain("Reply-To");
        relay.Headers.Keys.ShouldNotContain("List-Unsubscribe");
        relay.Headers["Content-Type"].ShouldStartWith("text/plain");
        relay.Headers["From"].ShouldBe("news@example.com");
    }

    [Fact]
    public async Task keeps_line_breaks_of_a_contact_out_of_the_headers()
    {
        using var relay = new Relay();
        (await Send(relay, Message with { Subject = "Hello\r\nBcc: eve@example.com", ToName = "Ann\nBcc: eve@example.com" })).ShouldBeOfType<SendResult.Accepted>();
        await relay.Served;

        relay.Headers.Keys.ShouldNotContain("Bcc");
        relay.Commands.Count(command => command.StartsWith("RCPT", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("connect", "421 Busy", FailureCategory.Temporary, "421")]
    [InlineData("MAIL", "530 5.7.0 Authenticate first", FailureCategory.Configuration, "530")]
    [InlineData("RCPT", "450 4.2.1 Later", FailureCategory.Temporary, "450")]
    [InlineData("RCPT", "550 5.1.1 Nobody", FailureCategory.Recipient, "550")]
    [InlineData("RCPT", "553 5.1.3 No address", FailureCategory.Recipient, "553")]
    [InlineData("RCPT", "550 5.7.1 Relaying denied", FailureCategory.Content, "550")]
    [InlineData("DATA", "451 Later", FailureCategory.Temporary, "451")]
    [InlineData(Relay.EndOfText, "552 5.3.4 Too large", FailureCategory.Content, "552")]
    [InlineData(Relay.EndOfText, "554 5.6.0 Spam", FailureCategory.Content, "554")]
    [InlineData(Relay.EndOfText, "452 4.3.1 Disk full", FailureCategory.Temporary, "452")]
    public async Task is_refused_with_whose_fault_it_is(string at, string answer, FailureCategory category, string code)
    {
        using var relay = new Relay(at, answer);
        var refused = (await Send(relay)).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code).ShouldBe((category, code));
        refused.Text.ShouldBe(answer[4..]);
    }

    [Theory, InlineData("connect"), InlineData("EHLO"), InlineData("MAIL"), InlineData("RCPT"), InlineData("DATA")]
    public async Task is_refused_for_certain_when_it_breaks_before_the_text_is_under_way(string at)
    {
        using var relay = new Relay(at, Relay.BreakOff);
        var refused = (await Send(relay)).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code).ShouldBe((FailureCategory.Temporary, "unreachable"));
    }

    [Fact]
    public async Task is_in_doubt_when_it_breaks_after_that()
    {
        using var relay = new Relay(Relay.EndOfText, Relay.BreakOff);
        (await Send(relay)).ShouldBe(new SendResult.InDoubt("The connection to the relay broke before it confirmed the message"));
        relay.Text.ShouldNotBeEmpty("it had the message");
    }

    [Theory, InlineData("rubbish"), InlineData("251 What now")]
    public async Task is_in_doubt_when_the_answer_makes_no_sense(string answer)
    {
        using var relay = new Relay(Relay.EndOfText, answer);
        (await Send(relay)).ShouldBeOfType<SendResult.InDoubt>();
    }

    [Theory, InlineData(Relay.BreakOff), InlineData("500 No")]
    public async Task is_accepted_however_the_relay_says_good_bye(string answer)
    {
        using var relay = new Relay("QUIT", answer);
        (await Send(relay)).ShouldBeOfType<SendResult.Accepted>();
    }

    [Fact]
    public async Task is_in_doubt_when_no_answer_comes_in_time()
    {
        using var relay = new Relay(Relay.EndOfText, Relay.Silence);
        var clock = new StandingClock();
        var sending = Provider(relay, clock: clock).Send(Message, default);
        while (relay.Text.Length == 0)
        {
            await Task.Yield();
        }

        clock.Advance(TimeSpan.FromSeconds(30));
        (await sending).ShouldBe(new SendResult.InDoubt("The relay did not confirm the message within 30 s"));
    }

    [Fact]
    public async Task is_refused_when_no_answer_comes_before_the_text_is_under_way_and_is_not_sent_afterwards()
    {
        using var relay = new Relay("RCPT", Relay.Silence);
        var clock = new StandingClock();
        var sending = Provider(relay, clock: clock).Send(Message, default);
        while (!relay.Commands.Any(command => command.StartsWith("RCPT", StringComparison.Ordinal)))
        {
            await Task.Yield();
        }

        clock.Advance(TimeSpan.FromSeconds(30));
        (await sending).ShouldBe(new SendResult.Refused(FailureCategory.Temporary, "unreachable", "The relay did not answer within 30 s"));
        await relay.Served;
        relay.Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task is_refused_when_nobody_listens()
    {
        var relay = new Relay();
        var provider = Provider(relay);
        relay.Dispose();
        (await provider.Send(Message, default)).ShouldBeOfType<SendResult.Refused>().Code.ShouldBe("unreachable");
    }

    [Fact]
    public async Task sends_nothing_in_the_clear_where_encryption_is_wanted()
    {
        using var relay = new Relay();
        var refused = (await Provider(relay, options => options.StartTls = true).Send(Message, default)).ShouldBeOfType<SendResult.Refused>();
        (refused.Category, refused.Code).ShouldBe((FailureCategory.Configuration, "relay-unfit"));
        relay.Commands.ShouldNotContain(command => command.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task signs_in_with_the_organisations_own_account_before_the_configured_one()
    {
        using var relay = new Relay("AUTH", "535 5.7.8 Wrong password");
        var result = await Provider(relay, options => options.UserName = "shared", null, new SmtpCredentials("own", "secret")).Send(Message, default);
        result.ShouldBe(new SendResult.Refused(FailureCategory.Configuration, "535", "5.7.8 Wrong password"));
        relay.Commands.ShouldContain("AUTH PLAIN " + Convert.ToBase64String("\0own\0secret"u8));
    }

    [Fact]
    public async Task is_not_begun_by_a_node_that_stops()
    {
        using var relay = new Relay();
        (await Provider(relay).Send(Message, new CancellationToken(true))).ShouldBe(new SendResult.Stopped());
    }
}
