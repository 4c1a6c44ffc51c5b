using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Campaigns.Recipients;
using Campaigns.Tenancy;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Campaigns.Providers.Smtp;

/// <summary>
/// Sends through an SMTP relay, a connection for each message. Until the text is under way whatever breaks is a refusal, from then on a doubt, which
/// only a bounce settles: a relay tells nobody what became of a message.
/// </summary>
/// <param name="own">The credentials of an organisation.</param>
public sealed class SmtpProvider(
    Func<string, CancellationToken, Task<OwnCredentials<SmtpCredentials>>> own, IOptions<SmtpOptions> options, TimeProvider clock) : IMessageProvider
{
    static readonly FormatOptions International = new() { International = true };

    public string Name => SmtpCredentials.Provider;

    public Channel Channel => Channel.Email;

    public Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct) =>
        Task.FromResult<LookUpResult>(new LookUpResult.Unavailable("A relay does not tell what became of a message"));

    public async Task<SendResult> Send(OutgoingMessage message, CancellationToken ct)
    {
        var email = (OutgoingEmail)message;
        if (email.DryRun)
        {
            return new SendResult.Refused(FailureCategory.Configuration, "dry-run-unsupported", "A relay cannot check a message without sending it");
        }

        MimeMessage mail;
        NetworkCredential? credentials;
        try
        {
            credentials = await Credentials(email.TenantId, ct);
            mail = SmtpMail.Create(email, clock.GetUtcNow());
        }
        catch (FormatException error)
        {
            return new SendResult.Refused(FailureCategory.Recipient, "address-invalid", error.Message);
        }
        catch (Exception error) when (AccountTrouble.OfSending(error) is { } result)
        {
            return result;
        }

        using (mail)
        {
            return ct.IsCancellationRequested
                ? new SendResult.Stopped()
                : await HandOver(mail, credentials);
        }
    }

    // Not ended by the node's stop: a message that is under way is worth the wait for its answer, which a cancelled one never gets.
    async Task<SendResult> HandOver(MimeMessage mail, NetworkCredential? credentials)
    {
        using var timeout = new CancellationTokenSource(options.Value.Timeout, clock);
        using var client = new SmtpClient
        {
            Timeout = Timeout.Infinite, // of a single answer: the whole has its limit
            CheckCertificateRevocation = false, // a company's own authority seldom has a list; its lack would stop all mail
        };
        var text = new TextUnderWay();
        var result = await HandOver(client, mail, credentials, text, timeout.Token);
        if (result is SendResult.Accepted)
        {
            await SayGoodBye(client, timeout.Token);
        }

        return result;
    }

    async Task<SendResult> HandOver(
        SmtpClient client, MimeMessage mail, NetworkCredential? credentials, TextUnderWay text, CancellationToken ct)
    {
        var relay = options.Value;
        try
        {
            await client.ConnectAsync(relay.Host, relay.Port, ChooseEncryption(relay), ct);
            if (credentials is not null)
            {
                await client.AuthenticateAsync(credentials, ct);
            }

            var isInternational = SmtpMail.IsInternational(mail);
            if (isInternational && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
            {
                return new SendResult.Refused(
                    FailureCategory.Recipient, "relay-unfit", "The relay takes no address with letters beyond ASCII");
            }

            if (!isInternational)
            {
                // Only where an address asks for it: not every server on the way takes such messages.
                client.Capabilities &= ~SmtpCapabilities.UTF8;
            }

            await client.SendAsync(isInternational ? International : FormatOptions.Default, mail, ct, text);
            return new SendResult.Accepted($"<{mail.MessageId}>");
        }
        catch (OperationCanceledException)
        {
            var late = $"within {relay.Timeout.TotalSeconds:0} s";
            return text.IsUnderWay
                ? new SendResult.InDoubt($"The relay did not confirm the message {late}")
                : new SendResult.Refused(FailureCategory.Temporary, "unreachable", $"The relay did not answer {late}");
        }
        catch (SmtpCommandException error) when ((int)error.StatusCode >= 400 || !text.IsUnderWay)
        {
            return Refuse((int)error.StatusCode, error.Message);
        }
        catch (ServiceNotAuthenticatedException error)
        {
            return Refuse((int)SmtpStatusCode.AuthenticationRequired, error.Message);
        }
        catch (AuthenticationException error) when (error.InnerException is SmtpCommandException answer)
        {
            return Refuse((int)answer.StatusCode, answer.Message);
        }
        catch (Exception error) when (!text.IsUnderWay && IsUnfit(error))
        {
            return new SendResult.Refused(FailureCategory.Configuration, "relay-unfit", error.Message);
        }
        catch (Exception error) when (error is ProtocolException or CommandException or IOException or SocketException
            or SslHandshakeException or TimeoutException or NotSupportedException or AuthenticationException)
        {
            return text.IsUnderWay
                ? new SendResult.InDoubt("The connection to the relay broke before it confirmed the message")
                : new SendResult.Refused(FailureCategory.Temporary, "unreachable", $"The relay cannot be reached ({error.Message})");
        }
    }

    // The relay has the message, whatever becomes of the farewell.
    static async Task SayGoodBye(SmtpClient client, CancellationToken ct)
    {
        try
        {
            await client.DisconnectAsync(quit: true, ct);
        }
        catch (Exception error) when (error is IOException or SocketException or ProtocolException or CommandException
            or OperationCanceledException)
        {
            // Broken off by the relay.
        }
    }

    static SecureSocketOptions ChooseEncryption(SmtpOptions relay) => (relay.StartTls, relay.Port) switch
    {
        (false, _) => SecureSocketOptions.None,
        (true, SmtpOptions.TlsPort) => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.StartTls,
    };

    // The relay offers no STARTTLS or no way to sign in, or its certificate is not to be trusted.
    static bool IsUnfit(Exception error) =>
        error is NotSupportedException or AuthenticationException
        || (error is SslHandshakeException && error.InnerException is not (IOException or SocketException));

    static SendResult.Refused Refuse(int code, string text) =>
        new(SmtpReply.Category(code, text), code.ToString(CultureInfo.InvariantCulture), text);

    async Task<NetworkCredential?> Credentials(string tenantId, CancellationToken ct) => await own(tenantId, ct) switch
    {
        { Present: { } present } => new NetworkCredential(present.UserName, present.Password),
        _ when options.Value.UserName.Length > 0 => new NetworkCredential(options.Value.UserName, options.Value.Password.Trim()),
        _ => null,
    };

    /// <summary>The relay has asked for the text (DATA), and gets it: from here on nobody knows what it has until it says so.</summary>
    sealed class TextUnderWay : ITransferProgress
    {
        volatile bool isUnderWay;

        public bool IsUnderWay => isUnderWay;

        public void Report(long bytesTransferred, long totalSize) => isUnderWay = true;

        public void Report(long bytesTransferred) => isUnderWay = true;
    }
}
