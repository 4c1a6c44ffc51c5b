using Campaigns.Authoring.Rendering;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending.Accounts;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Sending;

/// <summary>Reads what is true when a batch is due, and asks <see cref="BatchPlan"/> what it comes to.</summary>
public sealed class BatchPlanner(IDocumentStore store, SendQueue queue, Permits permits, SendingConditions conditions)
{
    /// <summary>How many are looked at in one go behind a stretch of the queue in which nobody could go.</summary>
    const int LongLook = 1000;

    public async Task<BatchPlan> Plan(
        string tenantId, SendBatch message, StreamState<Campaign> campaign, CompiledTemplate template, ProviderAccounts accounts,
        CancellationToken ct)
    {
        // Each is read only where what was found before it leaves the decision open.
        var now = store.Clock.GetUtcNow();
        var from = message.Restarts == campaign.State.Restarts ? message.After : null;
        if (accounts.SlowAt(now) is { SlowUntil: { } until } slow)
        {
            return new BatchPlan { LookedFrom = from, FoundSomebody = true, Hold = new BatchHold(until, slow.SlowWords) };
        }

        var (hours, limits, senders, letterhead) = await conditions.Read(tenantId, campaign, ct);
        var settings = campaign.State.Settings;
        if (senders.Unavailable(settings.Channels) is { } obstacle)
        {
            return new BatchPlan { Obstacle = obstacle };
        }

        var sharedLimits = limits.ForEverybody(senders, settings.Channels, now);
        var size = settings.Pace.Size(message.CampaignId, message.Number);
        var atMost = from is null ? size : Math.Max(size, LongLook);
        var queued = await queue.Next(tenantId, message.CampaignId, from ?? campaign.State.LastRecipient, atMost, now, ct);
        var offers = settings.Offers is null ? null : await SendQueue.ReadOffers(store, tenantId, [.. queued.Select(recipient => recipient.Id)], ct);
        var candidates = queued.ConvertAll(AddWhatItTakes);
        var plan = await PlanAt(now);
        if (plan is { Go.Count: 0, Hold.Until: var opening } && opening <= now + Permits.Headstart)
        {
            plan = await PlanAt(opening);
        }

        return plan.IsQueueEmpty && await queue.FirstDeferral(tenantId, message.CampaignId, ct) is { } deferral
            ? plan with { Hold = new BatchHold(deferral.Due, deferral.Reason) }
            : plan;

        QueuedRecipient AddWhatItTakes(QueuedRecipient recipient)
        {
            if (recipient is not { ContactId: { } contactId, Addressee: { } addressee, Channel: var channel })
            {
                return recipient;
            }

            var sender = senders.For(contactId, channel);
            var link = letterhead.Link(recipient.Id);
            var (fields, offered) = QuotedOffers.AddTo(letterhead.Complete(addressee.Fields, link), offers is null ? null : offers.GetValueOrDefault(recipient.Id) ?? []);
            var text = channel == Channel.Sms ? template.Render(fields, offered, channel, ct) : null;
            return recipient with
            {
                Addressee = addressee with { Fields = fields },
                Offers = offered,
                Unsubscribe = link,
                Sender = sender,
                Limits = limits.Own(contactId, addressee.Address(channel), sender, channel, sharedLimits, now),
                Segments = (text as RenderedText)?.Segments.Count ?? 1,
                CannotBeWritten = text is Unrenderable or MissingVariables,
            };
        }

        async Task<BatchPlan> PlanAt(DateTimeOffset startsAt)
        {
            var available = await permits.Read(
                [.. sharedLimits, .. candidates.SelectMany(candidate => candidate.Limits)], message.CampaignId, size, settings.Weight, startsAt, ct);
            return BatchPlan.Create(candidates, size, sharedLimits, hours, available, startsAt) with
            {
                LookedFrom = from,
                Letterhead = letterhead,
            };
        }
    }
}
