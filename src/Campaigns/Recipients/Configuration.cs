using Campaigns.Storage;

namespace Campaigns.Recipients;

/// <summary>The stream of one message to one person.</summary>
static class Configuration
{
    const string Erased = "erased";

    public static void Add(ModuleBuilder module)
    {
        module.Stream<Recipient>("recipient")
            .Event<RecipientQueued>("recipient_queued")
            .Event<RecipientSkipped>("recipient_skipped")
            .Event<RecipientWithdrawn>("recipient_withdrawn")
            .Event<RecipientRequeued>("recipient_requeued")
            .Event<MessageSent>("message_sent")
            .Event<MessageFailed>("message_failed")
            .Event<MessageInDoubt>("message_in_doubt")
            .Event<MessageReturned>("message_returned")
            .Event<AttemptFailed>("attempt_failed")
            .Event<RecipientDeferred>("recipient_deferred")
            .Event<MessageAccepted>("message_accepted")
            .Event<MessageDelivered>("message_delivered")
            .Event<MessageDeferred>("message_deferred")
            .Event<MessageOpened>("message_opened")
            .Event<LinkClicked>("link_clicked")
            .Event<MessageBounced>("message_bounced")
            .Event<MessageDropped>("message_dropped")
            .Event<MessageUndelivered>("message_undelivered")
            .Event<SpamReported>("spam_reported")
            .Event<RecipientUnsubscribed>("recipient_unsubscribed")
            .Event<ReplyReceived>("reply_received")
            .Event<OpenTimedOut>("open_timed_out");
        // The words of people, what is theirs, and the words of mail servers, which quote the address.
        module
            .Mask<RecipientQueued>(fact => fact with { Offers = null })
            .Mask<MessageFailed>(fact => fact with { Text = Erased })
            .Mask<MessageInDoubt>(fact => fact with { Why = Erased })
            .Mask<MessageReturned>(fact => fact with { Why = Erased })
            .Mask<AttemptFailed>(fact => fact with { Text = Erased })
            .Mask<RecipientDeferred>(fact => fact with { Why = Erased, LimitKey = null })
            .Mask<MessageDeferred>(fact => fact with { Response = null })
            .Mask<MessageBounced>(fact => fact with { Status = null, Reason = null })
            .Mask<MessageDropped>(fact => fact with { Reason = null })
            .Mask<MessageUndelivered>(fact => fact with { Text = null })
            .Mask<LinkClicked>(fact => fact with { Url = null });
    }
}
