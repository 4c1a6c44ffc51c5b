namespace Campaigns.Http;

/// <summary>Why a person does something, in their own words.</summary>
/// <param name="Reason">Shown wherever the state that it explains is shown.</param>
public sealed record GivenReason(string? Reason = null);
