using System.Globalization;
using Campaigns.Audience;
using Campaigns.Consent;
using Campaigns.Recipients;

namespace Campaigns.Providers.Twilio;

/// <summary>Reads status callbacks and messages to us: one fact a body at most, at the time at which it came, because none stands in it.</summary>
public sealed class TwilioEvents(TwilioAnswers answers)
{
    /// <summary>Ends of the addresses that Twilio posts to; the first with our id as its query.</summary>
    public const string StatusTarget = "status";
    public const string InboundTarget = "inbound";

    const int LongestSid = 64;

    /// <returns>Null for what makes no sense.</returns>
    public ProviderFact? Read(string target, ReadOnlySpan<byte> body, DateTimeOffset receivedAt)
    {
        var form = TwilioForm.Read(body);
        if (form["MessageSid"] is not { Length: > 0 and <= LongestSid } sid || !sid.All(char.IsAsciiLetterOrDigit))
        {
            return null;
        }

        return target.Split('?', 2) switch
        {
            [StatusTarget, .. var query] when form["MessageStatus"] is { Length: > 0 } status => Status(form, sid, status, query, receivedAt),
            [InboundTarget, ..] => Inbound(form, sid, receivedAt),
            _ => null,
        };
    }

    /// <summary>Twilio's own opt-out handling says what it took the message for, which then holds; its words can be configured there.</summary>
    public static SmsKeyword? Keyword(TwilioForm form) => form["OptOutType"] switch
    {
        "STOP" => SmsKeyword.Stop,
        "START" => SmsKeyword.Start,
        "HELP" => SmsKeyword.Help,
        _ => SmsKeywords.Find(form["Body"]),
    };

    ProviderFact Status(TwilioForm form, string sid, string status, string[] query, DateTimeOffset at)
    {
        var id = query is [var parameters] ? TwilioForm.Read(parameters)[TwilioProvider.MessageIdParameter] : "";
        var code = int.TryParse(form["ErrorCode"], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;
        return new ProviderFact(
            Guid.TryParseExact(id, "N", out var recipient) ? recipient : null,
            TwilioStatus.Fact(status, code, at, answers), answers.OfCode(code)?.Suppresses, PhoneNumber.Normalise(form["To"]), TwilioStatus.Keys(sid, status));
    }

    static ProviderFact Inbound(TwilioForm form, string sid, DateTimeOffset at)
    {
        var keyword = Keyword(form);
        return new ProviderFact(
            null,
            keyword switch
            {
                SmsKeyword.Stop => new RecipientUnsubscribed(at),
                SmsKeyword.Help => null, // answered at once
                _ => new ReplyReceived(at, sid),
            },
            keyword == SmsKeyword.Stop ? SuppressionReason.Unsubscribed : null, PhoneNumber.Normalise(form["From"]), TwilioStatus.Keys(sid, "received"))
        {
            At = at, IsReply = true, Reinstates = keyword == SmsKeyword.Start,
        };
    }
}
