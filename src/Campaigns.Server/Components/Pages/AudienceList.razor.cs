using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Extensions;

namespace Campaigns.Server.Components.Pages;

public sealed partial class AudienceList
{
    static readonly (bool? Reached, string Label)[] Choices = [(null, "Everybody"), (true, "Can be reached"), (false, "Cannot be reached")];

    Campaign? campaign;
    string whom = "";
    HashSet<Guid> leftOut = [];
    bool? reached;
    Page<AudiencePerson>? people;
    string? refusal;

    [Parameter]
    public Guid Id { get; set; }

    [SupplyParameterFromQuery]
    public string? Search { get; set; }

    [SupplyParameterFromQuery]
    public string? Reached { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [SupplyParameterFromForm(Name = "out", FormName = "people")]
    public string? Out { get; set; }

    [SupplyParameterFromForm(Name = "in", FormName = "people")]
    public string? In { get; set; }

    [Inject]
    ApiRequest Request { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    bool IsSearch => !string.IsNullOrWhiteSpace(Search);

    bool IsDraft => campaign is { Status: CampaignStatus.Draft };

    string Nobody => Cursor is not null ? "Nobody else."
        : IsSearch ? $"Nobody {Which} has “{Search!.Trim()}” in the name, address or number."
        : reached is null ? "Nobody belongs to its audience now."
        : $"There is nobody {Which}.";

    string Which => reached switch { true => "who can be reached", false => "who cannot be reached", null => "in the audience" };

    protected override Task OnInitializedAsync() => Read(async ct =>
    {
        var found = (await Request.Store.Load<Campaign>(TenantId, Id, ct)).State;
        if (CampaignRules.Exists(found) is not null)
        {
            Answer(StatusCodes.Status404NotFound);
            return;
        }

        campaign = found;
        if (AudiencePeople.WhyNot(campaign) is not null)
        {
            return;
        }

        var audience = campaign.Settings.Whom!;
        whom = AudienceWords.Of(audience, await Names.Of(Request.Store, TenantId, audience, ct));
        leftOut = [.. audience.ExceptContacts ?? []];
        reached = Reached switch { "true" => true, "false" => false, _ => null };
        if (IsSearch && (Search!.Length > AudiencePeople.LongestText || Search.Contains('\0', StringComparison.Ordinal)))
        {
            Answer(StatusCodes.Status400BadRequest);
            return;
        }

        people = await AudiencePeople.Find(
            Request.Store, TenantId, campaign.Settings, IsSearch ? Search : null, reached, campaign.ScheduledAt ?? Request.Now,
            new PageRequest(PageRequest.DefaultLimit, Cursor), ct);
    });

    async Task Submit()
    {
        var isOut = Out is not null;
        var mustBeShown = isOut && AudiencePeople.WhyNot(campaign!) is null; // the command takes any id
        if (!Guid.TryParse(Out ?? In, out var contact) || (mustBeShown && people?.Items.Any(person => person.ContactId == contact) is not true))
        {
            Refuse("That person is not in this list any more. It says who is in it now.");
            return;
        }

        var decided = await Request.Decide<Campaign>(new LeaveOut(Id, [contact], isOut), Http.RequestAborted);
        if (decided.Refusal is { } refused)
        {
            Refuse(refused.Explanation);
            return;
        }

        Navigation.NavigateTo($"{Http.Request.Path}{Http.Request.QueryString}#{contact}");
    }

    void Refuse(string why)
    {
        refusal = why;
        Answer(StatusCodes.Status409Conflict);
    }

    /// <summary>Who is excepted by something else would not get it either way, and a deleted contact gets nothing.</summary>
    static bool MayLeaveOut(AudiencePerson person) => !person.Channels.Any(channel => channel.Skipped is SkipReason.Excepted or SkipReason.ContactDeleted);

    string Why(AudiencePerson person, Channel channel, SkipReason reason) =>
        reason != SkipReason.Excepted ? RecipientWords.Skipped(Words.Code(reason), channel)
        : leftOut.Contains(person.ContactId) ? "Left out by hand"
        : "Left out by a list, a segment or a domain";

    static string By(AudienceOutcome outcome) => outcome.Channel == Channel.Sms ? "By SMS" : "By e-mail";

    static string? Name(AudiencePerson person) => $"{person.FirstName} {person.LastName}".Trim() is { Length: > 0 } name ? name : null;

    static string Called(AudiencePerson person) => Name(person) ?? person.Email ?? person.Phone ?? "a deleted contact";

    string Link(string? search, bool? reached, string? cursor = null)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[] { ("search", search), ("reached", reached is { } only ? only ? "true" : "false" : null), ("cursor", cursor) })
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                query.Add(name, value);
            }
        }

        return $"/campaigns/{Id}/audience{query}";
    }
}
