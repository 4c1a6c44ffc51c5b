using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Storage;

namespace Campaigns.Server.Components;

/// <summary>The events of a campaign as a person would tell them.</summary>
static class EventWords
{
    /// <returns>What happened, details if there are any, and the time that the details end with, if they do.</returns>
    public static (string What, string? Details, DateTimeOffset? At) Of(EventView stored)
    {
        var (what, details) = InWords(stored);
        return (what, details, stored.Type switch
        {
            "campaign_scheduled" => Fact<CampaignScheduled>(stored).At,
            "next_batch_scheduled" => Fact<NextBatchScheduled>(stored).At,
            _ => null,
        });
    }

    static (string What, string? Details) InWords(EventView stored) => stored.Type switch
    {
        "campaign_drafted" => ("Drafted", Fact<CampaignDrafted>(stored) is { CopyOf: not null } ? "A copy of another campaign" : null),
        "campaign_edited" => ("Edited", null),
        "campaign_submitted" => ("Submitted for approval", null),
        "campaign_approved" => ("Approved", Fact<CampaignApproved>(stored).Comment),
        "campaign_rejected" => ("Rejected", Fact<CampaignRejected>(stored).Reason),
        "campaign_scheduled" => ("Scheduled", "To begin"),
        "campaign_launched" => ("Launched", $"With version {Fact<CampaignLaunched>(stored).TemplateVersion} of the template"),
        "audience_hydrated" => ("Recipients queued", Hydrated(Fact<AudienceHydrated>(stored))),
        "batch_started" => ("Batch started", Started(Fact<BatchStarted>(stored))),
        "batch_completed" => ("Batch completed", Completed(Fact<BatchCompleted>(stored))),
        "doubts_settled" => ("Doubts settled", Settled(Fact<DoubtsSettled>(stored))),
        "doubts_left" => ("Doubts left open", $"The provider said nothing in time about some messages of batch {Fact<DoubtsLeft>(stored).Batch}"),
        "next_batch_scheduled" => ("Next batch scheduled", $"Number {Fact<NextBatchScheduled>(stored).Number}, due"),
        "campaign_paused" => ("Paused", Paused(Fact<CampaignPaused>(stored))),
        "campaign_resumed" => ("Resumed", null),
        "campaign_cancelled" => ("Cancelled", Fact<CampaignCancelled>(stored).Reason),
        "campaign_completed" => ("Completed", Ended(Fact<CampaignCompleted>(stored).End)),
        "campaign_reassessed" => ("Assessed again", $"{Ended(Fact<CampaignReassessed>(stored).End)}, by results that came later"),
        "campaign_archived" => ("Archived", null),
        "campaign_retried" => ("Tried again", Retried(Fact<CampaignRetried>(stored))),
        "recipients_requeued" => ("Recipients queued again", $"{Words.Count(Fact<RecipientsRequeued>(stored).Count)} queued"),
        var other => (other.Replace('_', ' '), null), // of a newer version of this program
    };

    static T Fact<T>(EventView stored) => stored.Data.Deserialize<T>(StoredJson.Options)!;

    static string Hydrated(AudienceHydrated fact) =>
        $"{Words.Count(fact.Queued)} queued" + (fact.Skipped > 0 ? $", {Words.Count(fact.Skipped)} skipped" : "");

    static string Started(BatchStarted fact) => $"Number {fact.Number}, to {Words.Count(fact.Recipients.Count)} recipients";

    static string Completed(BatchCompleted fact) => $"Number {fact.Number}: {Words.Count(fact.Sent)} sent"
        + (fact.Failed > 0 ? $", {Words.Count(fact.Failed)} failed" : "")
        + (fact.InDoubt > 0 ? $", {Words.Count(fact.InDoubt)} in doubt" : "")
        + (fact.Returned > 0 ? $", {Words.Count(fact.Returned)} returned to the queue" : "")
        + $"; {Words.Count(fact.Remaining)} remain";

    static string Settled(DoubtsSettled fact) => $"Of batch {fact.Batch}, by the node that had stood still: {Words.Count(fact.Sent)} sent"
        + (fact.Failed > 0 ? $", {Words.Count(fact.Failed)} failed" : "")
        + (fact.Queued > 0 ? $", {Words.Count(fact.Queued)} queued again" : "");

    static string Retried(CampaignRetried fact) => Words.Count(fact.Count) + fact.Which switch
    {
        { Recipients: not null } => " chosen recipients",
        { InDoubt: true, Failed: null } => " recipients in doubt",
        { InDoubt: true } => " recipients that failed or were in doubt",
        { Failed: RetryFailed.Curable } => " recipients that failed, but not for their address",
        { Failed: RetryFailed.Temporary } => " recipients that failed for a passing reason",
        _ => " recipients that failed",
    };

    static string Paused(CampaignPaused fact) => fact.By == PausedBy.Breaker ? $"By a breaker: {fact.Reason}" : fact.Reason;

    static string Ended(CampaignEnd end) => end switch
    {
        CampaignEnd.Completed => "Every message went out, and none is known not to have arrived",
        CampaignEnd.Partial => "Some messages failed, did not arrive or stayed in doubt",
        _ => "Nobody got it",
    };
}
