using Campaigns.Storage;

namespace Campaigns.Tenancy;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

/// <param name="Fingerprint">Tells these credentials from others without being any.</param>
public sealed record CredentialsSet(string Provider, string Fingerprint, DateTimeOffset At);

public sealed record CredentialsRemoved(string Provider);

/// <summary>Which credentials of an organisation open its account at a provider, and since when; what they are stands encrypted in a table.</summary>
public sealed record ProviderCredentials(string? Fingerprint, DateTimeOffset? Since) : IStreamState<ProviderCredentials>
{
    public static readonly ProviderCredentials Initial = new(null, null);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    public bool AreSet => Fingerprint is not null;

    /// <inheritdoc/>
    public static ProviderCredentials Begin(Guid id) => Initial with { Id = id };

    public ProviderCredentials Evolve(object fact) => fact switch
    {
        CredentialsSet set => this with { Fingerprint = set.Fingerprint, Since = set.At },
        CredentialsRemoved => Begin(Id),
        _ => this,
    };

    /// <summary>The stream of an organisation's credentials for a provider.</summary>
    public static Guid StreamId(string tenantId, string provider) => DerivedId.Named("credentials", tenantId, provider);
}
