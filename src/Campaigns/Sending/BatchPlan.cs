using Campaigns.Authoring.Rendering;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;

namespace Campaigns.Sending;

/// <summary>
/// What a batch that is due comes to: who goes, who waits until when, who is skipped, and what follows for the campaign.
/// Pure: <see cref="BatchPlanner"/> reads what it is made from.
/// </summary>
public sealed record BatchPlan
{
    /// <summary>They get their message now.</summary>
    public IReadOnlyList<QueuedRecipient> Go { get; init; } = [];

    /// <summary>They get it later: the fact says when, and why.</summary>
    public IReadOnlyList<(QueuedRecipient Recipient, RecipientDeferred Fact)> Wait { get; init; } = [];

    /// <summary>They never get it: the fact says why.</summary>
    public IReadOnlyList<(QueuedRecipient Recipient, RecipientWithdrawn Fact)> Skip { get; init; } = [];

    /// <summary>What keeps everybody who is not dealt with here; null where nothing does.</summary>
    public BatchHold? Hold { get; init; }

    /// <summary>Why nobody may send in the campaign's name; null where somebody may.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Behind whom the queue was looked at; null: behind the last batch.</summary>
    public Guid? LookedFrom { get; init; }

    /// <summary>The last one in the order of the queue who was dealt with; null when nobody was.</summary>
    public Guid? Through { get; init; }

    /// <summary>The look found somebody, whether they go or not.</summary>
    public bool FoundSomebody { get; init; }

    /// <summary>How many would go if nothing made the batch smaller.</summary>
    public int Size { get; init; }

    /// <summary>Of those who go.</summary>
    public Letterhead? Letterhead { get; init; }

    /// <summary>The limits that every message of the campaign counts against.</summary>
    public IReadOnlyList<Limit> SharedLimits { get; init; } = [];

    /// <summary>When the first message may leave: now, or in a moment when a limit opens.</summary>
    public DateTimeOffset StartsAt { get; init; }

    /// <summary>Nobody is queued behind the last batch.</summary>
    public bool IsQueueEmpty => !FoundSomebody && LookedFrom is null;

    /// <summary>
    /// Goes through the next ones in the queue and says of each whether a message may go to them now: whether they may be written to at all,
    /// whether they have had enough of others, whether it is the hour for it where they live, and whether the limits leave room.
    /// </summary>
    /// <param name="candidates">In the order in which they are served: those whose own time has come first, then the queue.</param>
    /// <param name="size">The most who go.</param>
    /// <param name="sharedLimits">Limits that every message counts against: when one of them is used up, nobody else goes.</param>
    /// <param name="availability">What the limits leave at <paramref name="startsAt"/>; counted down.</param>
    public static BatchPlan Create(
        IReadOnlyList<QueuedRecipient> candidates, int size, IReadOnlyList<Limit> sharedLimits, DeliveryHours hours, Availability availability,
        DateTimeOffset startsAt)
    {
        var go = new List<QueuedRecipient>();
        var wait = new List<(QueuedRecipient, RecipientDeferred)>();
        var skip = new List<(QueuedRecipient, RecipientWithdrawn)>();
        var addresses = new Dictionary<string, Guid>(StringComparer.Ordinal);
        Guid? through = null;
        Limit? exhausted = null;
        foreach (var candidate in candidates)
        {
            if (candidate.MayNot is { } reason)
            {
                skip.Add((candidate, new RecipientWithdrawn(reason)));
            }
            else if (FindOtherWithSameAddress(candidate, addresses) is { } other)
            {
                skip.Add((candidate, new RecipientWithdrawn(SkipReason.SameAddress, other)));
            }
            else if (FindFullLimit(candidate, candidate.FrequencyCaps, availability) is { } cap)
            {
                if (cap.Drops)
                {
                    skip.Add((candidate, new RecipientWithdrawn(SkipReason.FrequencyCap)));
                }
                else
                {
                    wait.Add((candidate, Defer(candidate, cap, availability)));
                }
            }
            else if (hours.NextOpening(candidate, startsAt) is { } opening)
            {
                if (hours.Drops)
                {
                    skip.Add((candidate, new RecipientWithdrawn(SkipReason.OutsideHours)));
                }
                else
                {
                    wait.Add((candidate, new RecipientDeferred(DeferralReason.DeliveryHours, opening, hours.Words(candidate))));
                }
            }
            else if (go.Count == size || (exhausted = availability.Exhausted(sharedLimits, candidate.Units)) is not null)
            {
                break;
            }
            else if (FindFullLimit(candidate, candidate.Limits, availability) is { } limit)
            {
                wait.Add((candidate, Defer(candidate, limit, availability)));
            }
            else
            {
                availability.Use(sharedLimits, candidate.Units);
                availability.Use(candidate.Limits, candidate.Units);
                go.Add(candidate);
                if (candidate is { Address: { } address, CannotBeWritten: false })
                {
                    addresses[address] = candidate.Id;
                }
            }

            through = candidate.WasDeferred ? through : candidate.Id;
        }

        return new BatchPlan
        {
            Go = go,
            Wait = wait,
            Skip = skip,
            Hold = exhausted is null ? null : new BatchHold(availability.FreeAt(exhausted), exhausted.Words, exhausted),
            Through = through,
            FoundSomebody = candidates.Count > 0,
            Size = size,
            SharedLimits = sharedLimits,
            StartsAt = startsAt,
        };
    }

    /// <summary>What follows for the campaign. The order of the cases is the rule: the first one that holds decides.</summary>
    /// <param name="batch">The message that asks for the batch.</param>
    /// <param name="claim">Of that message: whoever finds the batch open under it was interrupted.</param>
    public Outcome Decide(Campaign campaign, SendBatch batch, Guid claim, DateTimeOffset now)
    {
        var priority = campaign.Settings.Priority;
        return this switch
        {
            { Obstacle: { } why } => Outcome.Record(new CampaignPaused(PausedBy.Breaker, why)),
            { Go.Count: > 0 } => Outcome.Record(Start(campaign, batch, claim, now)),
            { Hold: { } hold } => Outcome.Record(new NextBatchScheduled(batch.Number, hold.Until, hold.Because))
                .Schedule(LookAgain(campaign, batch), hold.Limit is null ? hold.Until : hold.Until - Permits.Headstart, now, priority),
            // Nobody of these goes now: the same batch looks further, and at the end once more from the start, where somebody may be queued again.
            { IsQueueEmpty: false } => Outcome.Nothing.Send(LookAgain(campaign, batch), priority),
            _ => Outcome.Nothing.Send(new CompleteCampaign(batch.CampaignId)),
        };
    }

    /// <summary>How much the messages to those who go count against each limit.</summary>
    public IReadOnlyDictionary<Limit, int> CountUses() => CountUses(Go.Select(recipient => (recipient, SharedLimits.Concat(recipient.Limits))));

    /// <summary>
    /// How much of that comes back with the results: everything for whoever was returned or has no message that could be handed over, and the
    /// contact's own share for whom the message was refused. It did not get there; that it was tried counts for the others.
    /// </summary>
    public IReadOnlyDictionary<Limit, int> CountUnused(IEnumerable<(QueuedRecipient Recipient, object Fact)> results) =>
        CountUses(results.Select(result => (result.Recipient, result switch
        {
            { Fact: MessageReturned } => SharedLimits.Concat(result.Recipient.Limits),
            { Fact: MessageFailed { Category: FailureCategory.Content } failed } when Unrenderable.Codes.Contains(failed.Code) =>
                SharedLimits.Concat(result.Recipient.Limits),
            { Fact: AttemptFailed or MessageFailed } => result.Recipient.FrequencyCaps,
            _ => Enumerable.Empty<Limit>(),
        })));

    /// <summary>How many messages each kind of limit left no room for: of those whom it makes wait or leaves out, and of the rest of the batch.</summary>
    public IReadOnlyDictionary<LimitKind, int> CountRefusals()
    {
        var kinds = Wait.Where(each => each.Fact.LimitKey is not null)
            .Select(each => each.Recipient.Limits.First(limit => limit.Line == each.Fact.LimitKey).Kind)
            .Concat(Skip.Where(each => each.Fact.Reason == SkipReason.FrequencyCap).Select(_ => LimitKind.FrequencyCap))
            .CountBy(kind => kind).ToDictionary();
        if (Hold?.Limit is { Kind: var held })
        {
            kinds[held] = kinds.GetValueOrDefault(held) + Size - Go.Count;
        }

        return kinds;
    }

    BatchStarted Start(Campaign campaign, SendBatch batch, Guid claim, DateTimeOffset now) => new(
        batch.Number, claim, now, [.. Go.Select(recipient => recipient.Id)],
        Through ?? LookedFrom ?? campaign.LastRecipient ?? DerivedId.RecipientRange(batch.CampaignId).First,
        BatchStarted.ShortForm([.. Go.Select(recipient => recipient.Sender?.Id ?? Guid.Empty)]));

    SendBatch LookAgain(Campaign campaign, SendBatch batch) =>
        batch with { After = FoundSomebody ? Through ?? LookedFrom : null, Restarts = campaign.Restarts };

    static Dictionary<Limit, int> CountUses(IEnumerable<(QueuedRecipient Recipient, IEnumerable<Limit> Limits)> messages)
    {
        var uses = new Dictionary<string, (Limit Limit, int Count)>(StringComparer.Ordinal);
        foreach (var (recipient, limits) in messages)
        {
            foreach (var limit in limits)
            {
                var before = uses.GetValueOrDefault(limit.Key, (Limit: limit, Count: 0));
                uses[limit.Key] = (limit.Tighter(before.Limit), before.Count + recipient.Units(limit));
            }
        }

        return uses.Values.ToDictionary(use => use.Limit, use => use.Count);
    }

    static Guid? FindOtherWithSameAddress(QueuedRecipient candidate, Dictionary<string, Guid> inThisBatch) =>
        candidate.WrittenTo is { } other && other != candidate.Id ? other
        : candidate.Address is { } address && inThisBatch.TryGetValue(address, out other) ? other
        : null;

    // Whoever has not stood in line yet goes behind those who do.
    static Limit? FindFullLimit(QueuedRecipient candidate, IEnumerable<Limit> limits, Availability availability) =>
        availability.Exhausted(limits, candidate.Units) ?? (candidate.WasDeferred ? null : limits.FirstOrDefault(availability.HasLine));

    static RecipientDeferred Defer(QueuedRecipient candidate, Limit limit, Availability availability) => new(
        DeferralReason.Limit, candidate.WasDeferred ? availability.StayInFront(limit) : availability.LineUp(limit), limit.Words, limit.Line);
}

/// <summary>What keeps everybody of a campaign for some time.</summary>
/// <param name="Because">For people.</param>
/// <param name="Limit">Null where it is no limit: a provider that asks to slow down, or the time of whoever was put off.</param>
public sealed record BatchHold(
    DateTimeOffset Until,
    string Because,
    Limit? Limit = null);
