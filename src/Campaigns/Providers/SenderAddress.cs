namespace Campaigns.Providers;

/// <summary>In whose name a mail comes.</summary>
public sealed record SenderAddress(string Email, string? Name = null, string? ReplyTo = null);
