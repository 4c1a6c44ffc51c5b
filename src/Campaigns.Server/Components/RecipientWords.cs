using Campaigns.Insight;
using Campaigns.Recipients;

namespace Campaigns.Server.Components;

/// <summary>Why a person got, or did not get, the message.</summary>
static class RecipientWords
{
    /// <summary>Where the message goes; the e-mail address where somebody has no telephone.</summary>
    public static string Address(RecipientView recipient) =>
        (recipient.Channel == Channel.Sms ? recipient.Phone : null) ?? recipient.Email ?? "deleted contact";

    public static string Status(RecipientView recipient) => recipient.Status switch
    {
        RecipientStatus.InDoubt => "In doubt",
        RecipientStatus.Sent => recipient switch
        {
            { ComplainedAt: not null } => "Reported as spam",
            { UnsubscribedAt: not null } => "Unsubscribed",
            { BouncedAt: not null } => "Bounced",
            { ClickedAt: not null } => "Clicked",
            { OpenedAt: not null } => "Opened",
            { DeliveredAt: not null } => "Delivered",
            _ => "Sent",
        },
        var status => status.ToString(),
    };

    /// <summary>The state whose colour it has.</summary>
    public static string Tone(RecipientView recipient) => recipient switch
    {
        { ComplainedAt: not null } or { BouncedAt: not null } => Words.Code(RecipientStatus.Failed),
        { UnsubscribedAt: not null } => Words.Code(RecipientStatus.Skipped),
        _ => Words.Code(recipient.Status),
    };

    public static string Why(RecipientView recipient) => recipient.Status switch
    {
        RecipientStatus.Queued when recipient.Reason is { } reason => $"Waits: {reason}",
        RecipientStatus.Queued => "Waits for its batch",
        RecipientStatus.Sending => "In the hands of a sender right now",
        RecipientStatus.Skipped => Skipped(recipient.Reason, recipient.Channel),
        RecipientStatus.Failed => Failed(recipient.Reason ?? ""),
        RecipientStatus.InDoubt => $"May or may not have gone out, and is not sent again by itself. {recipient.Reason}",
        _ => Sent(recipient),
    };

    public static string Skipped(string? reason, Channel channel) => reason switch
    {
        "suppressed" when channel == Channel.Sms => "The number is on the suppression list",
        "suppressed" => "The address is on the suppression list",
        "outsideHours" => "The hours of delivery were over when its turn came",
        "noAddress" when channel == Channel.Sms => "The contact has no telephone number",
        "noAddress" => "The contact has no e-mail address",
        "sameAddress" when channel == Channel.Sms => "Another contact with the same number gets it",
        "sameAddress" => "Another contact with the same address gets it",
        "frequencyCap" => "Other messages to the contact had used up the frequency cap",
        "noOffer" => "Nothing is offered to them: they have no offer, or none that the campaign does not leave out",
        "excepted" => "The campaign leaves them out, by a list, a segment, a domain or by name",
        "contactDeleted" => "The contact was deleted",
        "campaignCancelled" => "The campaign was cancelled first",
        _ => reason ?? "No reason is on record",
    };

    static string Because(string? reason) => reason is null ? "" : ": " + reason.Split(": ", 2)[^1];

    // The ledger writes "category: code text".
    static string Failed(string reason) => reason.Split(": ", 2) switch
    {
        ["temporary", var rest] => $"Did not work within the attempts: {rest}",
        ["recipient", var rest] => $"The address was refused: {rest}",
        ["content", var rest] => $"The message was refused: {rest}",
        ["configuration", var rest] => $"The sender’s account or settings: {rest}",
        _ => reason,
    };

    static string Sent(RecipientView recipient) => recipient switch
    {
        { ComplainedAt: not null } => "The person called it spam; the address is suppressed",
        { UnsubscribedAt: not null } => "The person wants no more messages; the address is suppressed",
        { BouncedAt: not null, Channel: Channel.Sms } => $"It did not reach the telephone{Because(recipient.Reason)}",
        { BouncedAt: not null } => $"The receiving server gave it back{Because(recipient.Reason)}",
        { ClickedAt: not null } => "A link in it was followed",
        { OpenedAt: not null } => "It was opened",
        { TimedOutAt: not null } => "It was not opened in time",
        { DeliveredAt: not null, Channel: Channel.Sms } => "It reached the telephone",
        { DeliveredAt: not null } => "The receiving server took it",
        _ => "The provider has it; nothing was heard since",
    };
}
