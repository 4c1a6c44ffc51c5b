using System.Text;
using Campaigns.Audience;
using MimeKit;

namespace Campaigns.Providers.Smtp;

/// <summary>A message as the relay gets it.</summary>
static class SmtpMail
{
    /// <exception cref="FormatException">An address is none.</exception>
    public static MimeMessage Create(OutgoingEmail email, DateTimeOffset now)
    {
        var from = ReadAddress(email.From.Email, email.From.Name);
        var message = new MimeMessage
        {
            MessageId = $"{email.Id}@{Written(from).Split('@')[^1]}", // our id in the place that bounces quote
            Date = now,
            Subject = VisibleText.MakeLine(email.Subject),
            From = { from },
            To = { ReadAddress(email.To, email.ToName) },
            Body = WriteBody(email),
        };
        if (email.From.ReplyTo is { } replyTo)
        {
            message.ReplyTo.Add(ReadAddress(replyTo, null));
        }

        WriteWords(message, HeaderId.Subject, message.Subject, "");
        var to = message.To.Mailboxes.Single();
        WriteWords(message, HeaderId.From, from.Name, $"\r\n <{Written(from)}>");
        WriteWords(message, HeaderId.To, to.Name, $"\r\n <{Written(to)}>");

        foreach (var (name, value) in email.UnsubscribeHeaders ?? [])
        {
            var header = new Header(name, "");
            // As it is: a long link must not be broken, or encoded as words are.
            header.SetRawValue(Encoding.ASCII.GetBytes($" {value}\r\n"));
            message.Headers.Add(header);
        }

        return message;
    }

    /// <summary>
    /// Whether an address has letters beyond ASCII before the @, which a relay must be able to take (SMTPUTF8). Those of
    /// a domain are written in ASCII.
    /// </summary>
    public static bool IsInternational(MimeMessage message) =>
        message.To.Mailboxes.Concat(message.From.Mailboxes).Any(mailbox => !Ascii.IsValid(mailbox.LocalPart));

    static void WriteWords(MimeMessage message, HeaderId name, string? text, string behind)
    {
        if (text is not null && EncodedWords.AreNeeded(text))
        {
            var header = new Header(name, "");
            header.SetRawValue(Encoding.UTF8.GetBytes($" {EncodedWords.Encode(text, before: header.Field.Length + 2)}{behind}\r\n"));
            message.Headers.Replace(header);
        }
    }

    // With its domain in ASCII.
    static string Written(MailboxAddress address) => address.GetAddress(idnEncode: true);

    static MailboxAddress ReadAddress(string address, string? name)
    {
        // Parsed to its end, and without a name: whatever stands beside an address would be lost in silence.
        if (!MailboxAddress.TryParse(address, out var parsed) || parsed.Domain.Length == 0 || !string.IsNullOrEmpty(parsed.Name))
        {
            throw new FormatException("This is no e-mail address");
        }

        return new MailboxAddress(Encoding.UTF8, DisplayName.Create(name), MailboxAddress.EncodeAddrspec(parsed.Address));
    }

    static MimeEntity WriteBody(OutgoingEmail email)
    {
        List<TextPart> parts = [];
        if (!string.IsNullOrEmpty(email.Text) || string.IsNullOrEmpty(email.Html))
        {
            parts.Add(new TextPart("plain") { Text = email.Text ?? "" }); // the plainest first
        }

        if (!string.IsNullOrEmpty(email.Html))
        {
            parts.Add(new TextPart("html") { Text = email.Html });
        }

        if (parts is [var only])
        {
            return only;
        }

        var both = new MultipartAlternative();
        parts.ForEach(both.Add);
        return both;
    }
}
