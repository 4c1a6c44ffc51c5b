using Campaigns.Audience;
using Campaigns.Audience.Import;
using Campaigns.Http;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.DataProtection;

namespace Campaigns.Server.Components.Pages;

public sealed partial class ImportList
{
    const int MostLists = 200;

    IReadOnlyList<ImportReport> rows = [];
    IReadOnlyList<(Guid Id, string Name)> lists = [];
    string? next;
    string? refusal;

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [SupplyParameterFromQuery]
    public string? Refused { get; set; }

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    IDataProtectionProvider Protection { get; set; } = null!;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        refusal = UploadEndpoint.ReadRefusal(Refused, Protection);
        lists = await ContactLists.ReadNames(Request.Store, TenantId, null, MostLists, ct);
        var page = await ImportReportEndpoints.ReadPage(Request, new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
        (rows, next) = (page.Items, page.Next);
    });
}
