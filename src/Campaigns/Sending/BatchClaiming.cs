using Campaigns.Authoring.Rendering;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Sending;

/// <summary>
/// Chooses who gets the next batch of a campaign, as far as their hours and the limits leave room, and puts it on record in one commit: the
/// recipients, the permits, who is put off or taken off the queue. <see cref="BatchOpening"/> decides; here it is read, asked and committed.
/// </summary>
public sealed class BatchClaiming(
    EventStore store, SendQueue queue, Permits permits, SendingConditions conditions, ILogger<BatchClaiming> log)
{
    /// <summary>Looked at in one go behind a stretch of the queue in which nobody could go.</summary>
    const int LongLook = 1000;

    /// <returns>
    /// Null: nobody goes now and the message is completed, or somebody was faster with the campaign or a limit and nothing is claimed.
    /// </returns>
    public async Task<ClaimedBatch?> Claim(
        SendBatch message, StreamState<Campaign> campaign, CompiledTemplate template, ProviderAccounts accounts, Delivery delivery, CancellationToken ct)
    {
        var found = await Find(message, campaign, template, accounts, delivery.TenantId, ct);
        var take = found.Look?.Examined.Take ?? [];
        var session = take.Count == 0 ? delivery.OpenSession() : delivery.OpenIntermediateSession();
        if (found.Look is { } seen)
        {
            Record(session, seen.Examined);
            Wait(session, seen, message.CampaignId, campaign.State.Settings.Weight);
        }

        session.Expect(campaign); // or another message of this batch was faster, and has these recipients in its hands
        var outcome = BatchOpening.Decide(campaign.State, message, delivery.MessageId, found, session.Now);
        session.Add(campaign, outcome);
        if (found.Look is not { Examined.Take.Count: > 0 } look)
        {
            if (await Commit(session, ct))
            {
                BreakerPauses.Tell(log, campaign, outcome.Events);
            }

            return null;
        }

        StillUnproven(session, take);
        Permits.Take(session, delivery.MessageId, message.CampaignId, Examination.Uses(take, look.ForAll), look.StartsAt);
        return await Commit(session, ct) ? new ClaimedBatch(take, look.ForAll, look.StartsAt, IsCut: look.Examined.Held is not null) : null;
    }

    // Each is read only where what was found before it leaves the decision open.
    async Task<BatchFindings> Find(
        SendBatch message, StreamState<Campaign> campaign, CompiledTemplate template, ProviderAccounts accounts, string tenantId, CancellationToken ct)
    {
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

    static void Record(Session session, Examination examined)
    {
        foreach (var (recipient, why) in examined.Withdraw)
        {
            session.Append<Recipient>(recipient.Id, ExpectedVersion.MustExist, new RecipientWithdrawn(why));
        }

        foreach (var (recipient, fact) in examined.Defer)
        {
            session.Append<Recipient>(recipient.Id, ExpectedVersion.MustExist, fact);
        }
    }

    static void Wait(Session session, QueueLook look, Guid campaignId, int weight)
    {
        // For a domain or a contact they stand in a line; a sender is shared with other campaigns as one that everybody gets it from.
        foreach (var waiting in look.Examined.Defer.Where(each => each.Fact.LimitKey is not null).GroupBy(each => each.Fact.LimitKey))
        {
            var limit = waiting.First().Recipient.Limits.First(limit => limit.Key == waiting.Key);
            if (limit.Kind is not (LimitKind.RecipientDomain or LimitKind.FrequencyCap))
            {
                Permits.Wait(session, limit, campaignId, waiting.Min(each => each.Fact.Until), waiting.Count(), weight);
            }
        }

        if (look.Examined is { Take.Count: 0, Held: { } held })
        {
            Permits.Wait(session, held, campaignId, look.Availability.FreeAt(held), look.Size, weight);
        }
    }

    // The provider's word that an earlier attempt arrived after all, in this very moment, refuses the claim: nobody is sent to twice.
    static void StillUnproven(Session session, IReadOnlyList<QueuedRecipient> recipients)
    {
        foreach (var recipient in recipients)
        {
            if (recipient.TriedVersion is { } version)
            {
                session.Expect(new StreamState<Recipient>(recipient.Id, Recipient.Initial, version));
            }
        }
    }

    /// <returns>False: somebody was faster, and nothing has changed.</returns>
    static async Task<bool> Commit(Session session, CancellationToken ct)
    {
        try
        {
            await session.Commit(ct);
            return true;
        }
        catch (ConcurrencyException)
        {
            return false;
        }
        catch (PostgresException error) when (error.SqlState == Permits.TakenMeanwhile)
        {
            return false;
        }
    }
}

/// <param name="ForAll">The limits that every one of them counts against.</param>
/// <param name="StartsAt">When the limits let the first one go.</param>
/// <param name="IsCut">A limit left no room for more of them.</param>
public sealed record ClaimedBatch(IReadOnlyList<QueuedRecipient> Recipients, IReadOnlyList<Limit> ForAll, DateTimeOffset StartsAt, bool IsCut);
