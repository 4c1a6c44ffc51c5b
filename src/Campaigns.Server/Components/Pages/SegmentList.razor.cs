using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Segments;
using Marten;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class SegmentList
{
    IReadOnlyList<SegmentView> rows = [];
    Names? names;
    string? next;

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [Inject]
    IDocumentStore Store { get; set; } = null!;

    [Inject]
    GetCampaigns Campaigns { get; set; } = null!;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        var page = await SegmentDirectory.ReadPage(Store, TenantId, new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
        names = await Names.Of(Store, Campaigns, TenantId, [.. page.Items.Select(segment => segment.Condition)], ct);
        (rows, next) = (page.Items, page.Next);
    });
}
