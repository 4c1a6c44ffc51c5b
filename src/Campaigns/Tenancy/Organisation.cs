using Campaigns.Limits;
using Campaigns.Storage;
using System.Text.Json.Serialization;

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
/// <param name="PostalAddress">Stands below e-mails; templates name it <c>postal_address</c>.</param>
/// <param name="Footer">
/// Below e-mails that do not show the link to unsubscribe, in place of the standard footer: plain text in which <c>{{unsubscribe_url}}</c>, which is
/// needed, and <c>{{postal_address}}</c> stand for what they say.
/// </param>
public sealed record OrganisationSettings(
    string Name,
    bool ApprovalRequired,
    string TimeZone,
    DeliveryWindow? Window = null,
    LimitSettings? Limits = null,
    FrequencyCap? FrequencyCap = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PostalAddress = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Footer = null)
{
    public const string UnsubscribeExpression = "{{unsubscribe_url}}";
    public const string PostalAddressExpression = "{{postal_address}}";

    const int LongestPostalAddress = 500;
    const int LongestFooter = 2000;

    /// <summary>Who they are to the people who get their messages.</summary>
    public string NameOr(string tenantId) => string.IsNullOrWhiteSpace(Name) ? tenantId : Name;

    /// <summary>What is wrong with what stands below e-mails; null when nothing is.</summary>
    [JsonIgnore]
    public Refusal? FooterRefusal =>
        PostalAddress is not null && (PostalAddress.Length > LongestPostalAddress || HasControls(PostalAddress))
            ? new Refusal("postal-address-invalid", $"postalAddress is text of at most {LongestPostalAddress} characters, in lines.", RefusalKind.Invalid)
        : Footer is null ? null
        : Footer.Length > LongestFooter || HasControls(Footer)
            ? new Refusal("footer-invalid", $"footer is text of at most {LongestFooter} characters, in lines.", RefusalKind.Invalid)
        : !Footer.Contains(UnsubscribeExpression, StringComparison.Ordinal)
            ? new Refusal("footer-invalid", $"footer needs {UnsubscribeExpression}: it stands where the link to unsubscribe goes.", RefusalKind.Invalid)
        : Footer.Replace(UnsubscribeExpression, "", StringComparison.Ordinal).Replace(PostalAddressExpression, "", StringComparison.Ordinal)
            .Contains("{{", StringComparison.Ordinal)
            ? new Refusal("footer-invalid", $"footer knows {UnsubscribeExpression} and {PostalAddressExpression} only.", RefusalKind.Invalid)
        : null;

    static bool HasControls(string text) => text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r'));
}

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
