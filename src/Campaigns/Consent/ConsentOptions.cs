namespace Campaigns.Consent;

/// <summary>Settings under <c>Consent</c>.</summary>
public sealed class ConsentOptions
{
    /// <summary>Messages that did not get there, with none between them that did, after which an address counts as unreachable. One alone never does.</summary>
    public int UnreachableAfter { get; set; } = 3;

    /// <summary>The time within which they have to fail.</summary>
    public TimeSpan UnreachableWithin { get; set; } = TimeSpan.FromDays(30);

    public bool IsValid => UnreachableAfter > 1 && UnreachableWithin > TimeSpan.Zero;
}
