using System.Security.Cryptography;
using System.Text;
using Campaigns.Recipients;

namespace Campaigns.Providers.Twilio;

/// <summary>Twilio's words for where a message is.</summary>
static class TwilioStatus
{
    const string Delivered = "delivered";
    const string Undelivered = "undelivered";
    const string Failed = "failed";
    const string Canceled = "canceled";
    const string Read = "read";

    /// <returns>Null for words that say nothing, such as those of messages to us.</returns>
    public static object? Fact(string status, string? code, DateTimeOffset at, TwilioAnswers answers) => status switch
    {
        "accepted" or "scheduled" or "queued" or "sending" or "sent" => new MessageAccepted(at),
        Delivered => new MessageDelivered(at),
        Undelivered or Failed or Canceled => answers.OfCode(code) is { } meaning
            ? new MessageUndelivered(at, code ?? status, meaning.Category, meaning.Means)
            : new MessageUndelivered(at, code ?? status, FailureCategory.Unknown),
        Read => new MessageOpened(at, Machine: false),
        _ => null,
    };

    /// <summary>
    /// Twilio repeats itself and keeps no order: each status of a message counts once, and of those that end it the first one. What
    /// comes before the end is no news after it, because the ledger's <c>sent</c> is final.
    /// </summary>
    public static Guid[] Keys(string sid, string status) => status is Delivered or Undelivered or Failed or Canceled
        ? [Key($"{sid}\n{status}"), Key($"{sid}\nended")]
        : [Key($"{sid}\n{status}")];

    static Guid Key(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes("twilio\n" + text)).AsSpan(0, 16));
}
