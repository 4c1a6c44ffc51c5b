namespace Campaigns.Sending;

/// <summary>
/// Goes through the next ones in the queue and says of each whether a message may go to them now: whether they may be written to at all, whether it
/// is the hour for it where they live, and whether the limits leave room. Pure: what it knows, it was given.
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
            else if (take.Count == size || (held = availability.Exhausted(forAll, candidate)) is not null)
            {
                break;
            }
            else if (NoRoom(candidate, availability) is { } limit)
            {
                var place = candidate.WasDeferred ? availability.StayInFront(limit) : availability.LineUp(limit);
                defer.Add((candidate, new RecipientDeferred(DeferralReason.Limit, place, limit.Words, limit.Key)));
            }
            else
            {
                availability.Use(forAll, candidate);
                availability.Use(candidate.Limits, candidate);
                take.Add(candidate);
            }

            through = candidate.WasDeferred ? through : candidate.Id;
        }

        return new Examination(take, withdraw, defer, through, held);
    }

    /// <summary>How much the messages to these count against each limit.</summary>
    public static IReadOnlyDictionary<Limit, int> Uses(IReadOnlyList<QueuedRecipient> recipients, IReadOnlyList<Limit> forAll)
    {
        var uses = new Dictionary<string, (Limit Limit, int Count)>(StringComparer.Ordinal);
        foreach (var recipient in recipients)
        {
            foreach (var limit in forAll.Concat(recipient.Limits))
            {
                var before = uses.GetValueOrDefault(limit.Key, (Limit: limit, Count: 0));
                uses[limit.Key] = (limit.Tighter(before.Limit), before.Count + recipient.Units(limit));
            }
        }

        return uses.Values.ToDictionary(use => use.Limit, use => use.Count);
    }

    // Whoever has not stood in line yet goes behind those who do.
    static Limit? NoRoom(QueuedRecipient candidate, Availability availability) =>
        availability.Exhausted(candidate.Limits, candidate) ?? (candidate.WasDeferred ? null : candidate.Limits.FirstOrDefault(availability.HasLine));
}
