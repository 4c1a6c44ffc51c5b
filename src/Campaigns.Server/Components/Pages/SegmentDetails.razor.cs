using Campaigns.Audience;
using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Segments;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Components;

namespace Campaigns.Server.Components.Pages;

public sealed partial class SegmentDetails
{
    /// <summary>Lists and campaigns to choose from, the newest.</summary>
    const int MostChoices = 500;

    const int MostPeople = 25;
    const int MostUses = 10;

    StreamState<Segment>? segment;
    DateTimeOffset? changedAt;
    string words = "";
    SegmentForm? form;
    SegmentSize? size;
    SegmentSize? counted;
    Page<Contact>? people;
    IReadOnlyList<(string Id, string Name)> lists = [];
    IReadOnlyList<(string Id, string Name)> campaigns = [];
    IReadOnlyList<string> wrong = [];
    IReadOnlyList<Use> uses = [];
    string? refusal;

    /// <summary>Null for a new one.</summary>
    [Parameter]
    public Guid? Id { get; set; }

    /// <summary>Who belongs to it is shown when it is asked for: among very many contacts that takes a while.</summary>
    [SupplyParameterFromQuery]
    public string? People { get; set; }

    [SupplyParameterFromForm(Name = "do", FormName = SegmentForm.FormName)]
    public string? Wanted { get; set; }

    [Inject]
    GetCampaigns Campaigns { get; set; } = null!;

    [Inject]
    FindUses FindUses { get; set; } = null!;

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    bool IsNew => Id is null;

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        if (Id is { } id)
        {
            segment = await SegmentDirectory.Find(Request.Store, TenantId, id, ct);
            if (segment is null)
            {
                Answer(StatusCodes.Status404NotFound);
                return;
            }

            await Describe(segment, ct);
            if (People == "true")
            {
                size = await SegmentDirectory.Count(Request.Store, TenantId, segment.State.Definition.Condition, ct);
                people = await SegmentDirectory.ReadContacts(Request.Store, TenantId, segment.State.Definition.Condition, new PageRequest(MostPeople, null), ct);
            }
        }

        form = segment is null ? SegmentForm.Empty() : SegmentForm.Of(segment.State.Definition, segment.Version);
        if (Http.Request.HasFormContentType && await Http.Request.ReadFormAsync(ct) is var posted && posted["_handler"] == SegmentForm.FormName)
        {
            form = SegmentForm.Read(posted);
        }

        await ReadChoices(ct);
    });

    /// <summary>Says in words what it is.</summary>
    async Task Describe(StreamState<Segment> found, CancellationToken ct)
    {
        var condition = found.State.Definition.Condition;
        words = SegmentWords.Of(condition, await Names.Of(Request.Store, Campaigns, TenantId, [condition], ct));
        changedAt = (await StreamTimes.Read(Request.Store, TenantId, found.Id, ct)).UpdatedAt;
    }

    async Task ReadChoices(CancellationToken ct)
    {
        static List<(string Id, string Name)> Choices(IEnumerable<(Guid Id, string Name)> things) => [.. things.DistinctBy(thing => thing.Id).Select(thing => (thing.Id.ToString(), thing.Name))];

        static Guid[] Ids(IEnumerable<string> texts) => [.. texts.Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).Distinct()];

        // Those that were chosen may be older than all that there is a choice of.
        var (ofLists, ofCampaigns) = (Ids(form?.Rows.Select(row => row.List) ?? []), Ids(form?.Rows.Select(row => row.Campaign) ?? []));
        lists = form is null ? [] : Choices([
            .. await ContactLists.ReadNames(Request.Store, TenantId, null, MostChoices, ct),
            .. ofLists.Length == 0 ? [] : await ContactLists.ReadNames(Request.Store, TenantId, ofLists, ofLists.Length, ct)]);
        campaigns = form is null ? [] : Choices([
            .. await Campaigns.ReadNames(TenantId, null, MostChoices, ct),
            .. ofCampaigns.Length == 0 ? [] : await Campaigns.ReadNames(TenantId, ofCampaigns, ofCampaigns.Length, ct)]);
    }

    async Task Submit()
    {
        if (Wanted == "row")
        {
            form!.AddRow();
            return;
        }

        var isCount = Wanted == "count";
        var (definition, mistakes) = form!.Define(isCount);
        if (mistakes.Count > 0)
        {
            wrong = mistakes;
            Answer(StatusCodes.Status400BadRequest);
            return;
        }

        definition = definition.Normalise();
        if (await SegmentDirectory.FindUnknownReferences(Request.Store, TenantId, definition.Condition, Http.RequestAborted) is { } unknown)
        {
            wrong = [unknown.Explanation];
            Answer(StatusCodes.Status422UnprocessableEntity);
            return;
        }

        if (isCount)
        {
            counted = await SegmentDirectory.Count(Request.Store, TenantId, definition.Condition, Http.RequestAborted);
            return;
        }

        await Save(definition);
    }

    async Task Save(SegmentDefinition definition)
    {
        var decided = Id is { } id
            ? await Request.Decide<Segment>(new ReviseSegment(id, definition), form!.Version, Http.RequestAborted)
            : await Request.Decide<Segment>(new CreateSegment(Guid.CreateVersion7(Request.Now), definition), Http.RequestAborted);
        if (decided.Refusal is null)
        {
            Navigation.NavigateTo($"/segments/{decided.Stream.Id}");
            return;
        }

        wrong = [decided.Refusal.Explanation];
        Answer(StatusCodes.Status409Conflict);
        if (decided.Refusal.Kind == RefusalKind.Outdated && segment is { } now)
        {
            // Above the form stands what the other person made of it: who saves once more has seen it.
            wrong = [$"Somebody changed the segment since you opened it; above is what it says now. Save again to have yours in its place."];
            form!.Version = now.Version;
        }
    }

    async Task Delete()
    {
        uses = await FindUses(TenantId, UsedThing.Segment, Id, null, Http.RequestAborted);
        if (uses.Count == 0)
        {
            refusal = (await Request.Decide<Segment>(new DeleteSegment(Id!.Value), Http.RequestAborted)).Refusal?.Explanation;
            if (refusal is null)
            {
                Navigation.NavigateTo("/segments");
                return;
            }
        }

        Answer(StatusCodes.Status409Conflict);
    }

    static string Called(Contact contact) => $"{contact.FirstName} {contact.LastName}".Trim() is { Length: > 0 } name ? name : Words.None;
}
