using Wolverine.Attributes;

namespace Campaigns.Sending;

/// <summary>Due when the provider is to be asked about the messages of a batch whose fate nobody knows.</summary>
/// <param name="Check">Which look it is; 1 for the first.</param>
[MessageIdentity("look_up_messages")]
public sealed record LookUpMessages(Guid CampaignId, int Batch, int Check);
