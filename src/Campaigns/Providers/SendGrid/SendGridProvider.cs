using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Sending;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

/// <summary>
/// Sends through SendGrid's v3 API, one message a call. There is no idempotency key: an answer that does not come leaves the
/// message in doubt, and only SendGrid's own word settles it. Our id travels in <c>custom_args</c>.
/// </summary>
public sealed class SendGridProvider(HttpClient http, IOptions<SendGridOptions> options, TimeProvider clock) : IMessageProvider
{
    /// <summary>The custom argument that carries our id; prefixed so that it never collides with a name of SendGrid's.</summary>
    public const string MessageIdArgument = "ob_mid";

    public string Name => "sendgrid";

    public Channel Channel => Channel.Email;

    public Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct) =>
        Task.FromResult<LookUpResult>(new LookUpResult.Unavailable("Not asked"));

    public async Task<SendResult> Send(OutgoingMessage message, CancellationToken ct)
    {
        var email = (OutgoingEmail)message;
        var key = options.Value.ApiKey.Trim(); // a key from a file ends with a line break
        if (key.Length == 0 || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return new SendResult.Refused(FailureCategory.Configuration, "key-invalid", "SendGrid:ApiKey is missing, or is no key");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Value.BaseAddress, "/v3/mail/send"))
        {
            Content = JsonContent.Create(Body(email), SendGridJson.Default.MailSendRequest),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        };
        return await ProviderCall.HandOver(http, request, "SendGrid", options.Value.Timeout, clock, Read, ct);
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

        return new MailSendRequest(
            [new Personalization([new Mailbox(message.To, DisplayName(message.ToName))], new Dictionary<string, string> { [MessageIdArgument] = message.Id })],
            new Mailbox(message.From.Email, DisplayName(message.From.Name)),
            message.From.ReplyTo is { } replyTo ? new Mailbox(replyTo) : null,
            message.Subject,
            content,
            [message.Campaign]);
    }

    // SendGrid refuses names with these.
    static string? DisplayName(string? name) => string.IsNullOrWhiteSpace(name) ? null : name.Replace(';', ' ').Replace(',', ' ');

    async Task<SendResult> Read(HttpResponseMessage response, CancellationToken ct)
    {
        var code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        switch (response.StatusCode)
        {
            case HttpStatusCode.Accepted or HttpStatusCode.OK:
                return new SendResult.Accepted(response.Headers.TryGetValues("X-Message-Id", out var ids) ? ids.First() : null);
            case HttpStatusCode.TooManyRequests:
                return new SendResult.Refused(FailureCategory.Temporary, code, await Reason(response, ct), RetryAfter(response)) { IsThrottled = true };
            case HttpStatusCode.ServiceUnavailable or HttpStatusCode.RequestTimeout:
                return new SendResult.Refused(FailureCategory.Temporary, code, await Reason(response, ct), RetryAfter(response));
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed:
            case >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest: // the address leads elsewhere
                return new SendResult.Refused(FailureCategory.Configuration, code, await Reason(response, ct));
            case >= HttpStatusCode.InternalServerError:
                return new SendResult.InDoubt($"SendGrid answered {code}, which does not say whether it has the message");
            default:
                var (reason, field) = await Error(response, ct);
                return new SendResult.Refused(
                    field?.Contains(".to", StringComparison.Ordinal) == true ? FailureCategory.Recipient
                    : field?.StartsWith("from", StringComparison.Ordinal) == true ? FailureCategory.Configuration
                    : FailureCategory.Content,
                    code, reason);
        }
    }

    TimeSpan? RetryAfter(HttpResponseMessage response) => ProviderCall.RetryAfter(response.Headers, clock.GetUtcNow());

    static async Task<string> Reason(HttpResponseMessage response, CancellationToken ct) => (await Error(response, ct)).Reason;

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
