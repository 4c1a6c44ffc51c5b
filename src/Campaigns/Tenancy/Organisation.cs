using Campaigns.Limits;
using Campaigns.Storage;

namespace Campaigns.Tenancy;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record OrganisationCreated(string Name);

public sealed record OrganisationSettingsChanged(OrganisationSettings Settings);

/// <summary>A key opens the API from now on.</summary>
/// <param name="Name">Who uses it.</param>
/// <param name="ExpiresAt">When it stops by itself; null: never.</param>
public sealed record ApiKeyIssued(
    Guid KeyId,
    string Name,
    KeyScope Scope,
    DateTimeOffset? ExpiresAt = null);

/// <summary>The key opens nothing any more.</summary>
public sealed record ApiKeyRevoked(Guid KeyId);

/// <param name="ApprovalRequired">Campaigns are submitted and approved before they can be scheduled or launched.</param>
/// <param name="TimeZone">IANA name; for contacts whose own is unknown.</param>
/// <param name="Window">The hours in which people get campaigns that say nothing about it; null: any.</param>
/// <param name="Limits">In place of the installation's.</param>
/// <param name="FrequencyCap">How often a contact is written to; null: as often as campaigns do.</param>
public sealed record OrganisationSettings(
    string Name, bool ApprovalRequired, string TimeZone, DeliveryWindow? Window = null, LimitSettings? Limits = null, FrequencyCap? FrequencyCap = null);

public sealed record Organisation : IStreamState<Organisation>
{
    public static readonly Organisation Initial = new();

    /// <inheritdoc/>
    public Guid Id { get; init; }

    public OrganisationSettings Settings { get; init; } = new("", false, "Etc/UTC");

    /// <summary>The keys that were not revoked.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    public IReadOnlyList<Guid> RevokedKeys { get; init; } = [];

    /// <inheritdoc/>
    public static Organisation Begin(Guid id) => Initial with { Id = id };

    public Organisation Evolve(object fact) => fact switch
    {
        OrganisationCreated created => this with { Settings = Settings with { Name = created.Name } },
        OrganisationSettingsChanged changed => this with { Settings = changed.Settings },
        ApiKeyIssued issued => this with { Keys = [.. Keys, new ApiKey(issued.KeyId, issued.Name, issued.Scope, issued.ExpiresAt)] },
        ApiKeyRevoked revoked => this with
        {
            Keys = [.. Keys.Where(key => key.Id != revoked.KeyId)],
            RevokedKeys = [.. RevokedKeys, revoked.KeyId],
        },
        _ => this,
    };

    /// <summary>The stream of a tenant's organisation.</summary>
    public static Guid StreamId(string tenantId) => DerivedId.Named("organisation", tenantId, "");
}

/// <param name="Name">Who uses it.</param>
public sealed record ApiKey(
    Guid Id,
    string Name,
    KeyScope Scope,
    DateTimeOffset? ExpiresAt);
