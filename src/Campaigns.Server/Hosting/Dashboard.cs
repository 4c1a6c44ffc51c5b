using Campaigns.Server.Components;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Hosting;

/// <summary>What the dashboard knows of the process around it.</summary>
/// <param name="LocalToken">Signs in as the development organisation whoever brings it and is at this machine; null: nobody.</param>
/// <param name="Mailbox">Where the sandbox shows what was sent; null when there is none.</param>
public sealed record DashboardOptions(string? LocalToken, Uri? Mailbox);

static class Dashboard
{
    /// <summary>Sent by the script when it reads a page only for the parts that changed.</summary>
    public const string RefreshHeader = "X-Refresh";

    public static void AddDashboard(this IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton(options);
        services.AddSignIn();
        services.AddDataProtection().SetApplicationName("Campaigns");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, KeepProtectionKeys>();
        services.AddAntiforgery(antiforgery => antiforgery.SuppressXFrameOptionsHeader = true); // SecurityHeaders says it for every answer
        services.AddRazorComponents();
    }

    public static void MapDashboard(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapRazorComponents<App>().RequireAuthorization(SignIn.Policy);
        var dashboard = app.MapGroup("").RequireAuthorization(SignIn.Policy);
        dashboard.MapSignOut();
        dashboard.MapLive();
        dashboard.MapUpload();
    }
}
