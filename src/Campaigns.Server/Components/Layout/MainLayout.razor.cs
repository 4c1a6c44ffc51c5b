using Campaigns.Http;
using Campaigns.Insight;
using Campaigns.Server.Hosting;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Components;
using Npgsql;

namespace Campaigns.Server.Components.Layout;

public sealed partial class MainLayout
{
    string organisation = "";
    long alerts;

    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    [Inject]
    DashboardOptions Options { get; set; } = null!;

    [Inject]
    IDocumentStore Store { get; set; } = null!;

    string Address => Http.Request.Path + Http.Request.QueryString;

    protected override async Task OnInitializedAsync()
    {
        var tenantId = Http.User.TenantId();
        try
        {
            var loaded = await Store.Load<Organisation>(tenantId, Organisation.StreamId(tenantId), Http.RequestAborted);
            organisation = loaded.State.Settings.Name is { Length: > 0 } name ? name : tenantId;
            alerts = await Alerts.CountOpen(Store, tenantId, Http.RequestAborted);
        }
        catch (NpgsqlException)
        {
            organisation = tenantId; // the page says what is wrong
        }
    }
}
