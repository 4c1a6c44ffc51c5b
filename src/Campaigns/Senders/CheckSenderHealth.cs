using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Limits;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Campaigns.Senders;

/// <summary>Sent when messages in a sender's name bounce or are complained about; pauses the sender when there are too many of them.</summary>
public sealed record CheckSenderHealth(Guid SenderId);

/// <summary>
/// Looks at all that went out in a sender's name: a bad campaign among good ones is its own breaker's to stop, and campaigns too small to be
/// stopped add up here.
/// </summary>
public sealed class SenderBreaker(EventStore store, SenderHealths healths, IOptions<SendingOptions> options, ILogger<SenderBreaker> log)
{
    public async Task Handle(CheckSenderHealth message, Delivery delivery, CancellationToken ct)
    {
        var sender = await store.Load<Sender>(delivery.TenantId, message.SenderId, ct);
        var health = await healths.Of(delivery.TenantId, sender, ct);
        var decided = await store.Decide<Sender>(
            delivery.OpenSession, message.SenderId, (latest, _) => Decide(latest.State, health, options.Value), ct);
        if (decided.Recorded is [SenderPaused paused])
        {
            Log.BreakerPausedSender(log, message.SenderId, paused.Reason);
        }
    }

    /// <param name="health">Says nothing about a sender who was resumed after it was counted.</param>
    public static Outcome Decide(Sender sender, SenderHealth health, SendingOptions options) =>
        sender.IsAvailable && !(sender.ResumedAt >= health.Since)
            && BreakerRule.Breach(health.Sent, health.Bounced, health.Complained, options) is { } reason
            ? Outcome.Record(new SenderPaused(PausedBy.Breaker, reason))
            : Outcome.Nothing;
}
