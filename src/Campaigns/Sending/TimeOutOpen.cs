namespace Campaigns.Sending;

/// <summary>Due when a sent message should have been opened. An open that came first makes it change nothing, and so does a message that never came.</summary>
/// <param name="Batch">With which it was sent: a later one has a time-out of its own. Null: with whichever.</param>
public sealed record TimeOutOpen(Guid RecipientId, int? Batch = null);
