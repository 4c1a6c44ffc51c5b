using Campaigns.Authoring.Rendering;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Sending;

/// <summary>
/// Chooses who gets the next batch of a campaign, as far as their hours and the limits leave room, and puts it on record in one commit: the
/// recipients, the permits, who is put off or taken off the queue. <see cref="BatchOpening"/> decides; here it is read and asked.
/// </summary>
public sealed class BatchClaiming(
    IDocumentStore store, SendQueue queue, Permits permits, SendingConditions conditions)
{
    /// <summary>Looked at in one go behind a stretch of the queue in which nobody could go.</summary>
    const int LongLook = 1000;

    /// <summary>Finds out what is true when the batch is due.</summary>
    public async Task<BatchFindings> Find(
        SendBatch message, StreamState<Campaign> campaign, CompiledTemplate template, ProviderAccounts accounts, string tenantId, CancellationToken ct)
    {
        // Each is read only where what was found before it leaves the decision open.
        var now = store.Clock.GetUtcNow();
        if (accounts.SlowAt(now) is { } slow)
        {
            return new BatchFindings(Slow: slow);
        }

        var inForce = await conditions.Of(tenantId, campaign, ct);
        if (inForce.Senders.Unavailable(campaign.State.Settings.Channels) is { } unavailable)
        {
            return new BatchFindings(Unavailable: unavailable);
        }

        var look = await Look(message, campaign, template, inForce, tenantId, now, ct);
        return new BatchFindings(Look: look, Deferral: look.FoundNobody ? await queue.FirstDeferral(tenantId, message.CampaignId, ct) : null);
    }

    /// <summary>Adds to the commit who is put off or taken off the queue, and that the campaign waits for limits.</summary>
    public static void Record(IDocumentSession session, QueueLook look, Guid campaignId, int weight, DateTimeOffset now)
    {
        foreach (var (recipient, why) in look.Examined.Withdraw)
        {
            session.Append<Recipient>(recipient.Id, ExpectedVersion.MustExist, new RecipientWithdrawn(why));
        }

        foreach (var (recipient, fact) in look.Examined.Defer)
        {
            session.Append<Recipient>(recipient.Id, ExpectedVersion.MustExist, fact);
        }

        Wait(session, look, campaignId, weight, now);
    }

    /// <summary>Adds the claim on those who go: their permits, and that nobody was proven sent meanwhile.</summary>
    public static void Claim(IDocumentSession session, QueueLook look, Guid claim, Guid campaignId)
    {
        // The provider's word that an earlier attempt arrived after all, in this very moment, refuses the claim: nobody is sent to twice.
        foreach (var recipient in look.Examined.Take)
        {
            if (recipient.TriedVersion is { } version)
            {
                session.Expect<Recipient>(recipient.Id, version);
            }
        }

        Permits.Take(session, claim, campaignId, Examination.Uses(look.Examined.Take, look.ForAll), look.StartsAt);
    }


    async Task<QueueLook> Look(
        SendBatch message, StreamState<Campaign> campaign, CompiledTemplate template, ConditionsInForce inForce, string tenantId, DateTimeOffset now,
        CancellationToken ct)
    {
        var settings = campaign.State.Settings;
        var (hours, limits, senders) = inForce;
        IReadOnlyList<Limit> forAll = limits.ForEverybody(senders, settings.Channels, now);
        var size = settings.Pace.Size(message.CampaignId, message.Number);
        var after = message.Restarts == campaign.State.Restarts ? message.After : null;
        var atMost = after is null ? size : Math.Max(size, LongLook);
        var queued = await queue.Next(tenantId, message.CampaignId, after ?? campaign.State.LastRecipient, atMost, now, ct);
        var candidates = queued.ConvertAll(Prepare);
        var look = await Examine(now);
        return look is { Examined: { Take.Count: 0, Held: { } soon } } && look.Availability.FreeAt(soon) is var opening && opening <= now + Permits.Headstart
            ? await Examine(opening)
            : look;

        QueuedRecipient Prepare(QueuedRecipient recipient)
        {
            if (recipient is not { ContactId: { } contactId, Addressee: { } addressee, Channel: var channel })
            {
                return recipient;
            }

            var sender = senders.For(contactId, channel);
            return recipient with
            {
                Sender = sender,
                Limits = limits.Own(contactId, sender, channel, addressee.Email, forAll, now),
                Segments = channel == Channel.Sms && template.Render(addressee.Fields, channel) is RenderedText text ? text.Segments.Count : 1,
            };
        }

        async Task<QueueLook> Examine(DateTimeOffset startsAt)
        {
            var available = await permits.Read(
                [.. forAll, .. candidates.SelectMany(candidate => candidate.Limits)], message.CampaignId, size, settings.Weight, startsAt, ct);
            return new QueueLook(
                after, size, candidates, forAll, available, Examination.Of(candidates, size, forAll, hours, available, startsAt), startsAt);
        }
    }

    static void Wait(IDocumentSession session, QueueLook look, Guid campaignId, int weight, DateTimeOffset now)
    {
        // For a domain or a contact they stand in a line; a sender is shared with other campaigns as one that everybody gets it from.
        foreach (var waiting in look.Examined.Defer.Where(each => each.Fact.LimitKey is not null).GroupBy(each => each.Fact.LimitKey))
        {
            var limit = waiting.First().Recipient.Limits.First(limit => limit.Key == waiting.Key);
            if (limit.Kind is not (LimitKind.RecipientDomain or LimitKind.FrequencyCap))
            {
                Permits.Wait(session, limit, campaignId, waiting.Min(each => each.Fact.Until), waiting.Count(), weight, now);
            }
        }

        if (look.Examined is { Take.Count: 0, Held: { } held })
        {
            Permits.Wait(session, held, campaignId, look.Availability.FreeAt(held), look.Size, weight, now);
        }
    }
}

/// <param name="ForAll">The limits that every one of them counts against.</param>
/// <param name="StartsAt">When the limits let the first one go.</param>
/// <param name="IsCut">A limit left no room for more of them.</param>
public sealed record ClaimedBatch(IReadOnlyList<QueuedRecipient> Recipients, IReadOnlyList<Limit> ForAll, DateTimeOffset StartsAt, bool IsCut);
