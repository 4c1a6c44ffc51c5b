namespace Campaigns.Sandbox;

/// <summary>What the sandbox has accepted and what came of it; facts are counted once per message, not once per POST.</summary>
/// <param name="Accepted">E-mails accepted: one per personalization, those in sandbox mode left out.</param>
/// <param name="DistinctMessageIds">Different values of the message id argument among them.</param>
/// <param name="Duplicates">Accepted e-mails whose message id had been accepted before.</param>
/// <param name="Opened">E-mails opened by a person or by a machine.</param>
/// <param name="EventsPosted">Events that the webhook acknowledged with a 2xx answer, repeats included.</param>
/// <param name="EventsPending">Events and callbacks still to happen, or to be posted, or to be acknowledged.</param>
/// <param name="Sms">The same of text messages.</param>
public sealed record SandboxCounts(
    long Accepted,
    long DistinctMessageIds,
    long Duplicates,
    long Delivered,
    long Bounced,
    long Dropped,
    long Opened,
    long Clicked,
    long Complained,
    long Unsubscribed,
    long EventsPosted,
    long EventsPending,
    SmsCounts Sms);

/// <summary>What the sandbox has accepted of text messages and what came of it.</summary>
/// <param name="DistinctMessageIds">Different values of the message id parameter of their status callbacks.</param>
/// <param name="Duplicates">Accepted text messages whose message id had been accepted before.</param>
/// <param name="Undelivered">Those with the final status undelivered or failed.</param>
/// <param name="Replies">Text messages that came back from recipients, or were asked for by request.</param>
/// <param name="CallbacksPosted">Status callbacks and inbound messages acknowledged with a 2xx answer, repeats included.</param>
public sealed record SmsCounts(
    long Accepted,
    long DistinctMessageIds,
    long Duplicates,
    long Segments,
    long Delivered,
    long Undelivered,
    long Replies,
    long CallbacksPosted);
