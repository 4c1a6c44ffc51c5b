using System.Text;
using System.Text.RegularExpressions;
using Campaigns.Audience;
using Campaigns.Providers;
using Campaigns.Providers.Smtp;
using Campaigns.Tests.Audience;
using MimeKit;

namespace Campaigns.Tests.Providers.Smtp;

/// <summary>Whatever stands in a name, an address or a subject: what is written is read again as one mailbox each, and no header more.</summary>
public sealed partial class whatever_stands_in_a_header
{
    static readonly OutgoingEmail Message = new(
        "0195a0b1c2d38e4f8a5b0123456789ab", "ours", "0195a0b1c2d37e4f8a5b0123456789ab", new SenderAddress("news@example.com", "News"), "ann@example.org",
        "Ann", "Hello", null, "Hi");

    [Theory]
    [InlineData("X\" <ceo@bank.example>, \"Y")]
    [InlineData("Robert \"Bob\" Smith")]
    [InlineData("Anna \"Annie\" Lee")]
    [InlineData("Ann\\")]
    [InlineData("Lee, Ann; Dr. (x) <y> [z]: @home")]
    [InlineData("Zoë \"Zo\" Müller")]
    [InlineData("नाम")]
    [InlineData("👩\u200d👩\u200d👧 Lee")]
    public void comes_back_as_it_was(string name)
    {
        var mail = WriteAndRead(Message with { From = new SenderAddress("news@example.com", name), ToName = name });
        mail.From.Mailboxes.ShouldHaveSingleItem().ShouldBe("news@example.com", name);
        mail.To.Mailboxes.ShouldHaveSingleItem().ShouldBe("ann@example.org", name);
    }

    [Theory]
    [InlineData("Ann\nBcc: e@x.example", "Ann Bcc: e@x.example")]
    [InlineData("Ann\r\n\tLee\0", "Ann Lee")]
    [InlineData("A\u2028B\u0085C", "A B C")]
    [InlineData("\u202eeel nna\u202c", "eel nna")]
    [InlineData("=?utf-8?q?CEO?=", "= ?utf-8?q?CEO?=")]
    public void is_a_name_on_one_line(string name, string shown)
    {
        DisplayName.Create(name).ShouldBe(shown);
        WriteAndRead(Message with { ToName = name }).To.Mailboxes.ShouldHaveSingleItem().ShouldBe("ann@example.org", shown);
    }

    [Theory]
    [InlineData("=?utf-8?q?Fake?="), InlineData("Hey =?utf-8?B?xxx?="), InlineData("éééééééééééééééééééééééééééééééééééééééééééééééé"), InlineData("日本日本日本日本日本日本日本日本日本日本")]
    [InlineData("Ярослав-Владимир Красноармейский-Новодворский"), InlineData("Wolfeschlegelsteinhausenbergerdörff-Müller-Lüdenscheidt"), InlineData("Two  blanks é  é and 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀")]
    public void is_read_in_a_subject_as_it_was_written(string text)
    {
        var mail = WriteAndRead(Message with { Subject = text, ToName = text, From = new SenderAddress("news@bücher.example", text) });

        mail.Subject.ShouldBe(text);
        mail.To.Mailboxes.ShouldHaveSingleItem().ShouldBe("ann@example.org", DisplayName.Create(text));
        mail.Headers["Message-Id"].ShouldEndWith("@xn--bcher-kva.example>");
    }

    [Fact]
    public void is_cut_where_nobody_reads_on()
    {
        DisplayName.Create(new string('a', 3000)).ShouldBe(new string('a', 200));
        DisplayName.Create(new string('a', 199) + "e\u0301" + "b").ShouldBe(new string('a', 199), "no half of a letter");
        DisplayName.Create(new string('a', 199) + "😀").ShouldBe(new string('a', 199));
        DisplayName.Create(" \u200b ").ShouldBeNull();
        Write(Message with { ToName = new string('a', 3000), Subject = new string('b', 3000) }).Split("\n").ShouldAllBe(line => line.Length < 998);
    }

    [Fact]
    public void among_thousands_of_generated_names_and_addresses_is_forged_by_none()
    {
        var generated = new Generated(12);
        for (var i = 0; i < 4000; i++)
        {
            var (from, to) = (EmailAddress.Normalise(generated.Address()) ?? "news@example.com", EmailAddress.Normalise(generated.Address()) ?? "ann@example.org");
            var message = Message with { From = new SenderAddress(from, generated.Name(), to), To = to, ToName = generated.Name(), Subject = generated.Name() };
            var mail = WriteAndRead(message);

            mail.From.Mailboxes.ShouldHaveSingleItem().ShouldBe(from, DisplayName.Create(message.From.Name));
            mail.To.Mailboxes.ShouldHaveSingleItem().ShouldBe(to, DisplayName.Create(message.ToName));
            mail.ReplyTo.Mailboxes.ShouldHaveSingleItem().ShouldBe(to, null);
            MailboxAssertions.WithoutBlanks(mail.Subject).ShouldBe(MailboxAssertions.WithoutBlanks(VisibleText.MakeLine(message.Subject)));
            mail.Headers.Select(header => header.Field).Order(StringComparer.Ordinal)
                .ShouldBe(["Date", "From", "MIME-Version", "Message-Id", "Reply-To", "Subject", "To"]);
        }
    }

    static MimeMessage WriteAndRead(OutgoingEmail message) => MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(Write(message))));

    static string Write(OutgoingEmail message)
    {
        using var mail = SmtpMail.Create(message, DateTimeOffset.UnixEpoch);
        using var written = new MemoryStream();
        mail.WriteTo(SmtpMail.IsInternational(mail) ? new FormatOptions { International = true } : FormatOptions.Default, written);
        var text = Encoding.UTF8.GetString(written.ToArray());
        text.Split('\n').ShouldAllBe(line => Encoding.UTF8.GetByteCount(line) <= 998);
        (Ascii.IsValid(text) || SmtpMail.IsInternational(mail)).ShouldBeTrue();
        EncodedWord().Matches(text).ShouldAllBe(word => word.Length <= 75);
        text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => EncodedWord().IsMatch(line)).ShouldAllBe(line => line.Length <= 76);
        return text;
    }

    [GeneratedRegex(@"=\?[\w-]+\?[bBqQ]\?[^? ]*\?=")]
    private static partial Regex EncodedWord();
}

static class MailboxAssertions
{
    public static string WithoutBlanks(string? name) => string.Concat((name ?? "").Where(letter => !char.IsWhiteSpace(letter)));

    public static void ShouldBe(this MailboxAddress mailbox, string address, string? name)
    {
        EmailAddress.Normalise(mailbox.Address).ShouldBe(address); // the parser gives a domain in the letters of its script
        // The library reads words in quotes and encoded ones beside each other with a blank between them.
        WithoutBlanks(mailbox.Name).ShouldBe(WithoutBlanks(name));
    }
}
