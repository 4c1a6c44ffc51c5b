using System.Security.Claims;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Campaigns.Server.Hosting;

/// <summary>Who may see the dashboard: a cookie that was given for an API key. The API itself takes keys only, never this cookie.</summary>
static class SignIn
{
    public const string Path = "/sign-in";

    const string Scheme = "Dashboard";
    const string Cookie = "DashboardCookie";
    const string CookieName = "campaigns-dashboard";

    public static readonly AuthorizationPolicy Policy = new AuthorizationPolicyBuilder(Scheme).RequireAuthenticatedUser().RequireScope().Build();

    public static void AddSignIn(this IServiceCollection services, bool signInLocally)
    {
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, LocalSignIn>(LocalSignIn.SchemeName, null)
            .AddPolicyScheme(Scheme, null, options => options.ForwardDefaultSelector = http =>
                signInLocally && !http.Request.Cookies.ContainsKey(CookieName) && LocalSignIn.Allows(http) ? LocalSignIn.SchemeName : Cookie)
            .AddCookie(Cookie, options =>
            {
                options.LoginPath = Path;
                options.ExpireTimeSpan = TimeSpan.FromHours(12);
                options.Cookie.Name = CookieName;
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.Events.OnRedirectToLogin = Challenge;
                options.Events.OnRedirectToAccessDenied = context => Scopes.Refuse(context.HttpContext).ExecuteAsync(context.HttpContext);
                options.Events.OnValidatePrincipal = EndWithTheKey;
            });
    }

    /// <returns>Whether the key is one; if so the answer carries the cookie.</returns>
    public static async Task<bool> Try(HttpContext http, string key)
    {
        var keys = http.RequestServices.GetRequiredService<ApiKeys>();
        if (await keys.Find(key, http.RequestAborted) is not { } owner)
        {
            return false;
        }

        await http.SignInAsync(Cookie, ApiKeyAuthentication.Principal(owner, Cookie));
        return true;
    }

    public static void MapSignOut(this IEndpointRouteBuilder dashboard) =>
        dashboard.MapPost("/sign-out", async (HttpContext http, [FromServices] IAntiforgery antiforgery) =>
        {
            if (!await antiforgery.IsRequestValidAsync(http))
            {
                return Results.BadRequest();
            }

            await http.SignOutAsync(Cookie);
            return Results.LocalRedirect(Path);
        }).ExcludeFromDescription();

    /// <summary>Signed in by being at this machine: there is nothing to sign out of.</summary>
    public static bool IsLocal(this ClaimsPrincipal user) => user.Identity?.AuthenticationType == LocalSignIn.SchemeName;

    // The script reads an event stream and parts of pages: a sign-in form in their place would only confuse it.
    static Task Challenge(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal)
            || context.Request.Headers.ContainsKey(Dashboard.RefreshHeader))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }

    // Whoever revokes a key also means those who signed in with it.
    static async Task EndWithTheKey(CookieValidatePrincipalContext context)
    {
        var keys = context.HttpContext.RequestServices.GetRequiredService<ApiKeys>();
        if (context.Principal is not { } user || !await keys.StillOpens(user, context.HttpContext.RequestAborted))
        {
            context.RejectPrincipal();
        }
    }
}
