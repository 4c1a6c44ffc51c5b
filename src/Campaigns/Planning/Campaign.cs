using Campaigns.Storage;
using System.Text.Json.Serialization;
using Campaigns.Http;
using Campaigns.Limits;

namespace Campaigns.Planning;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record CampaignDrafted(CampaignSettings Settings, Guid? CopyOf = null);

public sealed record CampaignEdited(CampaignSettings Settings);

public sealed record CampaignDeleted;

public sealed record CampaignSubmitted;

public sealed record CampaignApproved(string? Comment);

public sealed record CampaignRejected(string Reason);

/// <param name="At">When it is to begin.</param>
public sealed record CampaignScheduled(DateTimeOffset At);

/// <param name="TemplateVersion">The version of the template that everybody gets, whatever becomes of the template.</param>
/// <param name="FormulaVersion">In the same way of the formula; null where it has none.</param>
public sealed record CampaignLaunched(
    long TemplateVersion, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? FormulaVersion = null);

/// <summary>Every contact of the audience is a recipient now, or was skipped.</summary>
/// <param name="Segments">As they were when it was found out who belongs to them; null where the audience has none, and in older events.</param>
public sealed record AudienceHydrated(long Queued, long Skipped, IReadOnlyList<UsedSegment>? Segments = null);

/// <param name="Revision">How often it had been written.</param>
public sealed record UsedSegment(Guid Id, int Revision);

/// <summary>The intent: these recipients are about to be handed to the provider. On record before the first one is.</summary>
/// <param name="Claim">The message that claimed the batch: who finds it open under the same claim knows that it was interrupted.</param>
/// <param name="Through">The last one in the order of the queue who was dealt with; null in older events: the last of the recipients.</param>
/// <param name="Senders">
/// In whose name each of the recipients gets it, in their order, empty for nobody's; a single one where it is the same for all, null where it
/// is nobody's, as in older events.
/// </param>
public sealed record BatchStarted(
    int Number, Guid Claim, DateTimeOffset At, IReadOnlyList<Guid> Recipients, Guid? Through = null, IReadOnlyList<Guid>? Senders = null)
{
    /// <param name="each">The sender of each recipient.</param>
    /// <returns>The form in which they are stored.</returns>
    public static IReadOnlyList<Guid>? ShortForm(IReadOnlyList<Guid> each) =>
        each.Distinct().ToList() is not [var only] ? each : only == Guid.Empty ? null : [only];

    /// <returns>Empty for nobody.</returns>
    public Guid SenderOf(int recipient) => Senders switch { null => Guid.Empty, [var only] => only, _ => Senders[recipient] };
}

/// <summary>The result of every recipient of the batch is on record.</summary>
/// <param name="Returned">Not handed over after all, for certain: queued again.</param>
/// <param name="Remaining">Recipients still queued at that moment.</param>
/// <param name="Deferred">To be tried again at a time of their own: queued too.</param>
public sealed record BatchCompleted(int Number, int Sent, int Failed, int InDoubt, int Returned, long Remaining, int Deferred = 0);

/// <summary>The provider said nothing in time about some messages of a batch: they stay in doubt, and the campaign goes on without them.</summary>
public sealed record DoubtsLeft(int Batch);

/// <summary>Of some whom a batch had left in doubt it is known now: the node that had stood still with the batch went on, and said so.</summary>
/// <param name="Queued">Not handed over, for certain: queued again.</param>
public sealed record DoubtsSettled(int Batch, int Sent, int Failed, int Queued);

/// <param name="Because">What holds it until then; null for the pace of the campaign.</param>
public sealed record NextBatchScheduled(int Number, DateTimeOffset At, string? Because = null);

/// <param name="By">Whether a person asked for it or a breaker tripped.</param>
/// <param name="Health">What the breaker went by, if it was that.</param>
public sealed record CampaignPaused(PausedBy By, string Reason, CampaignHealth? Health = null);

public sealed record CampaignResumed;

public sealed record CampaignCancelled(string? Reason);

/// <summary>Late results came in after it had ended, about messages in doubt or that bounced: it ended otherwise.</summary>
public sealed record CampaignReassessed(CampaignEnd End);

/// <summary>Nobody is left: every recipient has come to an end.</summary>
/// <param name="Reason">Why it failed, where that is no matter of single messages: there was nobody to write to.</param>
public sealed record CampaignCompleted(CampaignEnd End, string? Reason = null);

public sealed record CampaignArchived;

/// <summary>A person asked to send again to some who did not get it. An ended campaign is sending again.</summary>
/// <param name="Count">How many it concerned when it was asked for.</param>
public sealed record CampaignRetried(Retry Which, long Count);

/// <summary>Some of those whom a retry asked for are queued again.</summary>
/// <param name="IsLast">All of them are by now.</param>
public sealed record RecipientsRequeued(int Count, bool IsLast);

/// <summary>
/// Completed: every message went out, and none is known not to have arrived. Partial: some failed, bounced, were not delivered or stayed in
/// doubt. Failed: all of them, or there was nobody to write to.
/// </summary>
public enum CampaignEnd { Completed, Partial, Failed }

public enum CampaignStatus { [InternalWord] None, Draft, InReview, Approved, Scheduled, Sending, Paused, Completed, Partial, Failed, Cancelled, [InternalWord] Deleted }

/// <summary>What handlers need in order to decide, and what the API shows of a campaign.</summary>
public sealed record Campaign : IStreamState<Campaign>
{
    public static readonly Campaign Initial = new();

    /// <inheritdoc/>
    public Guid Id { get; init; }

    public CampaignStatus Status { get; init; }

    public CampaignSettings Settings { get; init; } = new("", null, null, null, Pace.Default);

    /// <summary>Why it is paused, cancelled, was rejected, or failed as a whole.</summary>
    public string? Reason { get; init; }

    public PausedBy? PausedBy { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public long? TemplateVersion { get; init; }

    public long? FormulaVersion { get; init; }

    public bool IsHydrated { get; init; }

    /// <summary>The batch that has started and not yet completed.</summary>
    public OpenBatch? OpenBatch { get; init; }

    /// <summary>Number of the last batch that was started.</summary>
    public int LastBatch { get; init; }

    /// <summary>
    /// The last recipient that a batch took: the next batch goes on behind it. Null: from the start, for instance after some were returned or requeued.
    /// </summary>
    public Guid? LastRecipient { get; init; }

    /// <summary>How often the queue began again from the start: what was found out by looking along it before counts no more.</summary>
    public int Restarts { get; init; }

    public DateTimeOffset? NextBatchAt { get; init; }

    /// <summary>What holds the next batch until its time; null for the pace.</summary>
    public string? HeldBy { get; init; }

    /// <summary>Batches with messages in doubt, about which the provider may still say something.</summary>
    public IReadOnlyList<int> DoubtfulBatches { get; init; } = [];

    /// <summary>How many the retry under way is about, not all of whom are queued again yet; null when there is none.</summary>
    public long? Retrying { get; init; }

    /// <summary>How its messages were received when the breaker last tripped over that.</summary>
    public CampaignHealth? HealthAtBreak { get; init; }

    public bool Archived { get; init; }

    /// <summary>Whether it has begun; one that could not begin at its time is paused without.</summary>
    [JsonIgnore]
    public bool IsLaunched => TemplateVersion is not null;

    public bool IsFinished => Status is CampaignStatus.Completed or CampaignStatus.Partial or CampaignStatus.Failed or CampaignStatus.Cancelled;

    /// <inheritdoc/>
    public static Campaign Begin(Guid id) => Initial with { Id = id };

    public Campaign Evolve(object fact) => fact switch
    {
        CampaignDrafted drafted => this with { Status = CampaignStatus.Draft, Settings = drafted.Settings },
        CampaignEdited edited => this with { Settings = edited.Settings },
        CampaignDeleted => this with { Status = CampaignStatus.Deleted },
        CampaignSubmitted => this with { Status = CampaignStatus.InReview },
        CampaignApproved => this with { Status = CampaignStatus.Approved },
        CampaignRejected rejected => this with { Status = CampaignStatus.Cancelled, Reason = $"Rejected: {rejected.Reason}" },
        CampaignScheduled scheduled => this with { Status = CampaignStatus.Scheduled, ScheduledAt = scheduled.At, PausedBy = null, Reason = null },
        CampaignLaunched launched => this with { Status = CampaignStatus.Sending, TemplateVersion = launched.TemplateVersion, FormulaVersion = launched.FormulaVersion },
        AudienceHydrated => this with { IsHydrated = true },
        BatchStarted batch => this with
        {
            OpenBatch = new OpenBatch(batch.Number, batch.Claim, batch.At, batch.Recipients.Count),
            LastBatch = batch.Number,
            LastRecipient = batch.Through ?? (batch.Recipients.Count > 0 ? batch.Recipients[^1] : LastRecipient),
            NextBatchAt = null,
            HeldBy = null,
        },
        BatchCompleted batch => this with
        {
            OpenBatch = null,
            LastRecipient = batch.Returned > 0 ? null : LastRecipient,
            Restarts = batch.Returned > 0 ? Restarts + 1 : Restarts,
            DoubtfulBatches = batch.InDoubt > 0 ? [.. DoubtfulBatches, batch.Number] : DoubtfulBatches,
        },
        DoubtsLeft left => this with { DoubtfulBatches = [.. DoubtfulBatches.Where(batch => batch != left.Batch)] },
        DoubtsSettled { Queued: > 0 and var queued } => QueueAgain(queued),
        NextBatchScheduled next => this with { NextBatchAt = next.At, HeldBy = next.Because },
        CampaignPaused paused => this with
        {
            Status = CampaignStatus.Paused, PausedBy = paused.By, Reason = paused.Reason, HealthAtBreak = paused.Health ?? HealthAtBreak,
        },
        CampaignResumed => this with { Status = CampaignStatus.Sending, PausedBy = null, Reason = null },
        CampaignCancelled cancelled => this with
        {
            Status = CampaignStatus.Cancelled, PausedBy = null, Reason = cancelled.Reason, NextBatchAt = null, Retrying = null,
        },
        CampaignCompleted completed => this with { Status = Ended(completed.End), NextBatchAt = null, Reason = completed.Reason ?? WhyOf(completed.End) },
        CampaignReassessed reassessed => this with { Status = Ended(reassessed.End), Reason = WhyOf(reassessed.End) },
        CampaignArchived => this with { Archived = true },
        CampaignRetried retried => this with { Status = IsFinished ? CampaignStatus.Sending : Status, Retrying = retried.Count },
        RecipientsRequeued requeued => QueueAgain(requeued.Count) with { Retrying = requeued.IsLast ? null : Retrying },
        _ => this,
    };

    Campaign QueueAgain(int count) => this with
    {
        LastRecipient = null,
        Restarts = Restarts + 1,
        OpenBatch = OpenBatch is { } open ? open with { Requeued = open.Requeued + count } : null,
    };

    static string? WhyOf(CampaignEnd end) => end == CampaignEnd.Failed ? "Nobody got it: every message failed, bounced or was not delivered." : null;

    internal static CampaignStatus Ended(CampaignEnd end) => end switch
    {
        CampaignEnd.Completed => CampaignStatus.Completed,
        CampaignEnd.Partial => CampaignStatus.Partial,
        _ => CampaignStatus.Failed,
    };
}

/// <param name="Requeued">How many a retry queued again since it started.</param>
public sealed record OpenBatch(int Number, Guid Claim, DateTimeOffset StartedAt, int Size, int Requeued = 0);
