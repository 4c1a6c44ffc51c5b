using System.Globalization;
using System.Security.Claims;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Hosting;

/// <summary>Who may see the dashboard: a cookie that was given for an API key. The API itself takes keys only, never this cookie.</summary>
static class SignIn
{
    public const string Path = "/sign-in";

    const string Scheme = "Dashboard";
    const string CookieName = "campaigns-dashboard";

    public static readonly AuthorizationPolicy Policy = new AuthorizationPolicyBuilder(Scheme).RequireAuthenticatedUser().RequireScope().Build();

    public static void AddSignIn(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Scheme, options =>
        {
            options.LoginPath = Path;
            options.ExpireTimeSpan = TimeSpan.FromHours(12);
            options.Cookie.Name = CookieName;
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.Events.OnRedirectToLogin = Challenge;
            options.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask; // the page does that, and does not trip over letters that no header takes
            options.Events.OnRedirectToAccessDenied = context => Scopes.Refuse(context.HttpContext).ExecuteAsync(context.HttpContext);
            options.Events.OnValidatePrincipal = EndWithTheKey;
        });
        // A browser gives cookies to every port of a host: beside another stack on this machine each needs names of its own.
        services.AddOptions<CookieAuthenticationOptions>(Scheme).Configure<DashboardOptions, IOptions<SecretsOptions>>(
            (options, dashboard, secrets) => options.Cookie.Name += OfThisStack(dashboard, secrets.Value));
        services.AddOptions<AntiforgeryOptions>().Configure<DashboardOptions, IOptions<SecretsOptions>>(
            (options, dashboard, secrets) => options.Cookie.Name = "campaigns-forms" + OfThisStack(dashboard, secrets.Value));
    }

    static string OfThisStack(DashboardOptions dashboard, SecretsOptions secrets) =>
        dashboard.LocalToken is null || !secrets.HasKey ? "" : $"-{Convert.ToHexStringLower(secrets.Derive("names of cookies").AsSpan(0, 4))}";

    /// <returns>What is to be said instead; null where the key is one, and the answer carries the cookie.</returns>
    public static async Task<string?> Try(HttpContext http, string key)
    {
        var keys = http.RequestServices.GetRequiredService<ApiKeys>();
        var look = await keys.Look(key, http.Connection.RemoteIpAddress, http.RequestAborted);
        if (look.BlockedFor is { } wait)
        {
            var seconds = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            (http.Response.StatusCode, http.Response.Headers.RetryAfter) = (StatusCodes.Status429TooManyRequests, seconds);
            return $"{KeyLook.TooMany} Try again in {seconds} s.";
        }

        if (look.Owner is not { } owner)
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return "This key is unknown or has been revoked.";
        }

        await Enter(http, ApiKeyAuthentication.Principal(owner, Scheme));
        return null;
    }

    /// <summary>The answer carries the cookie.</summary>
    public static Task Enter(HttpContext http, ClaimsPrincipal user) => http.SignInAsync(Scheme, user);

    public static void MapSignOut(this IEndpointRouteBuilder dashboard) =>
        dashboard.MapPost("/sign-out", async (HttpContext http, [FromServices] IAntiforgery antiforgery) =>
        {
            if (!await antiforgery.IsRequestValidAsync(http))
            {
                return Results.BadRequest();
            }

            await http.SignOutAsync(Scheme);
            return Results.LocalRedirect(Path);
        }).ExcludeFromDescription();

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

    // Whoever revokes a key also means those who signed in with it. And who signed in at this machine did so for this machine.
    static async Task EndWithTheKey(CookieValidatePrincipalContext context)
    {
        var keys = context.HttpContext.RequestServices.GetRequiredService<ApiKeys>();
        if (context.Principal is not { } user || !await keys.StillOpens(user, context.HttpContext.RequestAborted)
            || (LocalSignIn.IsLocal(user) && !LocalSignIn.Allows(context.HttpContext)))
        {
            context.RejectPrincipal();
        }
    }
}
