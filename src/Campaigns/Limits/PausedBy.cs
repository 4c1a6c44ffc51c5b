namespace Campaigns.Limits;

/// <summary>Whether a person asked for it or a breaker tripped.</summary>
public enum PausedBy { Person, Breaker }
