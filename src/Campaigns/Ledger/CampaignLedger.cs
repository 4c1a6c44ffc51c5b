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
    static readonly string InsertRecipients = Sql.Beside<CampaignLedger>(nameof(InsertRecipients));
    static readonly string UpdateRecipients = Sql.Beside<CampaignLedger>(nameof(UpdateRecipients));
    static readonly string InsertBatches = Sql.Beside<CampaignLedger>(nameof(InsertBatches));
    static readonly string LockCampaign = Sql.Beside<CampaignLedger>(nameof(LockCampaign));
    static readonly string CompleteBatches = Sql.Beside<CampaignLedger>(nameof(CompleteBatches));

    public override IReadOnlyList<string> Tables { get; } = ["recipients", "deferrals", "batches", "campaign_progress", "sender_health"];

    public override IReadOnlyList<Type> Facts { get; } =
    [
        typeof(CampaignDrafted), typeof(BatchStarted), typeof(BatchCompleted), typeof(RecipientQueued), typeof(RecipientSkipped),
        typeof(RecipientWithdrawn), typeof(RecipientRequeued), typeof(MessageSent), typeof(MessageFailed), typeof(MessageInDoubt), typeof(MessageReturned),
        typeof(AttemptFailed), typeof(RecipientDeferred), typeof(MessageAccepted), typeof(MessageUndelivered),
        typeof(MessageDelivered), typeof(MessageDeferred), typeof(MessageOpened), typeof(LinkClicked), typeof(MessageBounced), typeof(MessageDropped),
        typeof(SpamReported), typeof(RecipientUnsubscribed), typeof(OpenTimedOut),
    ];

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
                case { } fact when RecipientChange.Concerns(fact):
                    Row(@event.StreamId, @event).Apply(fact, @event.Timestamp);
                    break;
            }
        }

        if (drafted.Count > 0)
        {
            sql.Sql(BeginProgress, drafted.Select(draft => draft.TenantId).ToArray(), drafted.Select(draft => draft.StreamId).ToArray());
        }

        Queue(sql, InsertRecipients, [.. rows.Values.Where(row => row.IsNew)]);
        Queue(sql, UpdateRecipients, [.. rows.Values.Where(row => !row.IsNew)]);
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

    static void Queue(IDocumentOperations sql, string statement, RecipientChange[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        T[] All<T>(Func<RecipientChange, T> column) => Array.ConvertAll(rows, row => column(row));

        sql.Sql(
            statement, All(row => row.TenantId), All(row => row.Id), All(row => row.CampaignId), All(row => row.ContactId), All(row => row.Status),
            All(row => row.Reason), All(row => row.Batch), All(row => row.QueuedAt), All(row => row.SentAt),
            All(row => row.DeliveredAt), All(row => row.OpenedAt), All(row => row.ClickedAt), All(row => row.BouncedAt), All(row => row.ComplainedAt),
            All(row => row.UnsubscribedAt), All(row => row.TimedOutAt), All(row => row.NotBefore), All(row => row.LimitKey), All(row => row.Attempts),
            All(row => row.Channel), All(row => row.SenderId), All(row => row.Category), All(row => row.ProviderMessageId), All(row => row.Step));
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
