using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Campaigns.Recipients;
using Microsoft.Extensions.Options;
using SendGrid;

namespace Campaigns.Providers.SendGrid;

/// <summary>
/// Sends through SendGrid's v3 API, one message a call. There is no idempotency key: an answer that does not come leaves the
/// message in doubt, and only SendGrid's own word settles it. Our id travels in <c>custom_args</c>. The hand-over itself does not go through
/// the SDK, whose messages cost several times the CPU (decision 34).
/// </summary>
public sealed class SendGridProvider(
    HttpClient http, SendGridApi api, SendGridAccounts accounts, SendGridAnswers answers, IOptions<SendGridOptions> options, TimeProvider clock)
    : IMessageProvider
{
    /// <summary>The custom argument that carries our id; prefixed so that it never collides with a name of SendGrid's.</summary>
    public const string MessageIdArgument = "ob_mid";

    /// <summary>The custom argument that says whose message it is: several organisations may share the account, whose events then come in one body.</summary>
    public const string OrganisationArgument = "ob_org";

    public string Name => SendGridCredentials.Provider;

    public Channel Channel => Channel.Email;

    public async Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct) => EmailActivity.Read(
        await api.Ask(message.TenantId, BaseClient.Method.GET, EmailActivity.Query(message.Id), null, ct), message.HandedOverAt);

    public async Task<bool> HasVerified(string tenantId, string email, CancellationToken ct)
    {
        try
        {
            // What a shared account may send as says nothing about who this organisation is.
            return (await accounts.For(tenantId, ct)).IsOwn && await VerifiedSenders.Contain(api, tenantId, email, ct);
        }
        catch (Exception error) when (AccountTrouble.Why(error) is not null)
        {
            return false;
        }
    }

    public async Task<SendResult> Send(OutgoingMessage message, CancellationToken ct)
    {
        var email = (OutgoingEmail)message;
        // Domains are kept as A-labels: what is left stands before the @, and SendGrid takes none of it.
        if (!Ascii.IsValid(email.To))
        {
            return new SendResult.Refused(
                FailureCategory.Recipient, "address-not-ascii", "SendGrid takes no letters beyond ASCII before the @ of an address; an SMTP relay may");
        }

        SendGridAccount account;
        try
        {
            account = await accounts.For(message.TenantId, ct);
        }
        catch (Exception error) when (AccountTrouble.OfSending(error) is { } result)
        {
            return result;
        }

        if (!SecretText.IsToken(account.ApiKey))
        {
            return new SendResult.Refused(FailureCategory.Configuration, "key-invalid", "SendGrid:ApiKey is missing, or is no key");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(account.BaseAddress, "/v3/mail/send"))
        {
            // In one piece, with its length: a chunked request that breaks off is harder to tell from a whole one.
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(Body(email), SendGridJson.Requests.MailSendRequest))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", account.ApiKey) },
        };
        return await ProviderCall.HandOver("SendGrid", options.Value.Timeout, clock, async stop =>
        {
            using var response = await http.SendAsync(request, stop);
            return await Read(response, stop);
        }, ct);
    }

    static MailSendRequest Body(OutgoingEmail message)
    {
        var content = new List<Content>(2);
        if (!string.IsNullOrEmpty(message.Text))
        {
            content.Add(new Content("text/plain", message.Text)); // must come first
        }

        if (!string.IsNullOrEmpty(message.Html))
        {
            content.Add(new Content("text/html", message.Html));
        }

        var personalization = new Personalization(
            [new Mailbox(message.To, HeaderName(message.ToName))], message.UnsubscribeHeaders,
            new Dictionary<string, string> { [MessageIdArgument] = message.Id, [OrganisationArgument] = message.TenantId });
        return new MailSendRequest(
            [personalization],
            new Mailbox(message.From.Email, HeaderName(message.From.Name)),
            message.From.ReplyTo is { } replyTo ? new Mailbox(replyTo) : null,
            message.Subject,
            content,
            [message.Campaign],
            message.DryRun ? new MailSettings(new Switch(true)) : null,
            message.Untracked ? new TrackingSettings(new ClickTracking(false, false)) : null);
    }

    // SendGrid refuses names with , and ;, and writes a name into the header as it is: what has a meaning there would make another address of it.
    static string? HeaderName(string? name) => DisplayName.Create(name)?.Replace(';', ' ').Replace(',', ' ').Replace('<', ' ').Replace('>', ' ').Replace('\\', ' ')
        .Replace('"', '\'');

    async Task<SendResult> Read(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.OK)
        {
            return new SendResult.Accepted(response.Headers.TryGetValues("X-Message-Id", out var ids) ? ids.First() : null);
        }

        var code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        var (reason, field) = await Error(response, ct);
        return answers.ToMailSend(code, field, reason) is { } meaning
                ? SendResult.Refused.By(meaning, code, reason, ProviderCall.RetryAfter(response.Headers, clock.GetUtcNow()))
            : response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.InternalServerError
                ? new SendResult.Refused(FailureCategory.Unknown, code, reason)
            : new SendResult.InDoubt($"SendGrid answered {code}, which does not say whether it has the message");
    }

    // Some answers, 413 above all, come as a page of the web server in front.
    static async Task<(string Reason, string? Field)> Error(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.Content.Headers.ContentType?.MediaType is "application/json")
        {
            try
            {
                var body = await response.Content.ReadFromJsonAsync(SendGridJson.Default.SendGridErrors, ct);
                if (body?.Errors is [{ } error, ..])
                {
                    return (error.Message ?? "", error.Field);
                }
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                // No JSON, or of a charset that nobody knows. The status says enough.
            }
        }

        return (response.ReasonPhrase ?? "", null);
    }
}
