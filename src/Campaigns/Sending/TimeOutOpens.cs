using Wolverine.Attributes;

namespace Campaigns.Sending;

/// <summary>
/// Due when the messages of a batch should have been opened. An open that came first makes it change nothing about that one, and neither does it about a
/// message that never came, or that went out with a later batch.
/// </summary>
[MessageIdentity("time_out_opens")]
public sealed record TimeOutOpens(Guid CampaignId, int Batch);
