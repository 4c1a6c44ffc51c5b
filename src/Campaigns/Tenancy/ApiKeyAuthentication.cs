using System.Security.Claims;
using System.Text.Encodings.Web;
using Campaigns.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Campaigns.Tenancy;

/// <summary>Reads <c>Authorization: Bearer cmp_...</c> or <c>X-Api-Key</c>.</summary>
public sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    TimeSpan? blockedFor;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Key() is not { } key)
        {
            return AuthenticateResult.NoResult();
        }

        (var owner, blockedFor) = await keys.Look(key, Context.Connection.RemoteIpAddress, Context.RequestAborted);
        return owner is not null
            ? AuthenticateResult.Success(new AuthenticationTicket(Principal(owner), Scheme.Name))
            : AuthenticateResult.Fail("The key is unknown, revoked or over.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (blockedFor is { } wait)
        {
            return Problems.TooMany(Context, wait, "too-many-wrong-keys", KeyLook.TooMany).ExecuteAsync(Context);
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Problem(
            "unauthenticated", "Send a valid API key in the header Authorization: Bearer <key>.", StatusCodes.Status401Unauthorized).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Scopes.Refuse(Context).ExecuteAsync(Context);

    public static ClaimsPrincipal Principal(ApiKeyOwner owner, string scheme = SchemeName)
    {
        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, owner.Name), new Claim(TenantClaims.Tenant, owner.TenantId),
                new Claim(Scopes.Claim, owner.Scope.ToString()),
            ],
            scheme);
        if (owner.Fingerprint is { } fingerprint)
        {
            identity.AddClaim(new Claim(TenantClaims.KeyClaim, fingerprint));
        }

        return new ClaimsPrincipal(identity);
    }

    string? Key()
    {
        var header = Request.Headers.Authorization.ToString();
        const string bearer = "Bearer ";
        return header.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? header[bearer.Length..].Trim()
            : Request.Headers.TryGetValue("X-Api-Key", out var key) ? key.ToString()
            : null;
    }
}
