using Campaigns.Limits;
using Campaigns.Recipients;

namespace Campaigns.Sending;

/// <summary>
/// Goes through the next ones in the queue and says of each whether a message may go to them now: whether they may be written to at all, whether they
/// have had enough of others, whether it is the hour for it where they live, and whether the limits leave room. Pure: what it knows, it was given.
/// </summary>
/// <param name="Take">They get a message now.</param>
/// <param name="Withdraw">They never get one, and why.</param>
/// <param name="Defer">They get theirs later, and why.</param>
/// <param name="Through">The last one in the order of the queue who was dealt with; null when nobody was.</param>
/// <param name="Held">The limit that keeps everybody else; null when none does.</param>
public sealed record Examination(
    IReadOnlyList<QueuedRecipient> Take, IReadOnlyList<(QueuedRecipient Recipient, SkipReason Why)> Withdraw,
    IReadOnlyList<(QueuedRecipient Recipient, RecipientDeferred Fact)> Defer, Guid? Through, Limit? Held)
{
    /// <param name="candidates">In the order in which they are served: those whose own time has come first, then the queue.</param>
    /// <param name="size">The most to take.</param>
    /// <param name="forAll">Limits that concern everybody: when one of these is used up, nobody else goes.</param>
    public static Examination Of(
        IReadOnlyList<QueuedRecipient> candidates, int size, IReadOnlyList<Limit> forAll, DeliveryHours hours, Availability availability, DateTimeOffset now)
    {
        var take = new List<QueuedRecipient>();
        var withdraw = new List<(QueuedRecipient, SkipReason)>();
        var defer = new List<(QueuedRecipient, RecipientDeferred)>();
        Guid? through = null;
        Limit? held = null;
        foreach (var candidate in candidates)
        {
            if (candidate.MayNot is { } reason)
            {
                withdraw.Add((candidate, reason));
            }
            else if (candidate.FrequencyCap is { } cap && NoRoom(candidate, [cap], availability) is not null)
            {
                if (cap.Drops)
                {
                    withdraw.Add((candidate, SkipReason.FrequencyCap));
                }
                else
                {
                    defer.Add((candidate, PutOff(candidate, cap, availability)));
                }
            }
            else if (hours.NextOpening(candidate, now) is { } opening)
            {
                if (hours.Drops)
                {
                    withdraw.Add((candidate, SkipReason.OutsideHours));
                }
                else
                {
                    defer.Add((candidate, new RecipientDeferred(DeferralReason.DeliveryHours, opening, hours.Words(candidate))));
                }
            }
            else if (take.Count == size || (held = availability.Exhausted(forAll, candidate.Units)) is not null)
            {
                break;
            }
            else if (NoRoom(candidate, candidate.Limits, availability) is { } limit)
            {
                defer.Add((candidate, PutOff(candidate, limit, availability)));
            }
            else
            {
                availability.Use(forAll, candidate.Units);
                availability.Use(candidate.Limits, candidate.Units);
                take.Add(candidate);
            }

            through = candidate.WasDeferred ? through : candidate.Id;
        }

        return new Examination(take, withdraw, defer, through, held);
    }

    /// <summary>How much the messages to these count against each limit.</summary>
    public static IReadOnlyDictionary<Limit, int> Uses(IEnumerable<QueuedRecipient> recipients, IReadOnlyList<Limit> forAll) =>
        Uses(recipients.Select(recipient => (recipient, forAll.Concat(recipient.Limits))));

    /// <summary>
    /// How much of that comes back with the results: everything for whoever was returned, and the contact's own share for whom the message was refused.
    /// It did not get there; that it was tried counts for the others.
    /// </summary>
    public static IReadOnlyDictionary<Limit, int> Unused(IEnumerable<(QueuedRecipient Recipient, object Fact)> results, IReadOnlyList<Limit> forAll) =>
        Uses(results.Select(result => (result.Recipient, result switch
        {
            { Fact: MessageReturned } => forAll.Concat(result.Recipient.Limits),
            { Fact: AttemptFailed or MessageFailed, Recipient.FrequencyCap: { } cap } => [cap],
            _ => Enumerable.Empty<Limit>(),
        })));

    static Dictionary<Limit, int> Uses(IEnumerable<(QueuedRecipient Recipient, IEnumerable<Limit> Limits)> messages)
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

    // Whoever has not stood in line yet goes behind those who do.
    static Limit? NoRoom(QueuedRecipient candidate, IReadOnlyList<Limit> limits, Availability availability) =>
        availability.Exhausted(limits, candidate.Units) ?? (candidate.WasDeferred ? null : limits.FirstOrDefault(availability.HasLine));

    static RecipientDeferred PutOff(QueuedRecipient candidate, Limit limit, Availability availability) => new(
        DeferralReason.Limit, candidate.WasDeferred ? availability.StayInFront(limit) : availability.LineUp(limit), limit.Words, limit.Key);
}
