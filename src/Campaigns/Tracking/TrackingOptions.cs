namespace Campaigns.Tracking;

/// <summary>Settings under <c>Tracking</c>.</summary>
public sealed class TrackingOptions
{
    /// <summary>How long what providers posted is kept after it was read. It names people.</summary>
    public TimeSpan BodiesKeptFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How many bytes of bodies a node holds that are not stored yet: anybody may post them, and only the whole body shows who signed it. No
    /// body is taken that is larger.
    /// </summary>
    public int WebhookMemory { get; set; } = 64 * 1024 * 1024;
}
