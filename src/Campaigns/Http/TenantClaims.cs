using System.Security.Claims;

namespace Campaigns.Http;

/// <summary>Of whose organisation a caller is.</summary>
public static class TenantClaims
{
    internal const string Tenant = "tenant";

    /// <summary>The organisation in whose name the caller acts.</summary>
    public static string TenantId(this ClaimsPrincipal user) =>
        user.FindFirstValue(Tenant) ?? throw new InvalidOperationException("The caller was not authenticated.");
}
