using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Hosting;

/// <summary>Signs everybody at this machine in to a private stack, so that the address it prints just works. Never on in production.</summary>
sealed class LocalSignIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Local";

    static readonly ClaimsPrincipal Developer = ApiKeyAuthentication.Principal(new ApiKeyOwner(Development.TenantId, "development"), SchemeName);

    // A page elsewhere can give its own name this machine's address (DNS rebinding), but not change what the browser sends as
    // Host. And what a proxy on this machine passes on may come from anywhere.
    public static bool Allows(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && http.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]"
        && !http.Request.Headers.ContainsKey("Forwarded") && !http.Request.Headers.ContainsKey("X-Forwarded-For")
        && !http.Request.Headers.ContainsKey("Via");

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Allows(Context)
        ? AuthenticateResult.Success(new AuthenticationTicket(Developer, Scheme.Name))
        : AuthenticateResult.NoResult());
}
