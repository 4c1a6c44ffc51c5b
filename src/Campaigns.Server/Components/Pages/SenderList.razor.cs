using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Senders;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class SenderList
{
    IReadOnlyList<SenderView> rows = [];
    string? next;
    string? refusal;

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [Inject]
    IDocumentStore Store { get; set; } = null!;

    [Inject]
    SenderHealths Healths { get; set; } = null!;

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        var page = await SenderDirectory.List(Store, Healths, TenantId, retired: false, new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
        (rows, next) = (page.Items, page.Next);
    });

    static string Part(long count, SenderView sender) =>
        count == 0 ? Words.Count(count) : $"{Words.Count(count)} ({Words.Share(count, sender.Health.Sent)})";

    Task Pause(Guid id) => Decide(new PauseSender(id, "Paused by a person"));

    Task Resume(Guid id) => Decide(new ResumeSender(id));

    async Task Decide(object command)
    {
        var decided = await Request.Decide<Sender>(command, Http.RequestAborted);
        if (decided.Refusal is null)
        {
            Navigation.NavigateTo(Http.Request.Path + Http.Request.QueryString);
            return;
        }

        refusal = decided.Refusal.Explanation;
        Answer(StatusCodes.Status409Conflict);
    }
}
