using Campaigns.Http;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Server.Hosting;
using Campaigns.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Extensions;

namespace Campaigns.Server.Components.Pages;

public sealed partial class CampaignDetails
{
    /// <summary>What lets go within this time is the usual pause between two batches, and gone before anybody has read it.</summary>
    static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(10);

    CampaignProgress? progress;
    CampaignView? view;
    LiveUpdate? live;
    string whom = "";
    bool maySeeWho;
    bool isAboutOffers;
    Page<BatchView>? batches;
    Page<EventView>? events;
    Page<RecipientView>? recipients;
    IReadOnlyList<Hold> holds = [];
    RecipientFilter? filter;
    string? refusal;

    [Parameter]
    public Guid Id { get; set; }

    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "batches")]
    public string? BatchCursor { get; set; }

    [SupplyParameterFromQuery(Name = "events")]
    public string? EventCursor { get; set; }

    [SupplyParameterFromQuery(Name = "recipients")]
    public string? RecipientCursor { get; set; }

    [SupplyParameterFromForm(Name = "reason", FormName = "cancel")]
    public string? CancelReason { get; set; }

    [Inject]
    GetCampaigns Campaigns { get; set; } = null!;

    [Inject]
    ProgressQuery Progress { get; set; } = null!;

    [Inject]
    WhyNotSending Why { get; set; } = null!;

    [Inject]
    CampaignBatches Batches { get; set; } = null!;

    [Inject]
    StoredEvents Events { get; set; } = null!;

    [Inject]
    CampaignRecipients Recipients { get; set; } = null!;

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        filter = Enum.TryParse<RecipientFilter>(Status, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null;
        view = await Campaigns.Find(TenantId, Id, ct);
        progress = view is null ? null : await Progress.Find(TenantId, Id, ct);
        if (progress is null)
        {
            Answer(StatusCodes.Status404NotFound);
            return;
        }

        live = LiveUpdate.Of(progress);
        holds = progress.Status == CampaignStatus.Sending ? await Holds(ct) : []; // of any other status its reason tells it
        batches = await Batches.List(TenantId, Id, new PageRequest(10, BatchCursor), ct);
        events = await Events.List(TenantId, Id, newestFirst: true, new PageRequest(12, EventCursor), ct);
        if (!Http.Request.Headers.ContainsKey(Dashboard.RefreshHeader)) // what is read again and again leaves out the longest list, and what stays
        {
            recipients = await Recipients.List(TenantId, Id, filter, new PageRequest(25, RecipientCursor), ct);
            var audience = view!.Audience ?? (view.ListId is { } list ? new CampaignAudience([list]) : null);
            whom = AudienceWords.Of(audience, audience is null ? null : await Names.Of(Request.Store, TenantId, audience, ct));
            isAboutOffers = view.Offers is not null;
            maySeeWho = audience is not null && view.TemplateVersion is null && view.Status is not (CampaignStatus.Cancelled or CampaignStatus.Failed); // the version is fixed at the launch
        }
    });

    async Task<IReadOnlyList<Hold>> Holds(CancellationToken ct)
    {
        var holds = (await Why.Ask(TenantId, Id, ct))!.Holds.Where(hold => hold.LetsGoAt is not { } at || at > Request.Now + WorthTelling).ToList();
        // That the next batch waits for a limit, or for the provider, is said by that.
        return holds.Exists(hold => hold.Kind is HoldKind.Limit or HoldKind.Provider) ? holds.FindAll(hold => hold.Kind != HoldKind.Pace) : holds;
    }

    Task Pause() => Decide(new PauseCampaign(Id, null));

    Task Resume() => Decide(new ResumeCampaign(Id));

    async Task Retry()
    {
        var which = new Retry(RetryFailed.Curable);
        var count = await RetryCampaignEndpoints.Count(Request.Store, TenantId, Id, which, Http.RequestAborted);
        if (count > 0)
        {
            await Decide(new RetryCampaign(Id, which, count));
            return;
        }

        refusal = "Of those that failed all have an address or number that is at fault, which no retry mends. Correct the contacts, and send them another campaign.";
        Answer(StatusCodes.Status409Conflict);
    }

    Task Cancel() => Decide(new CancelCampaign(Id, string.IsNullOrWhiteSpace(CancelReason) ? null : CancelReason.Trim()));

    async Task Decide(object command)
    {
        var decided = await Request.Decide<Campaign>(command, Http.RequestAborted);
        if (decided.Refusal is null)
        {
            Navigation.NavigateTo(Link(filter));
            return;
        }

        refusal = decided.Refusal.Explanation;
        Answer(StatusCodes.Status409Conflict);
    }

    /// <summary>This page with one list elsewhere; the filter stays, unless the recipients change.</summary>
    string Link(RecipientFilter? status = null, string? batches = null, string? events = null, string? recipients = null)
    {
        var query = new QueryBuilder();
        if ((status ?? (batches is not null || events is not null ? filter : null)) is { } chosen)
        {
            query.Add("status", Words.Code(chosen));
        }

        foreach (var (name, cursor) in new[] { ("batches", batches), ("events", events), ("recipients", recipients) })
        {
            if (cursor is not null)
            {
                query.Add(name, cursor);
            }
        }

        return $"/campaigns/{Id}{query}";
    }
}
