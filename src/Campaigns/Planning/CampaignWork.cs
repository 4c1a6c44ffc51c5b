using System.Text.Json.Serialization;
using Campaigns.Storage;
using Wolverine.Attributes;

namespace Campaigns.Planning;

// What is to be done for a campaign: planning asks for it, sending does it. The names are stored with the messages.

/// <summary>Makes the contacts of the campaign's audience its recipients, one for each of its channels, a part at a time.</summary>
/// <param name="Snapshot">Of the audience, which has the parts; null: it is still to be taken.</param>
/// <param name="Part">The next one, from 0.</param>
/// <param name="Parts">How many it has.</param>
/// <param name="Segments">As they were when it was taken; null where the audience has none.</param>
/// <param name="After">Of a message of an older version, which knew no snapshots: the last contact that is a recipient already.</param>
[MessageIdentity("hydrate_audience")]
public sealed record HydrateAudience(
    Guid CampaignId, Guid? Snapshot = null, int Part = 0, int Parts = 0, long Queued = 0, long Skipped = 0, IReadOnlyList<UsedSegment>? Segments = null,
    Guid? After = null) : ICampaignWork;

/// <summary>Due when a campaign's next batch is.</summary>
/// <param name="After">The queue was looked at up to here without finding anybody who gets the message now; null: from where the last batch ended.</param>
/// <param name="Restarts">Of the campaign at that look: with more of them it starts anew.</param>
[MessageIdentity("send_batch")]
public sealed record SendBatch(Guid CampaignId, int Number, Guid? After = null, int Restarts = 0) : ICampaignWork, IPrioritised
{
    public object AsUrgent() => new SendUrgentBatch(this);
}

/// <summary>The same for an urgent campaign.</summary>
[MessageIdentity("send_urgent_batch")]
public sealed record SendUrgentBatch(SendBatch Batch) : ICampaignWork
{
    [JsonIgnore]
    public Guid CampaignId => Batch.CampaignId;
}

/// <summary>Gives everybody who is still queued in a cancelled campaign their end, a chunk at a time.</summary>
[MessageIdentity("withdraw_queued")]
public sealed record WithdrawQueued(Guid CampaignId) : ICampaignWork;

/// <summary>Queues again whom a retry asks for, a chunk at a time.</summary>
/// <param name="After">The last recipient of the chunk before.</param>
[MessageIdentity("requeue_recipients")]
public sealed record RequeueRecipients(Guid CampaignId, Retry Which, Guid? After = null) : ICampaignWork;

/// <summary>Sent whenever the last recipient may have come to an end; ends the campaign if so.</summary>
[MessageIdentity("complete_campaign")]
public sealed record CompleteCampaign(Guid CampaignId) : ICampaignWork;

/// <summary>Due when a provider had its time to say what became of the messages in doubt.</summary>
[MessageIdentity("leave_doubts")]
public sealed record LeaveDoubts(Guid CampaignId, int Batch) : ICampaignWork;

/// <summary>Sent when messages of a campaign bounce or are complained about; pauses it when there are too many of them.</summary>
[MessageIdentity("check_health")]
public sealed record CheckHealth(Guid CampaignId);
