using Campaigns.Http;
using Campaigns.Insight;
using Campaigns.Planning;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Extensions;

namespace Campaigns.Server.Components.Pages;

public sealed partial class CampaignList
{
    const int RowsOfAPage = 25;

    static readonly CampaignStatus[] Filters =
    [
        CampaignStatus.Draft, CampaignStatus.InReview, CampaignStatus.Approved, CampaignStatus.Scheduled, CampaignStatus.Sending, CampaignStatus.Paused,
        CampaignStatus.Completed, CampaignStatus.Partial, CampaignStatus.Failed, CampaignStatus.Cancelled,
    ];

    CampaignStatus? chosen;
    IReadOnlyList<CampaignProgress> rows = [];
    string? next;

    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    [SupplyParameterFromQuery]
    public string? Archived { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [Inject]
    GetCampaigns Campaigns { get; set; } = null!;

    [Inject]
    ProgressQuery Progress { get; set; } = null!;

    bool IsArchived => Archived == "true";

    string Hint => $$$"""
        curl {{{Http.Request.Scheme}}}://{{{Http.Request.Host}}}/api/v1/campaigns \
          -H "Authorization: Bearer $API_KEY" -H "Content-Type: application/json" \
          -d '{"name": "Hello", "listId": "...", "templateId": "...", "from": {"email": "you@example.com"}}'
        """;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        chosen = Filters.Where(status => string.Equals(status.ToString(), Status, StringComparison.OrdinalIgnoreCase)).Cast<CampaignStatus?>().FirstOrDefault();
        var page = await Campaigns.ListStates(TenantId, chosen is { } status ? [status] : [], IsArchived, null, new PageRequest(RowsOfAPage, Cursor), ct);
        rows = await Progress.Read(TenantId, [.. page.Items.Select(campaign => (campaign.Id, campaign.State))], ct);
        next = page.Next;
    });

    static string? Current(bool isCurrent) => isCurrent ? "page" : null;

    string Link(CampaignStatus? status) => Link(status, IsArchived);

    static string Link(CampaignStatus? status, bool archived, string? cursor = null)
    {
        var query = new QueryBuilder();
        if (status is { } chosen)
        {
            query.Add("status", Words.Code(chosen));
        }

        if (archived)
        {
            query.Add("archived", "true");
        }

        if (cursor is not null)
        {
            query.Add("cursor", cursor);
        }

        return "/" + query;
    }
}
