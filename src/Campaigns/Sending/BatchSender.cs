using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Ledger;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Sending;

/// <summary>
/// Claims a batch in one commit that names its recipients (the intent), hands it to the provider, and closes it in one commit with
/// every result. Who comes back to a batch that is open under his own message was interrupted in between: what has no result
/// then is in doubt, and is never simply sent again.
/// </summary>
public sealed class BatchSender(
    EventStore store, CompiledTemplates templates, MessageProviders providers, BatchClaiming claiming, BatchHandover handover, IOptions<SendingOptions> options,
    ILogger<BatchSender> log)
{
    /// <summary>With a second between them: longer than a database takes to restart or to fail over.</summary>
    const int AttemptsToClose = 600;

    /// <summary>Of a claim that others are faster with.</summary>
    const int MostRounds = 50;

    static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    static readonly string ReadInterrupted = Sql.Beside<BatchSender>(nameof(ReadInterrupted));

    public async Task Handle(SendBatch message, Delivery delivery, CancellationToken ct)
    {
        for (var round = 1; round <= MostRounds; round++)
        {
            var campaign = await store.Load<Campaign>(delivery.TenantId, message.CampaignId, ct);
            if (campaign.State.OpenBatch is { } open && open.Claim == delivery.MessageId)
            {
                await CloseInterrupted(message, campaign, open, delivery);
                return;
            }

            if (campaign.State is not { Status: CampaignStatus.Sending, IsHydrated: true, OpenBatch: null } || message.Number != campaign.State.LastBatch + 1)
            {
                return; // paused, ended, or another message was first with this batch
            }

            if (campaign.State.NextBatchAt is { } at && at > store.Clock.GetUtcNow() + Permits.Headstart)
            {
                await ComeAgain(message, campaign.State, at, delivery, ct);
                return;
            }

            var template = await templates.Of(delivery.TenantId, campaign.State.Settings.TemplateId!.Value, campaign.State.TemplateVersion!.Value, ct);
            var accounts = await ProviderAccounts.Read(store, delivery.TenantId, providers.Names(campaign.State.Settings.Channels), ct);
            if (await claiming.Claim(message, campaign, template, accounts, delivery, ct) is { } claimed)
            {
                var results = await handover.Send(delivery.TenantId, message, template, claimed, accounts, ct);
                await Close(message, campaign.State, results, delivery);
                return;
            }

            if (delivery.IsCompleted)
            {
                return;
            }
        }

        throw new InvalidOperationException($"The batch could not be claimed in {MostRounds} attempts: others are always faster, or it contradicts itself.");
    }

    // Put off by another message, which is due then too: the one that comes second changes nothing.
    static async Task ComeAgain(SendBatch message, Campaign campaign, DateTimeOffset at, Delivery delivery, CancellationToken ct)
    {
        var session = delivery.OpenSession();
        session.Send(message, at, priority: campaign.Settings.Priority);
        await session.Commit(ct);
    }

    // Not to be cancelled, as little as closing any other batch.
    async Task CloseInterrupted(SendBatch message, StreamState<Campaign> campaign, OpenBatch open, Delivery delivery)
    {
        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var recipients = await store.Database.Query(
            ReadInterrupted, reader => (Id: reader.GetGuid(0), IsProven: reader.GetBoolean(1)), CancellationToken.None,
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
                    (latest, now) => BatchClosing.Decide(latest.State, message, results, queued, options.Value, now),
                    CancellationToken.None);
                BreakerPauses.Tell(log, closed.Stream, closed.Recorded);
                return;
            }
            catch (NpgsqlException error) when ((error.IsTransient || error.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction) && attempt < AttemptsToClose)
            {
                await Task.Delay(BetweenAttempts, store.Clock, CancellationToken.None);
            }
        }
    }

    static Session Record(int batch, BatchResults results, TimeSpan openBy, Delivery delivery)
    {
        var session = delivery.OpenSession();
        Permits.Release(session, delivery.MessageId, results.EndedAt ?? session.Now, results.UnusedPermits);
        results.Accounts.SaveChanges(session);
        foreach (var (recipient, address, reason) in results.Suppressed)
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any, new AddressSuppressed(address, reason, $"recipient {recipient}"));
        }

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
