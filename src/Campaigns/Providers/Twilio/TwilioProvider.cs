using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Campaigns.Audience;
using Campaigns.Http;
using Campaigns.Recipients;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Twilio;

/// <summary>
/// Sends through Twilio's Messages API. There is no idempotency key: an answer that does not come leaves the message in doubt. Our id
/// travels in the address of the status callback, which Twilio does not show again: a message without a callback is found by its text.
/// </summary>
public sealed class TwilioProvider(
    HttpClient http, TwilioAccounts accounts, IOptions<TwilioOptions> options, PublicUrl publicUrl, TwilioAnswers answers, TimeProvider clock)
    : IMessageProvider
{
    /// <summary>The parameter of the status callback that carries our id.</summary>
    public const string MessageIdParameter = "mid";

    /// <summary>Repeats a callback up to five times, whatever went wrong with it. Twilio reads this and does not sign it.</summary>
    const string CallbackRetries = "#rc=5&rp=all";

    /// <summary>A message that is looked for by its text was made between these times of the hand-over: clocks differ, answers take long.</summary>
    static readonly TimeSpan Before = TimeSpan.FromMinutes(1);
    static readonly TimeSpan After = TimeSpan.FromMinutes(10);

    public string Name => TwilioCredentials.Provider;

    public Channel Channel => Channel.Sms;

    public async Task<SendResult> Send(OutgoingMessage message, CancellationToken ct)
    {
        var text = (OutgoingText)message;
        TwilioAccount account;
        try
        {
            account = await accounts.For(message.TenantId, ct);
        }
        catch (Exception error) when (AccountTrouble.OfSending(error) is { } result)
        {
            return result;
        }

        if (!account.IsComplete)
        {
            return new SendResult.Refused(FailureCategory.Configuration, "account-missing", "Twilio:AccountSid or Twilio:AuthToken is missing");
        }

        if ((text.From ?? options.Value.From) is not { Length: > 0 } from)
        {
            return new SendResult.Refused(FailureCategory.Configuration, "sender-missing", "There is no number to send from: Twilio:From is missing");
        }

        var form = new List<KeyValuePair<string, string>>
        {
            new("To", text.To),
            new(from.StartsWith("MG", StringComparison.Ordinal) ? "MessagingServiceSid" : "From", from),
            new("Body", text.Body),
        };
        var target = $"{TwilioEvents.StatusTarget}?{MessageIdParameter}={text.Id}{CallbackRetries}";
        if (publicUrl.Of($"webhooks/twilio/{Uri.EscapeDataString(text.TenantId)}/{target}") is { } callback)
        {
            form.Add(new("StatusCallback", callback.AbsoluteUri));
        }

        using var request = Request(HttpMethod.Post, account, "Messages.json");
        request.Content = new FormUrlEncodedContent(form);
        return await ProviderCall.HandOver(http, request, "Twilio", options.Value.Timeout, clock, Read, ct);
    }

    public async Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct)
    {
        TwilioAccount account;
        try
        {
            account = await accounts.For(message.TenantId, ct);
        }
        catch (Exception error) when (AccountTrouble.Why(error) is { } why)
        {
            return new LookUpResult.Unavailable(why);
        }

        if (!account.IsComplete)
        {
            return new LookUpResult.Unavailable("Twilio:AccountSid or Twilio:AuthToken is missing");
        }

        var day = (message.HandedOverAt - Before).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        using var request = Request(HttpMethod.Get, account, message.ProviderMessageId is { } sid
            ? $"Messages/{Uri.EscapeDataString(sid)}.json"
            : $"Messages.json?To={Uri.EscapeDataString(message.To)}&DateSent%3E={day}&PageSize=1000");
        return await ProviderCall.Ask(
            http, request, "Twilio", options.Value.Timeout, clock,
            (response, stop) => message.ProviderMessageId is null ? Find(message, response, stop) : Look(response, stop),
            why => new LookUpResult.Unavailable(why), ct);
    }

    HttpRequestMessage Request(HttpMethod method, TwilioAccount account, string path) =>
        new(method, new Uri(options.Value.BaseAddress, $"/2010-04-01/Accounts/{Uri.EscapeDataString(account.Sid)}/{path}"))
        {
            Headers =
            {
                Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.Name}:{account.Password}"))),
            },
        };

    async Task<SendResult> Read(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
        {
            return new SendResult.Accepted((await Json(response, TwilioJson.Default.TwilioMessage, ct))?.Sid);
        }

        var error = await Json(response, TwilioJson.Default.TwilioError, ct);
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        var code = error?.Code?.ToString(CultureInfo.InvariantCulture);
        if (answers.ToMessage(status, code) is { } meaning)
        {
            return SendResult.Refused.By(meaning, code ?? status, Reason(response, error), ProviderCall.RetryAfter(response.Headers, clock.GetUtcNow()));
        }

        return response.StatusCode >= HttpStatusCode.InternalServerError
            ? new SendResult.InDoubt($"Twilio answered {status}, which does not say whether it has the message")
            : new SendResult.Refused(FailureCategory.Unknown, code ?? status, Reason(response, error));
    }

    async Task<LookUpResult> Look(HttpResponseMessage response, CancellationToken ct) =>
        response.StatusCode == HttpStatusCode.NotFound ? new LookUpResult.NotFound()
        : response.IsSuccessStatusCode && await Json(response, TwilioJson.Default.TwilioMessage, ct) is { } message ? Found(message)
        : await Unavailable(response, ct);

    async Task<LookUpResult> Find(MessageInQuestion question, HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode || await Json(response, TwilioJson.Default.TwilioMessages, ct) is not { Messages: { } messages } page)
        {
            return await Unavailable(response, ct);
        }

        var fitting = messages.Where(message => Fits(message, question)).ToList();
        return fitting switch
        {
            [var message] => Found(message),
            [] when page.NextPage is null => new LookUpResult.NotFound(),
            [] => new LookUpResult.Unavailable("Twilio has more messages to this number than can be looked at"),
            _ => new LookUpResult.Unavailable($"Twilio has {fitting.Count} messages of this text to this number: which of them it is, nobody knows"),
        };
    }

    static bool Fits(TwilioMessage message, MessageInQuestion question) =>
        message.Direction?.StartsWith("outbound", StringComparison.Ordinal) != false
        && string.Equals(message.Body?.Trim(), question.Body?.Trim(), StringComparison.Ordinal)
        && message.CreatedAt is { } at && at >= question.HandedOverAt - Before && at <= question.HandedOverAt + After;

    LookUpResult.Found Found(TwilioMessage message)
    {
        var at = message.UpdatedAt ?? clock.GetUtcNow();
        var code = message.ErrorCode?.ToString(CultureInfo.InvariantCulture);
        return new LookUpResult.Found(
            TwilioStatus.Fact(message.Status ?? "", code, at, answers) ?? new MessageAccepted(at), PhoneNumber.Normalise(message.To),
            answers.OfCode(code)?.Suppresses);
    }

    static async Task<LookUpResult> Unavailable(HttpResponseMessage response, CancellationToken ct) => new LookUpResult.Unavailable(
        $"Twilio answered {(int)response.StatusCode} {Reason(response, await Json(response, TwilioJson.Default.TwilioError, ct))}".TrimEnd());

    static string Reason(HttpResponseMessage response, TwilioError? error) => error?.Message ?? response.ReasonPhrase ?? "";

    // Some answers come as a page of a web server in front. The status says enough then.
    static async Task<T?> Json<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        if (response.Content.Headers.ContentType?.MediaType is not "application/json")
        {
            return null;
        }

        try
        {
            return await response.Content.ReadFromJsonAsync(type, ct);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // no JSON, or of a charset that nobody knows
        }
    }
}
