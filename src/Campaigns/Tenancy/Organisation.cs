using Campaigns.Limits;

namespace Campaigns.Tenancy;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record OrganisationCreated(string Name);

public sealed record OrganisationSettingsChanged(OrganisationSettings Settings);

/// <param name="ApprovalRequired">Campaigns are submitted and approved before they can be scheduled or launched.</param>
/// <param name="TimeZone">IANA name; for contacts whose own is unknown.</param>
/// <param name="Window">The hours in which people get campaigns that say nothing about it; null: any.</param>
/// <param name="Limits">In place of the installation's.</param>
/// <param name="FrequencyCap">How often a contact is written to; null: as often as campaigns do.</param>
public sealed record OrganisationSettings(
    string Name, bool ApprovalRequired, string TimeZone, DeliveryWindow? Window = null, LimitSettings? Limits = null, FrequencyCap? FrequencyCap = null);

public sealed record Organisation(OrganisationSettings Settings)
{
    public static readonly Organisation Initial = new(new OrganisationSettings("", false, "Etc/UTC"));

    public Organisation Apply(object fact) => fact switch
    {
        OrganisationCreated created => new Organisation(Settings with { Name = created.Name }),
        OrganisationSettingsChanged changed => new Organisation(changed.Settings),
        _ => this,
    };

    /// <summary>The stream of a tenant's organisation.</summary>
    public static Guid StreamId(string tenantId) => DerivedId.Named("organisation", tenantId, "");
}
