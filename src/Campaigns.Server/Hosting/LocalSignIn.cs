using System.Buffers.Text;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Http.Extensions;

namespace Campaigns.Server.Hosting;

/// <summary>
/// Signs in to a private stack whoever follows the address that it prints at its start, and is at its machine. Other users and pages on the machine do not
/// know the token in it. Never on in production.
/// </summary>
static class LocalSignIn
{
    const string Parameter = "token";

    /// <summary>Of those who came this way.</summary>
    const string Authentication = "Local";

    /// <summary>Good until the server ends.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));

    /// <summary>A page of the dashboard at which the token signs in.</summary>
    public static Uri Address(Uri page, string token) => new(page, $"?{Parameter}={token}");

    public static bool IsLocal(ClaimsPrincipal? user) => user?.Identity?.AuthenticationType == Authentication;

    // A page elsewhere can give its own name this machine's address (DNS rebinding), but not change what the browser sends as
    // Host. And what a proxy on this machine passes on may come from anywhere.
    public static bool Allows(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && http.Request.Host.Host is "localhost" or "127.0.0.1" or "[::1]"
        && !http.Request.Headers.Keys.Any(IsOfProxy);

    /// <summary>Gives whoever brings the token a cookie, and sends them to the same page without it: it stays in no history.</summary>
    public static void UseLocalSignIn(this WebApplication app, string token) => app.Use((http, next) =>
    {
        var given = http.Request.Query[Parameter].ToString();
        return given.Length > 0 && HttpMethods.IsGet(http.Request.Method) && Allows(http)
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(token))
                ? Enter(http)
                : next(http);
    });

    static async Task Enter(HttpContext http)
    {
        await SignIn.Enter(http, ApiKeyAuthentication.Principal(new ApiKeyOwner(Development.TenantId, "development"), Authentication));
        var rest = new QueryBuilder(http.Request.Query.Where(parameter => parameter.Key != Parameter));
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Redirect("/" + http.Request.Path.ToUriComponent().TrimStart('/', '\\') + rest.ToQueryString());
    }

    static bool IsOfProxy(string header) => header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase) // what ForwardedHeaders has read
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase);
}
