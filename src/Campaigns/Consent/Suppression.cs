namespace Campaigns.Consent;

// The stored facts of one address in one organisation. The one place in the events where an address stands.

/// <param name="Source">Where it comes from: a campaign's recipient, or a person.</param>
public sealed record AddressSuppressed(string Address, SuppressionReason Reason, string Source);

public sealed record AddressReinstated(string Address, string Why);

/// <summary>
/// Why an address gets nothing, the weakest first: of several the strongest counts. A wish is less than the rest, which it does not undo when it
/// is taken back.
/// </summary>
public enum SuppressionReason { Unsubscribed, InvalidAddress, Complaint, Manual }

public sealed record Suppression(bool IsSuppressed)
{
    public static readonly Suppression Initial = new(false);

    public Suppression Apply(object fact) => fact switch
    {
        AddressSuppressed => new Suppression(true),
        AddressReinstated => new Suppression(false),
        _ => this,
    };

    /// <summary>The stream of an address.</summary>
    public static Guid StreamId(string tenantId, string address) => DerivedId.Named("suppression", tenantId, address);
}
