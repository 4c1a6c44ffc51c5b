using Campaigns.Http;
using Campaigns.Insight;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class AlertList
{
    IReadOnlyList<AlertView> rows = [];
    string? next;

    [SupplyParameterFromQuery]
    public string? All { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [Inject]
    IDocumentStore Store { get; set; } = null!;

    bool IsAll => All == "true";

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        var page = await Alerts.List(Store, TenantId, open: !IsAll, new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
        (rows, next) = (page.Items, page.Next);
    });

    string Link(string? cursor) => (IsAll, cursor) switch
    {
        (false, null) => "/alerts",
        (true, null) => "/alerts?all=true",
        (false, _) => $"/alerts?cursor={cursor}",
        (true, _) => $"/alerts?all=true&cursor={cursor}",
    };
}
