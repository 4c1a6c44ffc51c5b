using Campaigns.Authoring.Formulas;
using Campaigns.Http;
using Marten;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class FormulaList
{
    IReadOnlyList<FormulaView> rows = [];
    string? next;

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [Inject]
    IDocumentStore Store { get; set; } = null!;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        var page = await FormulaDirectory.ReadPage(Store, TenantId, archived: false, new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
        (rows, next) = (page.Items, page.Next);
    });
}
