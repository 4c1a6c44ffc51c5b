using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Wolverine;
using Wolverine.Attributes;

namespace Campaigns.Senders;

/// <summary>Sent when messages in a sender's name bounce or are complained about; pauses the sender when there are too many of them.</summary>
[MessageIdentity("check_sender_health")]
public sealed record CheckSenderHealth(Guid SenderId);

/// <summary>
/// Looks at all that went out in a sender's name: a bad campaign among good ones is its own breaker's to stop, and campaigns too small to be
/// stopped add up here.
/// </summary>
public static class CheckSenderHealthHandler
{
    public static async Task<OutgoingMessages> Handle(
        CheckSenderHealth message, IDocumentSession session, SenderHealths healths, IOptions<SendingOptions> options, CancellationToken ct)
    {
        var sender = await session.Events.FetchForWriting<Sender>(message.SenderId, ct);
        var health = await healths.Of(session.TenantId, sender.Loaded(), ct);
        return sender.Record(Decide(sender.State(), health, options.Value)).Messages;
    }

    /// <param name="health">Says nothing about a sender who was resumed after it was counted.</param>
    public static Outcome Decide(Sender sender, SenderHealth health, SendingOptions options) =>
        sender.IsAvailable && !(sender.ResumedAt >= health.Since)
            && BreakerRule.Breach(health.Sent, health.Bounced, health.Complained, options) is { } reason
            ? Outcome.Record(new SenderPaused(PausedBy.Breaker, reason))
            : Outcome.Nothing;
}
