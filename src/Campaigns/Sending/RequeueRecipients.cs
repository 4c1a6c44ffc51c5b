using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Npgsql;
using Wolverine;

namespace Campaigns.Sending;

/// <summary>
/// Every chunk is one commit: the recipients, each at the version at which it was seen to be failed or in doubt, the campaign, and the
/// message for the next chunk. Who is queued again is not seen a second time: a node may die at any moment, and two may do the same.
/// </summary>
public static class RequeueRecipientsHandler
{
    static readonly string ReadRetryable = Sql.Beside(typeof(RequeueRecipientsHandler), nameof(ReadRetryable));
    static readonly string ReadNamedRetryable = Sql.Beside(typeof(RequeueRecipientsHandler), nameof(ReadNamedRetryable));
    static readonly string LastHandover = Sql.Beside(typeof(RequeueRecipientsHandler), nameof(LastHandover));

    public static async Task<OutgoingMessages> Handle(
        RequeueRecipients message, IDocumentSession session, NpgsqlDataSource database, IOptions<SendingOptions> options, TimeProvider clock, CancellationToken ct)
    {
        // The campaign after the chunk, which takes longer to read: what comes in between is what refuses the commit.
        var chunk = await Read(message, session.TenantId, database, options.Value.RequeueChunk, ct);
        var campaign = await session.Events.FetchForWriting<Campaign>(message.CampaignId, ct);
        if (campaign.State().Retrying is null)
        {
            return []; // cancelled
        }

        var handedOverAt = campaign.State().Settings.Pace.Daily is null ? null : await HandedOverAt(session.TenantId, message.CampaignId, database, ct);
        foreach (var recipient in chunk)
        {
            session.Append<Recipient>(recipient.Id, ExpectedVersion.Exactly(recipient.Version), new RecipientRequeued(recipient.Reason));
        }

        var isLast = message.Which.Recipients is not null || chunk.Count < options.Value.RequeueChunk;
        var next = isLast ? null : message with { After = chunk[^1].Id };
        return campaign.Record(Decide(campaign.State(), message.CampaignId, chunk.Count, next, handedOverAt, clock.Microseconds())).Messages;
    }

    /// <param name="next">The message for the next chunk; null after the last one.</param>
    /// <param name="handedOverAt">When the last batch that handed something over started; needed for a daily limit only.</param>
    public static Outcome Decide(Campaign campaign, Guid id, int count, RequeueRecipients? next, DateTimeOffset? handedOverAt, DateTimeOffset now)
    {
        var outcome = Outcome.Record(new RecipientsRequeued(count, next is null));
        if (next is not null)
        {
            outcome = outcome.Send(next);
        }

        return count == 0 && campaign.OpenBatch is null ? outcome.Send(new CompleteCampaign(id)) : GoOn(outcome, campaign, id, handedOverAt, now);
    }

    /// <summary>Sees to it that somebody who is queued again is come to.</summary>
    /// <param name="handedOverAt">As of <see cref="Decide"/>.</param>
    internal static Outcome GoOn(Outcome outcome, Campaign campaign, Guid id, DateTimeOffset? handedOverAt, DateTimeOffset now)
    {
        if (campaign.OpenBatch is not null)
        {
            return outcome; // its end sees to them
        }

        if (campaign.NextBatchAt > now && campaign.HeldBy is null)
        {
            return outcome;
        }

        var batch = new NextBatchScheduled(campaign.LastBatch + 1, campaign.Settings.Pace.Earliest(handedOverAt, now));
        outcome = outcome.And(batch);
        return campaign.Status == CampaignStatus.Sending
            ? outcome.Schedule(new SendBatch(id, batch.Number), batch.At, now, campaign.Settings.Priority)
            : outcome; // paused: resuming sends it
    }

    static Task<List<Retryable>> Read(RequeueRecipients message, string tenantId, NpgsqlDataSource database, int chunk, CancellationToken ct)
    {
        static Retryable Read(NpgsqlDataReader reader) =>
            new(reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2) == "failed" ? RequeueReason.Failed : RequeueReason.InDoubt);

        var which = message.Which;
        if (which.Recipients is { } named)
        {
            return database.Query(ReadNamedRetryable, Read, ct, tenantId, message.CampaignId, named.ToArray());
        }

        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        return database.Query(
            ReadRetryable, Read, ct, tenantId, message.CampaignId, message.After ?? first, last, which.Failed?.ToString(), which.InDoubt,
            chunk);
    }

    internal static async Task<DateTimeOffset?> HandedOverAt(string tenantId, Guid campaignId, NpgsqlDataSource database, CancellationToken ct) =>
        (await database.Query(LastHandover, reader => (DateTimeOffset?)reader.GetFieldValue<DateTimeOffset>(0), ct, tenantId, campaignId)).SingleOrDefault();

    sealed record Retryable(Guid Id, long Version, RequeueReason Reason);
}
