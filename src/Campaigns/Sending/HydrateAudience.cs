using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

/// <summary>Makes the contacts of the campaign's list its recipients, a chunk at a time.</summary>
/// <param name="After">The last contact of the chunk before.</param>
public sealed record HydrateAudience(Guid CampaignId, Guid? After = null, long Queued = 0, long Skipped = 0) : ICampaignWork;

/// <summary>
/// Recipient ids follow from campaign and contact, so going over the same contacts twice adds nobody twice. Every chunk commits
/// with the message for the next one: a node may die at any moment.
/// </summary>
public sealed class AudienceHydration(EventStore store, IOptions<SendingOptions> options)
{
    static readonly string ReadAudience = Sql.Beside<AudienceHydration>(nameof(ReadAudience));

    public async Task Handle(HydrateAudience message, Delivery delivery, CancellationToken ct)
    {
        var campaign = await store.Load<Campaign>(delivery.TenantId, message.CampaignId, ct);
        if (Stopped(campaign.State, message.CampaignId) is { } stopped)
        {
            var end = delivery.OpenSession();
            end.Add(campaign, stopped);
            await end.Commit(ct);
            return;
        }

        var limit = options.Value.HydrationChunk;
        var chunk = await store.Database.Query(
            ReadAudience, reader => new AudienceMember(
                reader.GetGuid(0), reader.GetBoolean(2) ? SkipReason.ContactDeleted : reader.GetBoolean(1) ? SkipReason.Suppressed : null), ct,
            delivery.TenantId, campaign.State.Settings.ListId!.Value, message.After ?? Guid.Empty, limit);
        if (chunk.Count == limit)
        {
            var session = delivery.OpenSession();
            session.Send(Add(session, message, chunk));
            await session.Commit(ct);
            return;
        }

        await store.Decide<Campaign>(
            () =>
            {
                var session = delivery.OpenSession();
                Add(session, message, chunk);
                return session;
            },
            message.CampaignId,
            (latest, _) => Decide(latest.State, message.CampaignId, Hydrated(message, chunk)),
            ct);
    }

    /// <summary>What is left to do when no more contacts are to be added; null while they are.</summary>
    public static Outcome? Stopped(Campaign campaign, Guid id) => campaign switch
    {
        { IsHydrated: true } => Outcome.Nothing,
        // A chunk that was on its way when the campaign was cancelled may have come after the withdrawal.
        { Status: CampaignStatus.Cancelled } => Outcome.Nothing.Send(new WithdrawQueued(id)),
        _ => null,
    };

    /// <summary>The last contact is in.</summary>
    public static Outcome Decide(Campaign campaign, Guid id, AudienceHydrated hydrated) => campaign switch
    {
        { IsHydrated: true } => Outcome.Nothing,
        { Status: CampaignStatus.Sending } => Outcome.Record(hydrated).Send(new SendBatch(id, 1), campaign.Settings.Priority),
        { Status: CampaignStatus.Cancelled } => Outcome.Record(hydrated).Send(new WithdrawQueued(id)),
        _ => Outcome.Record(hydrated), // paused: resuming starts the first batch
    };

    static AudienceHydrated Hydrated(HydrateAudience message, List<AudienceMember> chunk)
    {
        var skipped = chunk.Count(member => member.SkipReason is not null);
        return new AudienceHydrated(message.Queued + chunk.Count - skipped, message.Skipped + skipped);
    }

    static HydrateAudience Add(Session session, HydrateAudience message, List<AudienceMember> chunk)
    {
        var skipped = 0;
        // In the order of the recipients' ids, so that each index is filled from left to right.
        foreach (var (recipient, member) in chunk.Select(member => (Id: DerivedId.Recipient(message.CampaignId, member.ContactId), member)).OrderBy(row => row.Id))
        {
            if (member.SkipReason is { } reason)
            {
                skipped++;
                session.Start<Recipient>(recipient, new RecipientSkipped(message.CampaignId, member.ContactId, reason));
            }
            else
            {
                session.Start<Recipient>(recipient, new RecipientQueued(message.CampaignId, member.ContactId));
            }
        }

        return message with
        {
            After = chunk.Count > 0 ? chunk[^1].ContactId : message.After,
            Queued = message.Queued + chunk.Count - skipped,
            Skipped = message.Skipped + skipped,
        };
    }

    sealed record AudienceMember(Guid ContactId, SkipReason? SkipReason);
}
