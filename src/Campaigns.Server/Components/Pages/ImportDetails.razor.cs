using Campaigns.Audience.Import;
using Campaigns.Http;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class ImportDetails
{
    ImportReport? import;
    IReadOnlyList<RejectedRow> rejections = [];
    bool hasMore;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    ApiRequest Request { get; set; } = null!;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        import = await ImportReportEndpoints.Find(Request, Id, ct);
        if (import is null)
        {
            Answer(StatusCodes.Status404NotFound);
            return;
        }

        var page = await ImportReportEndpoints.ReadRejected(Request, Id, new PageRequest(PageRequest.DefaultLimit, null), ct);
        (rejections, hasMore) = (page.Items, page.Next is not null);
    });
}
