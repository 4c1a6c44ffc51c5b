using Campaigns.Recipients;

namespace Campaigns.Providers.Smtp;

/// <summary>What a relay's refusal means (RFC 5321, RFC 3463).</summary>
public static class SmtpReply
{
    /// <param name="text">Often begins with a finer code, 5.7.1 for instance: a matter of policy, whoever is addressed.</param>
    public static FailureCategory Category(int code, string text) => code switch
    {
        >= 400 and < 500 => FailureCategory.Temporary,
        530 or 534 or 535 or 538 => FailureCategory.Configuration, // authentication
        501 or 504 => FailureCategory.Content, // this address or this message it does not take: others go through
        >= 500 and <= 503 => FailureCategory.Configuration, // the relay does not speak as we do
        550 or 554 when text.StartsWith("5.7.", StringComparison.Ordinal) => FailureCategory.Content,
        550 or 551 or 553 or 556 => FailureCategory.Recipient,
        552 or 554 => FailureCategory.Content,
        _ => FailureCategory.Unknown,
    };
}
