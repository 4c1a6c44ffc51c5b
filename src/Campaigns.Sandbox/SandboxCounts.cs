namespace Campaigns.Sandbox;

/// <summary>What the sandbox has accepted and what came of it; facts are counted once per message, not once per POST.</summary>
/// <param name="Accepted">Messages accepted: one per personalization, those in sandbox mode left out.</param>
/// <param name="DistinctMessageIds">Different values of the message id argument among them.</param>
/// <param name="Duplicates">Accepted messages whose message id had been accepted before.</param>
/// <param name="Opened">Messages opened by a person or by a machine.</param>
/// <param name="EventsPosted">Events that the webhook acknowledged with a 2xx answer, repeats included.</param>
/// <param name="EventsPending">Events still to happen, or to be posted, or to be acknowledged.</param>
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
    long EventsPending);
