using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Campaigns.Tracking;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

/// <summary>Due when a campaign's next batch is.</summary>
public sealed record SendBatch(Guid CampaignId, int Number);

/// <summary>
/// Claims a batch in one commit that names its recipients (the intent), hands it to the provider, and closes it in one commit with
/// every result. Who comes back to a batch that is open under his own message was interrupted in between: what has no result
/// then is in doubt, and is never simply sent again.
/// </summary>
public sealed class BatchSender(EventStore store, BatchHandover handover, IOptions<SendingOptions> options)
{
    static readonly string ReadInterrupted = Sql.Beside<BatchSender>(nameof(ReadInterrupted));

    public async Task Handle(SendBatch message, Delivery delivery, CancellationToken ct)
    {
        while (true)
        {
            var campaign = await store.Load<Campaign>(delivery.TenantId, message.CampaignId, ct);
            if (campaign.State.OpenBatch is { } open && open.Claim == delivery.MessageId)
            {
                await CloseInterrupted(message, campaign.State, open, delivery, ct);
                return;
            }

            if (campaign.State is not { Status: CampaignStatus.Sending, IsHydrated: true, OpenBatch: null } || message.Number != campaign.State.LastBatch + 1)
            {
                return; // paused, ended, or another message was first with this batch
            }

            try
            {
                await Send(message, campaign, delivery, ct);
                return;
            }
            catch (ConcurrencyException)
            {
                // Somebody changed the campaign while the batch was being claimed: nothing is claimed, look again.
            }
        }
    }

    async Task Send(SendBatch message, StreamState<Campaign> campaign, Delivery delivery, CancellationToken ct)
    {
        var size = campaign.State.Settings.Pace.Size(message.CampaignId, message.Number);
        var queued = await handover.Next(delivery.TenantId, campaign, size, ct);
        var sendable = queued.Where(recipient => recipient.MayNot is null).ToList();
        if (sendable.Count == 0)
        {
            // Nobody is left, or nobody of these may be written to: the campaign ends, or the same batch looks further.
            var done = delivery.OpenSession();
            Withdraw(done, queued);
            done.Send(queued.Count == 0 ? new CompleteCampaign(message.CampaignId) : message);
            await done.Commit(ct);
            return;
        }

        var template = await handover.Template(delivery.TenantId, campaign.State, ct);
        var intent = delivery.OpenIntermediateSession();
        Withdraw(intent, queued);
        intent.Append(campaign, new BatchStarted(message.Number, delivery.MessageId, intent.Now, [.. sendable.Select(recipient => recipient.Id)]));
        await intent.Commit(ct);

        var results = await handover.Send(delivery.TenantId, message, campaign.State, template, sendable, ct);
        await Close(message, results, delivery);
    }

    static void Withdraw(Session session, List<QueuedRecipient> queued)
    {
        foreach (var recipient in queued)
        {
            if (recipient.MayNot is { } reason)
            {
                session.Append<Recipient>(recipient.Id, ExpectedVersion.MustExist, new RecipientWithdrawn(reason));
            }
        }
    }

    async Task CloseInterrupted(SendBatch message, Campaign campaign, OpenBatch open, Delivery delivery, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var interrupted = await store.Database.Query(
            ReadInterrupted, reader => (Id: reader.GetGuid(0), IsSent: reader.GetBoolean(1)), ct,
            delivery.TenantId, message.CampaignId, first, last, open.Number);
        var doubt = new MessageInDoubt(open.Number, "The sending node stopped between handing the batch over and recording its results");
        var results = new BatchResults(open.Size) { NoOpenAfter = TimeSpan.FromSeconds(campaign.Settings.NoOpenAfterSeconds) };
        foreach (var (recipient, isSent) in interrupted)
        {
            if (isSent)
            {
                results.AddProven(recipient);
            }
            else
            {
                results.Add(recipient, doubt);
            }
        }

        await Close(message, results, delivery);
    }

    // Not to be cancelled: what was handed over is a fact, and a batch without its results is in doubt.
    async Task Close(SendBatch message, BatchResults results, Delivery delivery)
    {
        var queued = (await CampaignCounts.Read(store, delivery.TenantId, message.CampaignId, CancellationToken.None)).Queued;
        await store.Decide<Campaign>(
            () => Record(message, results, delivery),
            message.CampaignId,
            (campaign, now) => BatchClosing.Decide(campaign.State, message, results, queued, options.Value.InDoubtFor, now),
            CancellationToken.None);
    }

    static Session Record(SendBatch message, BatchResults results, Delivery delivery)
    {
        var session = delivery.OpenSession();
        foreach (var (recipient, fact) in results.Facts)
        {
            session.Append<Recipient>(recipient, ExpectedVersion.MustExist, fact);
        }

        foreach (var recipient in results.MayOpen)
        {
            session.Send(new TimeOutOpen(recipient), session.Now + results.NoOpenAfter);
        }

        return session;
    }
}
