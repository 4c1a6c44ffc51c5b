using Campaigns.Storage;
using Campaigns.Limits;
using Campaigns.Planning;

namespace Campaigns.Sending;

/// <summary>What becomes of a batch that is due. The order of the cases is the rule: the first one that holds decides.</summary>
public static class BatchOpening
{
    /// <param name="claim">The message that asks for the batch.</param>
    public static Outcome Decide(Campaign campaign, SendBatch batch, Guid claim, BatchFindings found, DateTimeOffset now) => found switch
    {
        { Slow: { SlowUntil: { } until } slow } => Hold(campaign, batch, until, slow.SlowWords, now),
        { Unavailable: { } why } => Outcome.Record(new CampaignPaused(PausedBy.Breaker, why)),
        { Look: { Examined.Take.Count: > 0 } look } => Outcome.Record(Start(campaign, batch, claim, look, now)),
        { Look: { Examined.Held: { } limit } look } =>
            Hold(campaign, Further(campaign, batch, look), look.Availability.FreeAt(limit), limit.Words, now, Permits.Headstart),
        // Nobody of these goes now: the same batch looks further, and at the end once more from the start, where somebody may be queued again.
        { Look: { FoundNobody: false } look } => Outcome.Nothing.Send(Further(campaign, batch, look), campaign.Settings.Priority),
        { Deferral: { } deferral } => Hold(campaign, batch, deferral.Due, deferral.Reason, now),
        _ => Outcome.Nothing.Send(new CompleteCampaign(batch.CampaignId)),
    };

    static BatchStarted Start(Campaign campaign, SendBatch batch, Guid claim, QueueLook look, DateTimeOffset now)
    {
        var take = look.Examined.Take;
        var through = look.Examined.Through ?? look.After ?? campaign.LastRecipient ?? DerivedId.RecipientRange(batch.CampaignId).First;
        return new BatchStarted(
            batch.Number, claim, now, [.. take.Select(recipient => recipient.Id)], through,
            BatchStarted.ShortForm([.. take.Select(recipient => recipient.Sender?.Id ?? Guid.Empty)]));
    }

    static Outcome Hold(Campaign campaign, SendBatch batch, DateTimeOffset until, string because, DateTimeOffset now, TimeSpan headstart = default) =>
        Outcome.Record(new NextBatchScheduled(batch.Number, until, because)).Schedule(batch, until - headstart, now, campaign.Settings.Priority);

    static SendBatch Further(Campaign campaign, SendBatch batch, QueueLook look) =>
        batch with { After = look.Candidates.Count > 0 ? look.Examined.Through ?? look.After : null, Restarts = campaign.Restarts };
}

/// <summary>What was found out when a batch was due, in the order in which it decides. Nothing is read behind what decides already.</summary>
/// <param name="Slow">A provider that takes nothing at this moment.</param>
/// <param name="Unavailable">Why nobody may send in the campaign's name.</param>
/// <param name="Deferral">When the first one comes back of those who were put off, where the queue holds nobody else.</param>
public sealed record BatchFindings(ProviderAccount? Slow = null, string? Unavailable = null, QueueLook? Look = null, Deferral? Deferral = null);

/// <summary>A look along the queue of a campaign for whoever gets the next batch.</summary>
/// <param name="After">Where it began; null: where the last batch ended.</param>
/// <param name="Size">Of the batch, where nothing makes it smaller.</param>
/// <param name="ForAll">The limits that everybody counts against.</param>
/// <param name="StartsAt">The moment for which they were examined: now, or when a limit opens that does so in a moment.</param>
public sealed record QueueLook(
    Guid? After, int Size, IReadOnlyList<QueuedRecipient> Candidates, IReadOnlyList<Limit> ForAll, Availability Availability, Examination Examined,
    DateTimeOffset StartsAt)
{
    /// <summary>Nobody is queued behind where the last batch ended.</summary>
    public bool FoundNobody => Candidates.Count == 0 && After is null;
}
