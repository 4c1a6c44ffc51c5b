namespace Campaigns.Http;

/// <summary>Why a person does something, in their own words.</summary>
/// <param name="Text">Shown wherever the state that it explains is shown.</param>
public sealed record Reason(string Text);
