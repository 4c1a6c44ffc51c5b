using System.Globalization;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using JasperFx.Events;

namespace Campaigns.Insight;

/// <summary>What happened to one person in one campaign, in words.</summary>
/// <param name="Now">Where it stands, and why.</param>
/// <param name="Next">What would happen next, and what it takes.</param>
/// <param name="Story">What happened, in the order in which it was recorded.</param>
public sealed record RecipientStory(RecipientView Recipient, Guid CampaignId, string Campaign, string Now, string Next, IReadOnlyList<StoryLine> Story)
{
    public static RecipientStory Of(RecipientPast past) => new(
        past.Recipient, past.CampaignId, past.Campaign.Settings.Name, Standing(past), Outlook(past), Tell(past));

    static List<StoryLine> Tell(RecipientPast past)
    {
        var lines = new List<StoryLine>();
        var batches = new Queue<BatchView>(past.Batches);
        foreach (var @event in past.Events)
        {
            while (batches.TryPeek(out var batch) && (FactWords.Batch(@event.Data) == batch.Number || batch.StartedAt < @event.Timestamp))
            {
                lines.Add(Taken(batches.Dequeue(), past));
            }

            var by = @event.UserName ?? (@event.Data is RecipientRequeued ? past.WhoAsked(@event) : null);
            lines.Add(new StoryLine(FactWords.At(@event.Data) ?? @event.Timestamp, @event.EventTypeName, FactWords.Of(@event, by, past.Recipient.Channel), by));
        }

        lines.AddRange(batches.Select(batch => Taken(batch, past)));
        return lines;
    }

    // Of earlier attempts the row does not say whose they were.
    static StoryLine Taken(BatchView batch, RecipientPast past)
    {
        var name = batch.Number == past.Recipient.Batch && past.Sender is { } sender ? $" in the name of {sender}" : "";
        return new(batch.StartedAt, "batch_started", $"Taken by batch {batch.Number}, one of {batch.Size}, to be handed to the provider{name}.", null);
    }

    static string Standing(RecipientPast past)
    {
        var recipient = past.Recipient;
        return recipient.Status switch
        {
            RecipientStatus.Queued when past.LastOfQueue?.Data is RecipientDeferred deferred => $"Waits until {Time(deferred.Until)}: {deferred.Why}.",
            RecipientStatus.Queued when past.LastOfQueue?.Data is AttemptFailed failed =>
                $"Waits for another attempt at {Time(failed.RetryAt)}: {FactWords.Why(failed)}.",
            RecipientStatus.Queued when past.Last<RecipientRequeued>() is { } again => $"Waits for a batch, queued again since {Time(again.Timestamp)}.",
            RecipientStatus.Queued => $"Waits for a batch since {Time(recipient.QueuedAt)}.",
            RecipientStatus.Sending => $"Is being handed to the provider, in batch {recipient.Batch}.",
            RecipientStatus.Failed when past.Last<MessageFailed>() is { Data: MessageFailed failed } at =>
                $"Failed at {Time(at.Timestamp)}: {FactWords.Why(failed)}.",
            RecipientStatus.InDoubt when past.Last<MessageInDoubt>() is { } since => $"In doubt since {Time(since.Timestamp)}: {recipient.Reason}.",
            RecipientStatus.Skipped => $"Gets nothing: {FactWords.Why(past.Skipped, past.Recipient.Channel)}.",
            RecipientStatus.Sent => recipient switch
            {
                { ComplainedAt: { } at } => $"Sent, and reported as spam at {Time(at)}.",
                { UnsubscribedAt: { } at } => $"Sent; the person unsubscribed at {Time(at)}.",
                { BouncedAt: { } at } => $"Sent, and came back at {Time(at)}.",
                { ClickedAt: { } at } => $"Sent; a link was followed at {Time(at)}.",
                { OpenedAt: { } at } => $"Sent, and opened at {Time(at)}.",
                { TimedOutAt: { } at } => $"Sent, and not opened in time: it ended at {Time(at)}.",
                { DeliveredAt: { } at } => $"Sent, and delivered at {Time(at)}.",
                _ => "Sent: the provider has it, and nothing was heard since.",
            },
            var status => $"{status}: {recipient.Reason}",
        };
    }

    static string Outlook(RecipientPast past) => (past.Recipient.Status, past.Campaign) switch
    {
        (RecipientStatus.Queued, { Status: CampaignStatus.Paused } campaign) => $"Goes out once the campaign is resumed. It is paused: {campaign.Reason}",
        (RecipientStatus.Queued, { Status: CampaignStatus.Cancelled }) => "Is taken off the queue: the campaign is cancelled.",
        (RecipientStatus.Queued, _) when past.MayNot is { } reason => $"Gets nothing when its turn comes, as things are: {FactWords.Why(reason, past.Recipient.Channel)}.",
        (RecipientStatus.Queued, _) when past.LastOfQueue?.Data is RecipientDeferred or AttemptFailed => "Goes out with the first batch after that.",
        (RecipientStatus.Queued, { NextBatchAt: { } at } campaign) =>
            $"Goes out with one of the next batches, the first of which is due at {Time(at)}{(WhyThen(campaign) is { } why ? $", because {why}" : "")}.",
        (RecipientStatus.Queued, _) => "Goes out with one of the next batches.",
        (RecipientStatus.Sending, _) => "Its result is recorded when the batch ends. Should the node stop before that, it is in doubt.",
        (RecipientStatus.Failed or RecipientStatus.InDoubt, { Archived: true } or { Status: CampaignStatus.Cancelled }) =>
            "Nothing is sent any more: the campaign is over for good.",
        (RecipientStatus.Failed, _) => past.Last<MessageFailed>() is { Data: MessageFailed { Category: FailureCategory.Temporary } }
            ? "Nothing by itself. A retry of the campaign sends it again."
            : "Nothing by itself. A retry of the campaign that asks for all failed ones, or names this one, sends it again.",
        (RecipientStatus.InDoubt, { } campaign) => (campaign.DoubtfulBatches.Contains(past.Recipient.Batch ?? 0)
                ? "The campaign waits for the provider's word, which would settle it. "
                : "The provider's word would still settle it, but the campaign no longer waits for it. ")
            + "Never sent again by itself: a retry of the campaign that asks for those in doubt, or names this one, does it, at the risk of arriving twice.",
        (RecipientStatus.Sent, { } campaign) when past.Recipient is
        {
            Channel: Channel.Email, SentAt: { } sent, OpenedAt: null, ClickedAt: null, BouncedAt: null, TimedOutAt: null,
        } => $"Not sent again. Unless it is opened by {Time(sent.AddSeconds(campaign.Settings.NoOpenAfterSeconds))}, that is recorded.",
        (RecipientStatus.Sent, _) => "Not sent again. Whatever the provider still tells about it is recorded.",
        _ => "Nothing.",
    };

    static string? WhyThen(Campaign campaign) => campaign.HeldBy
        ?? (campaign.Settings.Pace.Daily is { } daily ? string.Create(CultureInfo.InvariantCulture, $"{daily.Limit} go out every {daily.PeriodHours:0.##} hours") : null);

    static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

/// <param name="At">When it happened: by the provider's clock where the provider tells it, else when it was recorded.</param>
/// <param name="Event">The stored name.</param>
/// <param name="By">Who asked for it; null for the system's own work.</param>
public sealed record StoryLine(DateTimeOffset At, string Event, string What, string? By);

/// <summary>All that the story of a recipient is made of.</summary>
/// <param name="Events">The recipient's stream.</param>
/// <param name="Batches">Those that took the recipient, in their order.</param>
/// <param name="Retries">Who asked for the retries of the campaign, by the correlation of what followed.</param>
/// <param name="Sender">The name of who writes; null for no sender of the organisation's.</param>
public sealed record RecipientPast(
    RecipientView Recipient, Guid CampaignId, Campaign Campaign, IReadOnlyList<IEvent> Events, IReadOnlyList<BatchView> Batches,
    IReadOnlyDictionary<string, string> Retries, string? Sender = null, SkipReason? MayNot = null)
{
    internal SkipReason? Skipped => Events.Select(@event => @event.Data).LastOrDefault(fact => fact is RecipientSkipped or RecipientWithdrawn) switch
    {
        RecipientSkipped skipped => skipped.Reason,
        RecipientWithdrawn withdrawn => withdrawn.Reason,
        _ => null,
    };

    /// <summary>How it came to be queued, as it is.</summary>
    internal IEvent? LastOfQueue => Events.LastOrDefault(
        @event => @event.Data is RecipientQueued or RecipientRequeued or MessageReturned or AttemptFailed or RecipientDeferred);

    internal IEvent? Last<T>() => Events.LastOrDefault(@event => @event.Data is T);

    internal string? WhoAsked(IEvent requeued) =>
        requeued.CorrelationId is { } correlation ? Retries.GetValueOrDefault(correlation) : null;
}
