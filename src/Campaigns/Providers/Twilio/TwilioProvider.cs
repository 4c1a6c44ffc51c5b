using System.Globalization;
using System.Net;
using Campaigns.Audience;
using Campaigns.Http;
using Campaigns.Recipients;
using Microsoft.Extensions.Options;
using Newtonsoft.Json;
using Twilio.Rest;
using Twilio.Rest.Api.V2010.Account;
using TwilioMethod = Twilio.Http.HttpMethod;
using TwilioNumber = Twilio.Types.PhoneNumber;
using TwilioRequest = Twilio.Http.Request;

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

    const int LengthOfSid = 34;

    /// <summary>A message that is looked for by its text was made between these times of the hand-over: clocks differ, answers take long.</summary>
    static readonly TimeSpan Before = TimeSpan.FromMinutes(1);
    static readonly TimeSpan After = TimeSpan.FromMinutes(10);

    /// <summary>The largest page that Twilio gives.</summary>
    const int MostLookedAt = 1000;

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

        var create = new CreateMessageOptions(new TwilioNumber(text.To)) { Body = text.Body };
        if (from is ['M', 'G', ..] && from.Length == LengthOfSid)
        {
            create.MessagingServiceSid = from;
        }
        else
        {
            create.From = new TwilioNumber(from);
        }

        var target = $"{TwilioEvents.StatusTarget}?{MessageIdParameter}={text.Id}{CallbackRetries}";
        create.StatusCallback = publicUrl.Of($"webhooks/twilio/{Uri.EscapeDataString(text.TenantId)}/{target}");
        return await ProviderCall.HandOver("Twilio", options.Value.Timeout, clock, async stop =>
        {
            var call = new TwilioCall(http, options.Value.BaseAddress, account, stop);
            var created = await call.Make(client => MessageResource.CreateAsync(create, client));
            return call.IsSuccess ? new SendResult.Accepted(created?.Sid) : Refusal(call);
        }, ct);
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

        return await ProviderCall.Ask(
            "Twilio", options.Value.Timeout, clock,
            stop =>
            {
                var call = new TwilioCall(http, options.Value.BaseAddress, account, stop);
                return message.ProviderMessageId is { } sid ? Look(sid, call) : Find(message, call);
            },
            why => new LookUpResult.Unavailable(why), ct);
    }

    SendResult Refusal(TwilioCall call)
    {
        var status = ((int)call.Status).ToString(CultureInfo.InvariantCulture);
        var code = call.ErrorCode?.ToString(CultureInfo.InvariantCulture);
        if (answers.ToMessage(status, code) is { } meaning)
        {
            return SendResult.Refused.By(meaning, code ?? status, call.Reason, ProviderCall.RetryAfter(call.Headers, clock.GetUtcNow()));
        }

        return call.Status >= HttpStatusCode.InternalServerError
            ? new SendResult.InDoubt($"Twilio answered {status}, which does not say whether it has the message")
            : new SendResult.Refused(FailureCategory.Unknown, code ?? status, call.Reason);
    }

    async Task<LookUpResult> Look(string sid, TwilioCall call)
    {
        var message = await call.Make(client => MessageResource.FetchAsync(new FetchMessageOptions(Uri.EscapeDataString(sid)), client));
        return call.Status == HttpStatusCode.NotFound ? new LookUpResult.NotFound()
            : call.IsSuccess && message is not null ? Found(message)
            : Unavailable(call);
    }

    // Not MessageResource.ReadAsync: it does not say whether there are more messages, and fetches them on a thread that waits.
    async Task<LookUpResult> Find(MessageInQuestion question, TwilioCall call)
    {
        var read = new ReadMessageOptions
        {
            To = new TwilioNumber(question.To),
            DateSentAfter = (question.HandedOverAt - Before).UtcDateTime.Date,
            PageSize = MostLookedAt,
        };
        var list = await call.Make(async client =>
        {
            var path = $"/2010-04-01/Accounts/{client.AccountSid}/Messages.json";
            var request = new TwilioRequest(TwilioMethod.Get, Domain.Api, path, queryParams: read.GetParams());
            return JsonConvert.DeserializeObject<MessageList>((await client.RequestAsync(request)).Content);
        });
        if (!call.IsSuccess || list?.Messages is not { } messages)
        {
            return Unavailable(call);
        }

        var fitting = messages.Where(message => Fits(message, question)).ToList();
        return fitting switch
        {
            [var message] => Found(message),
            [] when string.IsNullOrEmpty(list.NextPage) => new LookUpResult.NotFound(),
            [] => new LookUpResult.Unavailable("Twilio has more messages to this number than can be looked at"),
            _ => new LookUpResult.Unavailable($"Twilio has {fitting.Count} messages of this text to this number: which of them it is, nobody knows"),
        };
    }

    static bool Fits(MessageResource message, MessageInQuestion question) =>
        message.Direction?.ToString().StartsWith("outbound", StringComparison.Ordinal) != false
        && string.Equals(message.Body?.Trim(), question.Body?.Trim(), StringComparison.Ordinal)
        && ReadTime(message.DateCreated) is { } at && at >= question.HandedOverAt - Before && at <= question.HandedOverAt + After;

    LookUpResult.Found Found(MessageResource message)
    {
        var at = ReadTime(message.DateUpdated) ?? clock.GetUtcNow();
        var code = message.ErrorCode?.ToString(CultureInfo.InvariantCulture);
        return new LookUpResult.Found(
            TwilioStatus.Fact(message.Status?.ToString() ?? "", code, at, answers) ?? new MessageAccepted(at), PhoneNumber.Normalise(message.To),
            answers.OfCode(code)?.Suppresses);
    }

    static LookUpResult.Unavailable Unavailable(TwilioCall call) => new($"Twilio answered {(int)call.Status} {call.Reason}".TrimEnd());

    // Without a zone it is UTC, as Twilio's times are.
    static DateTimeOffset? ReadTime(DateTime? time) => time switch
    {
        null => null,
        { Kind: DateTimeKind.Unspecified } given => new DateTimeOffset(given, TimeSpan.Zero),
        { } given => new DateTimeOffset(given).ToUniversalTime(),
    };

    sealed record MessageList(
        [property: JsonProperty("messages")] IReadOnlyList<MessageResource>? Messages,
        [property: JsonProperty("next_page_uri")] string? NextPage);
}
