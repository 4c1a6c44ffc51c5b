using System.Security.Claims;

namespace Campaigns.Http;

/// <summary>Of whose organisation a caller is, and by which key.</summary>
public static class TenantClaims
{
    internal const string Tenant = "tenant";

    /// <summary>The fingerprint of the key.</summary>
    internal const string KeyClaim = "key";

    /// <summary>The organisation in whose name the caller acts.</summary>
    public static string TenantId(this ClaimsPrincipal user) =>
        user.FindFirstValue(Tenant) ?? throw new InvalidOperationException("The caller was not authenticated.");

    /// <summary>What tells the caller's key from others; the organisation, for who came in without one.</summary>
    internal static string Key(this ClaimsPrincipal user) => user.FindFirstValue(KeyClaim) ?? user.TenantId();
}
