using Campaigns.Http;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class KeyList
{
    IReadOnlyList<KeyView> rows = [];
    string? next;
    string? refusal;
    string? issued;

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [SupplyParameterFromForm(Name = "name", FormName = "issue")]
    public string? NewName { get; set; }

    [SupplyParameterFromForm(Name = "scope", FormName = "issue")]
    public string? NewScope { get; set; }

    [SupplyParameterFromForm(Name = "days", FormName = "issue")]
    public int? NewDays { get; set; }

    [Inject]
    ApiKeys Keys { get; set; } = null!;

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    protected override Task OnInitializedAsync() => Read(ReadKeys);

    async Task ReadKeys(CancellationToken ct)
    {
        var page = await Keys.List(TenantId, new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
        (rows, next) = (page.Items, page.Next);
    }

    // The key is part of this answer and of no other: whoever loads the page again does not see it.
    async Task Issue()
    {
        var key = ApiKeys.NewKey();
        var command = new IssueApiKey(
            Guid.CreateVersion7(Request.Now), NewName?.Trim() ?? "", Enum.TryParse<KeyScope>(NewScope, out var scope) ? scope : KeyScope.Read,
            NewDays is { } days ? Request.Now.AddDays(Math.Clamp(days, 1, 3650)) : null, ApiKeys.Hash(key));
        if (await IsRefused(command))
        {
            return;
        }

        issued = key;
        Http.Response.Headers.CacheControl = "no-store";
        await ReadKeys(Http.RequestAborted);
    }

    async Task Revoke(Guid id)
    {
        if (!await IsRefused(new RevokeApiKey(id)))
        {
            Navigation.NavigateTo(Http.Request.Path + Http.Request.QueryString);
        }
    }

    async Task<bool> IsRefused(object command)
    {
        refusal = (await Request.Decide<Organisation>(command, Http.RequestAborted)).Refusal?.Explanation;
        if (refusal is not null)
        {
            Answer(StatusCodes.Status409Conflict);
        }

        return refusal is not null;
    }
}
