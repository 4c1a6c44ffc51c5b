using Campaigns.Recipients;
using Campaigns.Storage;
using JasperFx.Events;

namespace Campaigns.Insight;

/// <summary>The facts of a recipient's stream as a person would tell them.</summary>
static class FactWords
{
    /// <param name="by">Who asked for it, where that is known.</param>
    /// <param name="channel">Of the recipient.</param>
    public static string Of(IEvent @event, string? by, Channel channel = Channel.Email) => @event.Data switch
    {
        RecipientQueued { Channel: Channel.Sms, Offers: null } => "Queued for a text message, as one of those whom the campaign goes to.",
        RecipientQueued { Offers: { } offers } => $"Queued, as one of those whom the campaign goes to, with {(offers.Count == 1 ? "an offer" : $"{offers.Count} offers")}: {string.Join(", ", offers.Select(offer => offer.Reference))}.",
        RecipientQueued => "Queued, as one of those whom the campaign goes to.",
        RecipientSkipped skipped => $"Left out from the start: {Why(skipped.Reason, channel)}.",
        RecipientWithdrawn withdrawn => $"Taken off the queue: {Why(withdrawn.Reason, channel)}"
            + (withdrawn.SameAs is { } other ? $" (recipient {other})." : "."),
        RecipientRequeued requeued => $"Queued again{(by is null ? "" : $" by {by}")}: "
            + (requeued.Reason == RequeueReason.InDoubt ? "it was in doubt, and may arrive twice." : "it had failed."),
        MessageSent sent => $"Handed to the provider in batch {sent.Batch}{(sent.ProviderMessageId is { } id ? $", which calls it {id}" : "")}.",
        MessageFailed failed => $"Failed in batch {failed.Batch}: {Why(failed)}.",
        MessageInDoubt doubt => $"In doubt in batch {doubt.Batch}: {doubt.Why}. Never sent again by itself.",
        AttemptFailed failed =>
            $"Attempt {failed.Attempt} failed in batch {failed.Batch}: {Fault(failed.Category, failed.Code, failed.Text)}. "
            + $"To be tried again at {failed.RetryAt:u}.",
        RecipientDeferred deferred => $"Put off until {deferred.Until:u}: {deferred.Why}.",
        MessageReturned returned => $"Returned to the queue by batch {returned.Batch}, for certain not handed over: {returned.Why}.",
        MessageAccepted => "Accepted, by the provider's own word.",
        MessageDelivered when channel == Channel.Sms => "Delivered to the telephone.",
        MessageDelivered => "Delivered: the recipient's mail server took it.",
        MessageDeferred deferred => $"Put off by the recipient's mail server; the provider keeps trying{Because(deferred.Response)}.",
        MessageOpened opened => opened.Machine ? "Opened by a machine, as mail programs do in advance." : "Opened.",
        LinkClicked clicked => $"A link was followed{Because(clicked.Url)}.",
        MessageBounced bounced => (bounced.Type == "blocked" ? "Refused by the recipient's mail server" : "Bounced") + Because(bounced.Reason ?? bounced.Status)
            + (bounced.Classification is { } classification ? $" ({classification})." : "."),
        MessageDropped dropped => $"Dropped by the provider without an attempt{Because(dropped.Reason)}.",
        MessageUndelivered undelivered => $"Not delivered, by the provider's word: {Fault(undelivered.Category, undelivered.Code, undelivered.Text ?? "")}.",
        SpamReported => "Reported as spam; the address is suppressed from then on.",
        RecipientUnsubscribed => "Unsubscribed; the address is suppressed from then on.",
        ReplyReceived => "Answered.",
        OpenTimedOut => "Not opened within the campaign's time.",
        _ => @event.EventTypeName, // of a newer version of this program
    };

    /// <summary>With which batch it has to do.</summary>
    public static int? Batch(object? fact) => fact switch
    {
        MessageSent sent => sent.Batch,
        MessageFailed failed => failed.Batch,
        MessageInDoubt doubt => doubt.Batch,
        AttemptFailed failed => failed.Batch,
        MessageReturned returned => returned.Batch,
        _ => null,
    };

    /// <summary>When it happened by the provider's clock; null for what is ours.</summary>
    public static DateTimeOffset? At(object? fact) => fact switch
    {
        MessageAccepted accepted => accepted.At,
        MessageDelivered delivered => delivered.At,
        MessageDeferred deferred => deferred.At,
        MessageOpened opened => opened.At,
        LinkClicked clicked => clicked.At,
        MessageBounced bounced => bounced.At,
        MessageDropped dropped => dropped.At,
        MessageUndelivered undelivered => undelivered.At,
        SpamReported reported => reported.At,
        RecipientUnsubscribed unsubscribed => unsubscribed.At,
        ReplyReceived reply => reply.At,
        _ => null,
    };

    public static string Why(MessageFailed failed) =>
        Fault(failed.Category, failed.Code, failed.Text) + (failed.Attempt > 1 ? $", in attempt {failed.Attempt}" : "");

    public static string Why(AttemptFailed failed) => Fault(failed.Category, failed.Code, failed.Text);

    static string Fault(FailureCategory category, string code, string text) => $"{$"{code} {text}".Trim()} ({Fault(category)})";

    static string Fault(FailureCategory category) => category switch
    {
        FailureCategory.Temporary => "a passing reason",
        FailureCategory.Recipient => "the address is at fault",
        FailureCategory.Content => "the message is at fault",
        FailureCategory.Configuration => "our account or sender is at fault",
        _ => "the provider's words are not in our table",
    };

    public static string Why(SkipReason? reason, Channel channel) => reason switch
    {
        SkipReason.Suppressed => "the address is on the suppression list",
        SkipReason.NoAddress when channel == Channel.Sms => "the contact has no telephone number",
        SkipReason.NoAddress => "the contact has no e-mail address",
        SkipReason.ContactDeleted => "the contact was deleted",
        SkipReason.OutsideHours => "it was not the hour for it where they live, and the campaign drops those",
        SkipReason.FrequencyCap => "other messages to the contact had used up the organisation's frequency cap",
        SkipReason.SameAddress when channel == Channel.Sms => "the message went to the same number already, for another contact who has it",
        SkipReason.SameAddress => "the message went to the same address already, for another contact who had it",
        SkipReason.NoOffer => "the campaign is about offers, and none of theirs is left: they have none, or it leaves them out, or its formula could not be worked out",
        SkipReason.Excepted => "the campaign leaves them out, by a list, a domain or by name",
        SkipReason.CampaignCancelled => "the campaign was cancelled first",
        _ => "no reason is on record",
    };

    static string Because(string? reason) => string.IsNullOrWhiteSpace(reason) ? "" : $": {reason.Trim().TrimEnd('.')}";
}
