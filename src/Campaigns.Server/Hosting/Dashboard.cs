using Campaigns.Server.Components;
using Marten;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Hosting;

/// <summary>What the dashboard knows of the process around it.</summary>
/// <param name="SignInLocally">Whoever is at this machine is signed in as the development organisation.</param>
/// <param name="Mailbox">Where the sandbox shows what was sent; null when there is none.</param>
public sealed record DashboardOptions(bool SignInLocally, Uri? Mailbox);

static class Dashboard
{
    /// <summary>Sent by the script when it reads a page only for the parts that changed.</summary>
    public const string RefreshHeader = "X-Refresh";

    public static void AddDashboard(this IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton(options);
        services.AddSignIn(options.SignInLocally);
        services.AddDataProtection().SetApplicationName("Campaigns");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
            keys => keys.XmlRepository = new ProtectionKeys(provider.GetRequiredService<IDocumentStore>())));
        services.AddAntiforgery(antiforgery => antiforgery.SuppressXFrameOptionsHeader = true); // the policy below says it for every answer
        services.AddRazorComponents();
    }

    /// <summary>Headers of every answer. To come before anything that answers.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments(ApiReference.Path)
            ? ApiReference.ContentSecurityPolicy
            : "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        return next(http);
    });

    public static void MapDashboard(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().RequireAuthorization(SignIn.Policy);
        var dashboard = app.MapGroup("").RequireAuthorization(SignIn.Policy);
        dashboard.MapSignOut();
        dashboard.MapLive();
    }
}
