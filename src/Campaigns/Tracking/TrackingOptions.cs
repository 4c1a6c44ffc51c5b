namespace Campaigns.Tracking;

/// <summary>Settings under <c>Tracking</c>.</summary>
public sealed class TrackingOptions
{
    /// <summary>How long what providers posted is kept after it was read. It names people.</summary>
    public TimeSpan BodiesKeptFor { get; set; } = TimeSpan.FromDays(30);
}
