using Campaigns.Audience;
using Campaigns.Consent;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class Suppressions
{
    string? wanted;
    IReadOnlyList<SuppressionView> rows = [];
    string? next;

    [SupplyParameterFromQuery]
    public string? Address { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [Inject]
    IDocumentStore Store { get; set; } = null!;

    bool IsSearch => !string.IsNullOrWhiteSpace(Address);

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        wanted = EmailAddress.Normalise(Address);
        if (!IsSearch || wanted is not null)
        {
            var page = await SuppressAddressesEndpoints.List(Store, TenantId, wanted, new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
            (rows, next) = (page.Items, page.Next);
        }
    });
}
