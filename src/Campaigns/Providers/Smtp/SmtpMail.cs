using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace Campaigns.Providers.Smtp;

/// <summary>A message as the relay gets it, which knows whether the relay has begun to get it.</summary>
sealed class SmtpMail : IDisposable
{
    readonly List<WatchedStream> contents = [];

    /// <exception cref="FormatException">An address is none.</exception>
    public SmtpMail(OutgoingEmail email)
    {
        // Our id in the place that bounces quote.
        MessageId = $"<{email.Id}@{new MailAddress(email.From.Email).Host}>";
        Message = new MailMessage(Address(email.From.Email, email.From.Name), Address(email.To, email.ToName))
        {
            Subject = OneLine(email.Subject), SubjectEncoding = Encoding.UTF8, HeadersEncoding = Encoding.UTF8,
            Headers = { { "Message-ID", MessageId } },
        };
        if (email.From.ReplyTo is { } replyTo)
        {
            Message.ReplyToList.Add(Address(replyTo, null));
        }

        foreach (var (name, value) in email.UnsubscribeHeaders ?? [])
        {
            Message.Headers.Add(name, value);
        }

        Add(email.Text, MediaTypeNames.Text.Plain); // the plainest first
        Add(email.Html, MediaTypeNames.Text.Html);
    }

    public MailMessage Message { get; }

    public string MessageId { get; }

    /// <summary>The relay has asked for the text (DATA), and gets it: from here on nobody knows what it has until it says so.</summary>
    public bool IsUnderWay => contents.Exists(content => content.WasRead);

    /// <summary>An address has letters beyond ASCII before the @.</summary>
    public bool IsInternational => !Ascii.IsValid(Message.To[0].User) || !Ascii.IsValid(Message.From!.User);

    public void Dispose() => Message.Dispose();

    static MailAddress Address(string address, string? name) => new(address, string.IsNullOrWhiteSpace(name) ? null : OneLine(name), Encoding.UTF8);

    static string OneLine(string text) => text.ReplaceLineEndings(" ");

    void Add(string? text, string mediaType)
    {
        if (!string.IsNullOrEmpty(text))
        {
            var content = new WatchedStream(Encoding.UTF8.GetBytes(text));
            contents.Add(content);
            Message.AlternateViews.Add(new AlternateView(content, new ContentType(mediaType) { CharSet = "utf-8" }));
        }
    }

    sealed class WatchedStream(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        volatile bool wasRead;

        public bool WasRead => wasRead;

        public override int Read(byte[] buffer, int offset, int count)
        {
            wasRead = true;
            return base.Read(buffer, offset, count);
        }

        public override int Read(Span<byte> buffer)
        {
            wasRead = true;
            return base.Read(buffer);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            wasRead = true;
            return base.ReadAsync(buffer, offset, count, cancellationToken);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            wasRead = true;
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
