using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

/// <summary>Makes the contacts of the campaign's list its recipients, a chunk at a time.</summary>
/// <param name="After">The last contact of the chunk before.</param>
public sealed record HydrateAudience(Guid CampaignId, Guid? After = null, long Queued = 0, long Skipped = 0);

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
        if (campaign.State.IsFinished || campaign.State.IsHydrated)
        {
            return;
        }

        var limit = options.Value.HydrationChunk;
        var chunk = await Read(delivery.TenantId, campaign.State.Settings.ListId!.Value, message.After, limit, ct);
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
            (latest, _) => Complete(latest.State, message, chunk),
            ct);
    }

    static Outcome Complete(Campaign campaign, HydrateAudience message, List<AudienceMember> chunk)
    {
        var hydrated = Outcome.Record(new AudienceHydrated(
            message.Queued + chunk.Count(member => member.SkipReason is null), message.Skipped + chunk.Count(member => member.SkipReason is not null)));
        return campaign.Status switch
        {
            CampaignStatus.Sending => hydrated.Send(new SendBatch(message.CampaignId, 1)),
            CampaignStatus.Cancelled => hydrated.Send(new WithdrawQueued(message.CampaignId)),
            _ => hydrated, // paused: resuming starts the first batch
        };
    }

    static HydrateAudience Add(Session session, HydrateAudience message, List<AudienceMember> chunk)
    {
        var skipped = 0;
        foreach (var member in chunk)
        {
            var recipient = DerivedId.Recipient(message.CampaignId, member.ContactId);
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

    async Task<List<AudienceMember>> Read(string tenantId, Guid listId, Guid? after, int limit, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand(ReadAudience);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = listId });
        command.Parameters.Add(new() { Value = after ?? Guid.Empty });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var chunk = new List<AudienceMember>(limit);
        while (await reader.ReadAsync(ct))
        {
            chunk.Add(new AudienceMember(reader.GetGuid(0), reader.GetBoolean(1) ? SkipReason.Suppressed : null));
        }

        return chunk;
    }

    sealed record AudienceMember(Guid ContactId, SkipReason? SkipReason);
}
