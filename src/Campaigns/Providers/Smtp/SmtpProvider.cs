using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Security.Authentication;
using Campaigns.Recipients;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Smtp;

/// <summary>
/// Sends through an SMTP relay, a connection for each message. Until the text is under way whatever breaks is a refusal, from then on a doubt, which
/// only a bounce settles: a relay tells nobody what became of a message.
/// </summary>
/// <param name="own">The credentials of an organisation, the present ones first; empty where it has none.</param>
public sealed class SmtpProvider(
    Func<string, CancellationToken, Task<IReadOnlyList<SmtpCredentials>>> own, IOptions<SmtpOptions> options, TimeProvider clock) : IMessageProvider
{
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

        SmtpMail mail;
        NetworkCredential? credentials;
        try
        {
            credentials = await Credentials(email.TenantId, ct);
            mail = new SmtpMail(email);
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
    async Task<SendResult> HandOver(SmtpMail mail, NetworkCredential? credentials)
    {
        var relay = options.Value;
        using var timeout = new CancellationTokenSource(relay.Timeout, clock);
        using var client = new SmtpClient(relay.Host, relay.Port)
        {
            EnableSsl = relay.StartTls, Credentials = credentials,
            // Only where an address asks for it: not every server on the way takes such messages.
            DeliveryFormat = mail.IsInternational ? SmtpDeliveryFormat.International : SmtpDeliveryFormat.SevenBit,
        };
        try
        {
            await client.SendMailAsync(mail.Message, CancellationToken.None).WaitAsync(timeout.Token); // its own cancellation waits for the relay
            return new SendResult.Accepted(mail.MessageId);
        }
        catch (OperationCanceledException)
        {
            client.Dispose(); // breaks the connection off: nothing goes on behind our back
            var late = $"within {relay.Timeout.TotalSeconds:0} s";
            return mail.IsUnderWay
                ? new SendResult.InDoubt($"The relay did not confirm the message {late}")
                : new SendResult.Refused(FailureCategory.Temporary, "unreachable", $"The relay did not answer {late}");
        }
        catch (SmtpException error) when (error.StatusCode > 0)
        {
            var text = Response(error.Message);
            var code = (int)error.StatusCode;
            return new SendResult.Refused(SmtpReply.Category(code, text), code.ToString(CultureInfo.InvariantCulture), text);
        }
        catch (SmtpException) when (mail.IsUnderWay)
        {
            return new SendResult.InDoubt("The connection to the relay broke before it confirmed the message");
        }
        catch (SmtpException error) when (error.InnerException is null or AuthenticationException)
        {
            // The relay offers no STARTTLS, or takes no address beyond ASCII; or its certificate is not to be trusted.
            return new SendResult.Refused(
                mail.IsInternational ? FailureCategory.Recipient : FailureCategory.Configuration, "relay-unfit",
                error.InnerException?.Message ?? error.Message);
        }
        catch (SmtpException error)
        {
            return new SendResult.Refused(FailureCategory.Temporary, "unreachable", $"The relay cannot be reached ({error.InnerException!.Message})");
        }
    }

    async Task<NetworkCredential?> Credentials(string tenantId, CancellationToken ct) => await own(tenantId, ct) switch
    {
        [var present, ..] => new NetworkCredential(present.UserName, present.Password),
        _ when options.Value.UserName.Length > 0 => new NetworkCredential(options.Value.UserName, options.Value.Password.Trim()),
        _ => null,
    };

    // The framework's words come first; the relay's own say more.
    static string Response(string message)
    {
        const string introduction = "The server response was: ";
        var at = message.IndexOf(introduction, StringComparison.Ordinal);
        return at < 0 ? message : message[(at + introduction.Length)..];
    }
}
