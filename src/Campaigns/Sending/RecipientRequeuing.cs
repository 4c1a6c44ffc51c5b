using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Sending;

/// <summary>
/// Every chunk is one commit: the recipients, each at the version at which it was seen to be failed or in doubt, the campaign, and the
/// message for the next chunk. Who is queued again is not seen a second time: a node may die at any moment, and two may do the same.
/// </summary>
public sealed class RecipientRequeuing(EventStore store, IOptions<SendingOptions> options)
{
    static readonly string ReadRetryable = Sql.Beside<RecipientRequeuing>(nameof(ReadRetryable));
    static readonly string ReadNamedRetryable = Sql.Beside<RecipientRequeuing>(nameof(ReadNamedRetryable));
    static readonly string LastHandover = Sql.Beside<RecipientRequeuing>(nameof(LastHandover));

    public Task Handle(RequeueRecipients message, Delivery delivery, CancellationToken ct) =>
        EventStore.InRace(async () =>
        {
            // The campaign after the chunk, which takes longer to read: what comes in between is what refuses the commit.
            var chunk = await Read(message, delivery.TenantId, ct);
            var campaign = await store.Load<Campaign>(delivery.TenantId, message.CampaignId, ct);
            if (campaign.State.Retrying is null)
            {
                return; // cancelled
            }

            var handedOverAt = campaign.State.Settings.Pace.Daily is null ? null : await HandedOverAt(delivery.TenantId, message.CampaignId, ct);
            var session = delivery.OpenSession();
            foreach (var recipient in chunk)
            {
                session.Append<Recipient>(recipient.Id, ExpectedVersion.Exactly(recipient.Version), new RecipientRequeued(recipient.Reason));
            }

            var isLast = message.Which.Recipients is not null || chunk.Count < options.Value.RequeueChunk;
            var next = isLast ? null : message with { After = chunk[^1].Id };
            session.Add(campaign, Decide(campaign.State, message.CampaignId, chunk.Count, next, handedOverAt, session.Now));
            await session.Commit(ct);
        }, ct);

    /// <param name="next">The message for the next chunk; null after the last one.</param>
    /// <param name="handedOverAt">When the last batch that handed something over started; needed for a daily limit only.</param>
    public static Outcome Decide(Campaign campaign, Guid id, int count, RequeueRecipients? next, DateTimeOffset? handedOverAt, DateTimeOffset now)
    {
        var outcome = Outcome.Record(new RecipientsRequeued(count, next is null));
        if (next is not null)
        {
            outcome = outcome.Send(next);
        }

        if (campaign.OpenBatch is not null)
        {
            return outcome; // its end sees to them
        }

        if (count == 0)
        {
            return outcome.Send(new CompleteCampaign(id));
        }

        if (campaign.NextBatchAt > now && campaign.HeldBy is null)
        {
            return outcome;
        }

        var batch = new NextBatchScheduled(campaign.LastBatch + 1, campaign.Settings.Pace.Earliest(handedOverAt, now));
        outcome = outcome.And(batch);
        return campaign.Status == CampaignStatus.Sending ? outcome.Schedule(new SendBatch(id, batch.Number), batch.At, campaign.Settings.Priority) : outcome; // paused: resuming sends it
    }

    Task<List<Retryable>> Read(RequeueRecipients message, string tenantId, CancellationToken ct)
    {
        static Retryable Read(NpgsqlDataReader reader) =>
            new(reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2) == "failed" ? RequeueReason.Failed : RequeueReason.InDoubt);

        var which = message.Which;
        if (which.Recipients is { } named)
        {
            return store.Database.Query(ReadNamedRetryable, Read, ct, tenantId, message.CampaignId, named.ToArray());
        }

        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        return store.Database.Query(
            ReadRetryable, Read, ct, tenantId, message.CampaignId, message.After ?? first, last, which.Failed?.ToString(), which.InDoubt,
            options.Value.RequeueChunk);
    }

    async Task<DateTimeOffset?> HandedOverAt(string tenantId, Guid campaignId, CancellationToken ct) =>
        (await store.Database.Query(LastHandover, reader => (DateTimeOffset?)reader.GetFieldValue<DateTimeOffset>(0), ct, tenantId, campaignId)).SingleOrDefault();

    sealed record Retryable(Guid Id, long Version, RequeueReason Reason);
}
