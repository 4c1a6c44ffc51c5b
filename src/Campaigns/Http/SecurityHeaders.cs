using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>
/// What every answer says to browsers and caches. It is said when an answer starts, and by the outermost middleware: so it also holds for exceptions, whose
/// handler clears the headers that were set before, and for what is refused before a request reaches anything of ours, as a foreign Host is. What an
/// endpoint said itself stays.
/// </summary>
sealed class SecurityHeaders : IStartupFilter
{
    /// <summary>Pages load their own files and nothing else. An answer of the API that somebody opens as a page loads nothing.</summary>
    const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    const string PermissionsPolicy = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, next) =>
        {
            http.Response.OnStarting(Add, http);
            return next(http);
        });
        next(app);
    };

    static Task Add(object state)
    {
        var http = (HttpContext)state;
        var headers = http.Response.Headers;
        headers.TryAdd("Content-Security-Policy", ContentSecurityPolicy);
        headers.TryAdd("Permissions-Policy", PermissionsPolicy);
        headers.TryAdd("Referrer-Policy", "same-origin");
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("X-Frame-Options", "DENY");
        // Said this late, it does not concern Idempotency, which keeps no answer that its endpoint marks so.
        if (http.User.Identity?.IsAuthenticated == true || http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            headers.TryAdd("Cache-Control", "no-store");
        }

        return Task.CompletedTask;
    }
}
