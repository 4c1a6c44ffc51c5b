using Campaigns.Authoring;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Npgsql;

namespace Campaigns.Sending;

/// <summary>
/// Chooses who gets the next batch of a campaign, as far as their hours and the limits leave room, and puts it on record in one commit: the
/// recipients, the permits, who is put off or taken off the queue. What is held back comes back at a time that is computed here.
/// </summary>
public sealed class BatchClaiming(EventStore store, SendQueue queue, Permits permits, SendingConditions conditions)
{
    /// <summary>Looked at in one go behind a stretch of the queue in which nobody could go.</summary>
    const int LongLook = 1000;

    /// <returns>
    /// Null: nobody goes now and the message is completed, or somebody was faster with the campaign or a limit and nothing is claimed.
    /// </returns>
    public async Task<ClaimedBatch?> Claim(
        SendBatch message, StreamState<Campaign> campaign, CompiledTemplate template, ProviderAccounts accounts, Delivery delivery, CancellationToken ct)
    {
        var now = store.Clock.GetUtcNow();
        if (accounts.Slowest is { SlowUntil: { } slowUntil } slow && slowUntil > now)
        {
            await Hold(message, campaign, delivery.OpenSession(), slowUntil, slow.SlowWords, ct);
            return null;
        }

        var (tenantId, settings) = (delivery.TenantId, campaign.State.Settings);
        var (hours, limits, senders) = await conditions.Of(tenantId, campaign, ct);
        if (settings.Channels.Each().Select(senders.Unavailable).FirstOrDefault(why => why is not null) is { } unavailable)
        {
            await Pause(campaign, delivery.OpenSession(), unavailable, ct);
            return null;
        }

        IReadOnlyList<Limit> forAll = limits.ForEverybody(senders, settings.Channels, now);
        var size = settings.Pace.Size(message.CampaignId, message.Number);
        var after = message.Restarts == campaign.State.Restarts ? message.After : null;
        var look = after is null ? size : Math.Max(size, LongLook);
        var candidates = await queue.Next(tenantId, message.CampaignId, after ?? campaign.State.LastRecipient, look, limits, senders, forAll, now, ct);
        candidates = candidates.ConvertAll(candidate => candidate.Channel == Channel.Sms ? candidate with { Segments = Segments(template, candidate) } : candidate);
        var startsAt = now;
        var (availability, examined) = await Examine();
        if (examined is { Take.Count: 0, Held: { } soon } && availability.FreeAt(soon) is var opening && opening <= now + Permits.Headstart)
        {
            startsAt = opening;
            (availability, examined) = await Examine();
        }

        var session = examined.Take.Count == 0 ? delivery.OpenSession() : delivery.OpenIntermediateSession();
        Record(session, examined);
        Wait(session, examined, message.CampaignId, settings.Weight);
        if (examined.Take.Count > 0)
        {
            var through = examined.Through ?? after ?? campaign.State.LastRecipient ?? DerivedId.RecipientRange(message.CampaignId).First;
            session.Append(campaign, new BatchStarted(
                message.Number, delivery.MessageId, session.Now, [.. examined.Take.Select(recipient => recipient.Id)], through,
                BatchStarted.ShortForm([.. examined.Take.Select(recipient => recipient.Sender?.Id ?? Guid.Empty)])));
            StillUnproven(session, examined.Take);
            Permits.Take(session, delivery.MessageId, message.CampaignId, Examination.Uses(examined.Take, forAll), startsAt);
            return await Commit(session, ct) ? new ClaimedBatch(examined.Take, forAll, startsAt, IsCut: examined.Held is not null) : null;
        }

        if (examined.Held is { } limit)
        {
            var until = availability.FreeAt(limit);
            Permits.Wait(session, limit, message.CampaignId, until, size, settings.Weight);
            await Hold(message with { After = examined.Through ?? after, Restarts = campaign.State.Restarts }, campaign, session, until, limit.Words, ct,
                Permits.Headstart);
            return null;
        }

        if (candidates.Count > 0 || after is not null)
        {
            // Nobody of these goes now: the same batch looks further, and at the end once more from the start, where somebody may be queued again.
            // Unless another message of it was faster, and has them in its hands.
            session.Expect(campaign);
            session.Send(
                message with { After = candidates.Count > 0 ? examined.Through ?? after : null, Restarts = campaign.State.Restarts }, priority: settings.Priority);
            await Commit(session, ct);
            return null;
        }

        if (await queue.FirstDeferral(tenantId, message.CampaignId, ct) is { } deferral)
        {
            await Hold(message, campaign, session, deferral.Due, deferral.Reason, ct);
            return null;
        }

        session.Expect(campaign);
        session.Send(new CompleteCampaign(message.CampaignId));
        await Commit(session, ct);
        return null;

        async Task<(Availability, Examination)> Examine()
        {
            var available = await permits.Read(
                [.. forAll, .. candidates.SelectMany(candidate => candidate.Limits)], message.CampaignId, size, settings.Weight, startsAt, ct);
            return (available, Examination.Of(candidates, size, forAll, hours, available, startsAt));
        }
    }

    static int Segments(CompiledTemplate template, QueuedRecipient recipient) =>
        recipient.Addressee is { } addressee && template.Render(addressee.Fields, Channel.Sms) is RenderedText text ? text.Segments.Count : 1;

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

    // For a domain or a contact they stand in a line; a sender is shared with other campaigns as one that everybody gets it from.
    static void Wait(Session session, Examination examined, Guid campaignId, int weight)
    {
        foreach (var waiting in examined.Defer.Where(each => each.Fact.LimitKey is not null).GroupBy(each => each.Fact.LimitKey))
        {
            var limit = waiting.First().Recipient.Limits.First(limit => limit.Key == waiting.Key);
            if (limit.Kind is not (LimitKind.RecipientDomain or LimitKind.FrequencyCap))
            {
                Permits.Wait(session, limit, campaignId, waiting.Min(each => each.Fact.Until), waiting.Count(), weight);
            }
        }
    }

    static async Task Hold(
        SendBatch message, StreamState<Campaign> campaign, Session session, DateTimeOffset until, string because, CancellationToken ct,
        TimeSpan headstart = default)
    {
        var next = new NextBatchScheduled(message.Number, until, because);
        session.Append(campaign, next);
        session.Send(message, until - headstart, priority: campaign.State.Settings.Priority);
        await Commit(session, ct);
    }

    static async Task Pause(StreamState<Campaign> campaign, Session session, string why, CancellationToken ct)
    {
        session.Append(campaign, new CampaignPaused(PausedBy.Breaker, why));
        await Commit(session, ct);
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
