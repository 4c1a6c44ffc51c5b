using Marten;
using Campaigns.Storage;
using JasperFx.Events;
using Campaigns.Planning;
using Campaigns.Recipients;

namespace Campaigns.Ledger;

/// <summary>
/// Who is where in which campaign: the rows of recipients (the work queue, and who got what), of batches, the counts of
/// each campaign, and how each sender is received. Inline: never behind the events. All facts of a commit are folded into one change per
/// recipient first.
/// </summary>
public sealed class CampaignLedger() : InlineProjection("ledger")
{
    static readonly string BeginProgress = Sql.Beside<CampaignLedger>(nameof(BeginProgress));
    static readonly string ChangeRecipients = Sql.Beside<CampaignLedger>(nameof(ChangeRecipients));
    static readonly string InsertBatches = Sql.Beside<CampaignLedger>(nameof(InsertBatches));
    static readonly string LockCampaign = Sql.Beside<CampaignLedger>(nameof(LockCampaign));
    static readonly string CompleteBatches = Sql.Beside<CampaignLedger>(nameof(CompleteBatches));

    static readonly HashSet<Type> OfRecipients = [.. RecipientChange.Facts];

    public override IReadOnlyList<string> Tables { get; } = ["recipients", "deferrals", "batches", "campaign_progress", "sender_health"];

    public override IReadOnlyList<Type> Facts { get; } = [typeof(CampaignDrafted), typeof(BatchStarted), typeof(BatchCompleted), .. RecipientChange.Facts];

    /// <summary>What a page that shows progress listens to.</summary>
    public static string Topic(string tenantId) => "progress:" + tenantId;

    /// <summary>What rings when a campaign of an organisation is paused or cancelled.</summary>
    public static string HaltTopic(string tenantId) => "halt:" + tenantId;

    /// <summary>
    /// Makes a commit that changes somebody who is queued wait for the batch that may be taking him at this moment, which holds its
    /// campaign: both would count him off the queue.
    /// </summary>
    public static void WaitForBatch(IDocumentOperations session, Guid campaignId) => session.Sql(LockCampaign, session.TenantId, campaignId);

    protected override void Apply(IReadOnlyList<IEvent> events, IDocumentOperations sql)
    {
        var rows = new Dictionary<Guid, RecipientChange>();
        RecipientChange Row(Guid id, IEvent @event) =>
            rows.TryGetValue(id, out var row) ? row : rows[id] = new RecipientChange(@event.TenantId, id);

        var drafted = new List<IEvent>();
        var started = new List<(IEvent Event, BatchStarted Fact)>();
        var completed = new List<(IEvent Event, BatchCompleted Fact)>();
        foreach (var @event in events)
        {
            switch (@event.Data)
            {
                case CampaignDrafted:
                    drafted.Add(@event);
                    break;
                case BatchStarted batch:
                    started.Add((@event, batch));
                    for (var i = 0; i < batch.Recipients.Count; i++)
                    {
                        Row(batch.Recipients[i], @event).Started(batch.Number, batch.SenderOf(i));
                    }

                    break;
                case BatchCompleted batch:
                    completed.Add((@event, batch));
                    break;
                case { } fact when OfRecipients.Contains(fact.GetType()):
                    Row(@event.StreamId, @event).Apply(fact, @event.Timestamp);
                    break;
            }
        }

        if (drafted.Count > 0)
        {
            sql.Sql(BeginProgress, drafted.Select(draft => draft.TenantId).ToArray(), drafted.Select(draft => draft.StreamId).ToArray());
        }

        if (rows.Count > 0)
        {
            sql.SqlForRows(ChangeRecipients, [.. rows.Values]);
        }

        Queue(sql, started);
        Queue(sql, completed);
    }

    public override IEnumerable<string> Topics(IReadOnlyList<IEvent> events)
    {
        foreach (var tenantId in events.Select(@event => @event.TenantId).Distinct())
        {
            yield return Topic(tenantId);
            if (events.Any(@event => @event.Data is CampaignPaused or CampaignCancelled && @event.TenantId == tenantId))
            {
                yield return HaltTopic(tenantId);
            }
        }
    }

    static void Queue(IDocumentOperations sql, List<(IEvent Event, BatchStarted Fact)> started)
    {
        if (started.Count > 0)
        {
            sql.Sql(
                InsertBatches, started.Select(batch => batch.Event.TenantId).ToArray(), started.Select(batch => batch.Event.StreamId).ToArray(),
                started.Select(batch => batch.Fact.Number).ToArray(), started.Select(batch => batch.Fact.Recipients.Count).ToArray(),
                started.Select(batch => batch.Event.Timestamp).ToArray());
        }
    }

    static void Queue(IDocumentOperations sql, List<(IEvent Event, BatchCompleted Fact)> completed)
    {
        if (completed.Count > 0)
        {
            sql.Sql(
                CompleteBatches, completed.Select(batch => batch.Event.TenantId).ToArray(), completed.Select(batch => batch.Event.StreamId).ToArray(),
                completed.Select(batch => batch.Fact.Number).ToArray(), completed.Select(batch => batch.Event.Timestamp).ToArray(),
                completed.Select(batch => batch.Fact.Sent).ToArray(), completed.Select(batch => batch.Fact.Failed).ToArray(),
                completed.Select(batch => batch.Fact.InDoubt).ToArray(), completed.Select(batch => batch.Fact.Returned).ToArray(),
                completed.Select(batch => batch.Fact.Remaining).ToArray(), completed.Select(batch => batch.Fact.Deferred).ToArray());
        }
    }
}
