using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Sending.Accounts;

namespace Campaigns.Sending;

/// <summary>What became of the messages of a batch so far, and whether to go on. For use by several threads.</summary>
public sealed class HandoverState(int batch, ProviderAccounts accounts, SendingOptions options)
{
    static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);

    readonly Lock gate = new();
    string? stopped;

    /// <summary>Why the campaign must be paused: the fault is with the provider, our account or what we send.</summary>
    public string? Breaker { get; private set; }

    /// <summary>Why nothing more is handed over; null while it is.</summary>
    public string? Stopped => Volatile.Read(ref stopped);

    public void Stop(string why)
    {
        lock (gate)
        {
            stopped ??= why;
        }
    }

    /// <param name="provider">Whose result it is.</param>
    /// <returns>The fact to record about the recipient.</returns>
    public object Add(QueuedRecipient recipient, string provider, SendResult result, DateTimeOffset now)
    {
        lock (gate)
        {
            return result switch
            {
                SendResult.Stopped => new MessageReturned(batch, SendResult.Stopped.Why),
                SendResult.Accepted accepted => Fine(provider, new MessageSent(batch, accepted.ProviderMessageId), now),
                SendResult.InDoubt doubt => Wrong(provider, new MessageInDoubt(batch, doubt.Why), doubt.Why),
                SendResult.Refused { IsThrottled: true } refused => SlowDown(recipient, provider, refused, now),
                SendResult.Refused { Category: FailureCategory.Configuration } refused => Trip(
                    provider, new MessageReturned(batch, refused.Text, refused.Code), $"The provider refuses our account or sender: {refused.Code} {refused.Text}"),
                SendResult.Refused { Category: FailureCategory.Recipient } refused => Fine(provider, Failed(recipient, refused), now),
                SendResult.Refused refused => Wrong(provider, (object?)Again(recipient, refused, now) ?? Failed(recipient, refused), $"{refused.Code} {refused.Text}"),
                _ => throw new InvalidOperationException($"{result} is no result of a provider."),
            };
        }
    }

    object Fine(string provider, object fact, DateTimeOffset now)
    {
        var account = accounts[provider];
        // What was out while it slowed down says nothing about whether it is well again.
        accounts[provider] = account with { ErrorsInARow = 0, Slowed = account.SlowUntil > now ? account.Slowed : 0 };
        return fact;
    }

    object Wrong(string provider, object fact, string words)
    {
        var errors = accounts[provider].ErrorsInARow + 1;
        accounts[provider] = accounts[provider] with { ErrorsInARow = errors };
        return errors >= options.ErrorsBeforeBreak
            ? Trip(provider, fact, $"{errors} errors of the provider in a row, the last one: {words}")
            : fact;
    }

    object Trip(string provider, object fact, string why)
    {
        accounts[provider] = accounts[provider] with { ErrorsInARow = 0 }; // who resumes has seen it
        Breaker ??= why;
        stopped ??= why;
        return fact;
    }

    MessageReturned SlowDown(QueuedRecipient recipient, string provider, SendResult.Refused refused, DateTimeOffset now)
    {
        accounts[provider] = accounts[provider].SlowDown(refused.RetryAfter, $"{refused.Code} {refused.Text}", Draw(recipient), now);
        stopped ??= accounts[provider].SlowSentence;
        return new MessageReturned(batch, refused.Text, refused.Code);
    }

    /// <returns>Null when it has been tried often enough, or would fail again.</returns>
    AttemptFailed? Again(QueuedRecipient recipient, SendResult.Refused refused, DateTimeOffset now)
    {
        var attempt = recipient.Attempts + 1;
        var most = refused.Category switch
        {
            FailureCategory.Temporary => options.MostAttempts,
            FailureCategory.Unknown => Math.Min(2, options.MostAttempts),
            _ => 1,
        };
        return attempt < most
            ? new AttemptFailed(
                batch, attempt, refused.Category, refused.Code, refused.Text,
                now + (ProviderAccount.Believed(refused.RetryAfter) ?? Backoff.After(recipient.Attempts, options.FirstRetry, LongestRetry, Draw(recipient))))
            : null;
    }

    MessageFailed Failed(QueuedRecipient recipient, SendResult.Refused refused) =>
        new(batch, refused.Category, refused.Code, refused.Text, recipient.Attempts + 1);

    // Drawn from who it is instead of a generator: deciding twice comes to the same.
    double Draw(QueuedRecipient recipient) => DerivedId.Fraction($"{recipient.Id:N} {batch} retry");
}
