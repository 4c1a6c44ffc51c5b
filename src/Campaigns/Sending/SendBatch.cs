using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Campaigns.Tracking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Sending;

/// <summary>Due when a campaign's next batch is.</summary>
public sealed record SendBatch(Guid CampaignId, int Number) : ICampaignWork;

/// <summary>
/// Claims a batch in one commit that names its recipients (the intent), hands it to the provider, and closes it in one commit with
/// every result. Who comes back to a batch that is open under his own message was interrupted in between: what has no result
/// then is in doubt, and is never simply sent again.
/// </summary>
public sealed class BatchSender(EventStore store, MessageComposer composer, BatchHandover handover, IOptions<SendingOptions> options, ILogger<BatchSender> log)
{
    const int AttemptsToClose = 20;

    static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    static readonly string ReadInterrupted = Sql.Beside<BatchSender>(nameof(ReadInterrupted));

    public async Task Handle(SendBatch message, Delivery delivery, CancellationToken ct)
    {
        while (true)
        {
            var campaign = await store.Load<Campaign>(delivery.TenantId, message.CampaignId, ct);
            if (campaign.State.OpenBatch is { } open && open.Claim == delivery.MessageId)
            {
                await CloseInterrupted(message, campaign, open, delivery, ct);
                return;
            }

            if (campaign.State is not { Status: CampaignStatus.Sending, IsHydrated: true, OpenBatch: null } || message.Number != campaign.State.LastBatch + 1)
            {
                return; // paused, ended, or another message was first with this batch
            }

            var template = await composer.Template(delivery.TenantId, campaign.State, ct);
            if (await Claim(message, campaign, delivery, ct) is { } claimed)
            {
                var results = await handover.Send(delivery.TenantId, message, campaign.State, template, claimed, ct);
                await Close(message, campaign.State, results, delivery);
                return;
            }

            if (delivery.IsCompleted)
            {
                return;
            }
        }
    }

    /// <returns>
    /// The recipients of the batch, on record as about to be handed over. Null: nobody is left and the message is completed, or
    /// somebody changed the campaign meanwhile and nothing is claimed.
    /// </returns>
    async Task<List<QueuedRecipient>?> Claim(SendBatch message, StreamState<Campaign> campaign, Delivery delivery, CancellationToken ct)
    {
        var size = campaign.State.Settings.Pace.Size(message.CampaignId, message.Number);
        var queued = await handover.Next(delivery.TenantId, campaign, size, ct);
        var sendable = queued.Where(recipient => recipient.MayNot is null).ToList();
        var session = sendable.Count == 0 ? delivery.OpenSession() : delivery.OpenIntermediateSession();
        Withdraw(session, queued);
        if (sendable.Count > 0)
        {
            session.Append(campaign, new BatchStarted(message.Number, delivery.MessageId, session.Now, [.. sendable.Select(recipient => recipient.Id)]));
            StillUnproven(session, sendable);
        }
        else
        {
            // Nobody of these may be written to: the same batch looks further. Nobody at all: the campaign may end. Unless another
            // message of the same batch was faster, and has them in its hands.
            session.Expect(campaign);
            session.Send(queued.Count > 0 ? message : new CompleteCampaign(message.CampaignId));
        }

        try
        {
            await session.Commit(ct);
            return sendable.Count > 0 ? sendable : null;
        }
        catch (ConcurrencyException)
        {
            return null;
        }
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

    // The provider's word that an earlier attempt arrived after all, in this very moment, refuses the claim: nobody is sent to twice.
    static void StillUnproven(Session session, List<QueuedRecipient> sendable)
    {
        foreach (var recipient in sendable)
        {
            if (recipient.TriedVersion is { } version)
            {
                session.Expect(new StreamState<Recipient>(recipient.Id, Recipient.Initial, version));
            }
        }
    }

    async Task CloseInterrupted(SendBatch message, StreamState<Campaign> campaign, OpenBatch open, Delivery delivery, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var recipients = await store.Database.Query(
            ReadInterrupted, reader => (Id: reader.GetGuid(0), IsProven: reader.GetBoolean(1)), ct,
            delivery.TenantId, message.CampaignId, first, last, open.Number);
        var doubt = new MessageInDoubt(open.Number, "The sending node stopped between handing the batch over and recording its results");
        var results = new BatchResults();
        foreach (var (id, isProven) in recipients)
        {
            results.Add(id, isProven ? null : doubt);
        }

        await Close(message, campaign.State, results, delivery);
    }

    // Not to be cancelled: what was handed over is a fact, and a batch without its results is in doubt. So neither does a
    // database that is away for a moment end it; was the commit made after all, the next attempt finds its claim gone.
    async Task Close(SendBatch message, Campaign campaign, BatchResults results, Delivery delivery)
    {
        var openBy = TimeSpan.FromSeconds(campaign.Settings.NoOpenAfterSeconds);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var queued = (await CampaignCounts.Read(store, delivery.TenantId, message.CampaignId, CancellationToken.None)).Queued;
                var closed = await store.Decide<Campaign>(
                    () => Record(message.Number, results, openBy, delivery),
                    message.CampaignId,
                    (latest, now) => BatchClosing.Decide(latest.State, message, results, queued, options.Value.InDoubtFor, now),
                    CancellationToken.None);
                if (results.Breaker is not null && closed.Stream.State is { Status: CampaignStatus.Paused, PausedBy: PausedBy.Breaker } paused)
                {
                    Log.BreakerPaused(log, message.CampaignId, paused.Settings.Name, paused.Reason);
                }

                return;
            }
            catch (NpgsqlException error) when (error.IsTransient && attempt < AttemptsToClose)
            {
                await Task.Delay(BetweenAttempts, store.Clock, CancellationToken.None);
            }
        }
    }

    static Session Record(int batch, BatchResults results, TimeSpan openBy, Delivery delivery)
    {
        var session = delivery.OpenSession();
        foreach (var (recipient, fact) in results.Facts)
        {
            if (fact is not null)
            {
                session.Append<Recipient>(recipient, ExpectedVersion.MustExist, fact);
            }

            // Also for who is in doubt: the provider's word may still come, and the time-out looks before it speaks.
            if (fact is null or MessageSent or MessageInDoubt)
            {
                session.Send(new TimeOutOpen(recipient, batch), session.Now + openBy);
            }
        }

        return session;
    }
}
