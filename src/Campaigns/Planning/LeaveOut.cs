using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <param name="ContactIds">Of the organisation's contacts.</param>
public sealed record PeopleInput(IReadOnlyList<Guid> ContactIds);

/// <summary>Leaves people out of a draft's audience by hand, or takes those in again who were left out so.</summary>
/// <param name="Out">False: they are taken in again.</param>
public sealed record LeaveOut(Guid CampaignId, IReadOnlyList<Guid> ContactIds, bool Out);

public static class LeaveOutHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(LeaveOut command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Decide(campaign.State(), command)); // names nothing that it did not name before: nothing is to be held
    }

    public static Outcome Decide(Campaign campaign, LeaveOut command)
    {
        if (CampaignRules.IsDraft(campaign) is { } refusal)
        {
            return Outcome.Refuse(refusal);
        }

        if (campaign.Settings.Whom is not { } whom)
        {
            return Outcome.Refuse(new Refusal("campaign-incomplete", $"The campaign still needs {CampaignRules.AudienceWords}.", RefusalKind.Invalid));
        }

        var before = whom.ExceptContacts ?? [];
        var after = (command.Out ? before.Union(command.ContactIds) : before.Except(command.ContactIds)).ToList();
        return after.Count > CampaignAudience.MostOthers
            ? Outcome.Refuse(new Refusal(
                "too-many-left-out", $"At most {CampaignAudience.MostOthers} people are left out one by one: make a list of more, and name it in exceptLists.", RefusalKind.Invalid))
            : after.Count == before.Count ? Outcome.Nothing
            : Outcome.Record(new CampaignEdited(campaign.Settings with { ListId = null, Audience = (whom with { ExceptContacts = after }).Normalise() }));
    }
}

static class LeaveOutEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/campaigns/{id:guid}/audience/leave-out", (Guid id, PeopleInput people, ApiRequest request, CancellationToken ct) => Handle(id, people, true, request, ct))
            .WithName("LeaveOut").WithSummary("Leave people out of a draft's audience by hand").Describe().ProducesValidationProblem();
        api.MapPost("/campaigns/{id:guid}/audience/take-in", (Guid id, PeopleInput people, ApiRequest request, CancellationToken ct) => Handle(id, people, false, request, ct))
            .WithName("TakeIn").WithSummary("Take those in again who were left out of a draft's audience by hand").Describe().ProducesValidationProblem();
    }

    static async Task<IResult> Handle(Guid id, PeopleInput people, bool leaveOut, ApiRequest request, CancellationToken ct)
    {
        if (people.ContactIds is not { Count: > 0 and <= CampaignAudience.MostOthers })
        {
            return Problems.Invalid(new Dictionary<string, string[]> { ["contactIds"] = [$"1 to {CampaignAudience.MostOthers} contacts."] });
        }

        var named = new CampaignSettings("", null, null, null, Pace.Default, Audience: new CampaignAudience(Contacts: people.ContactIds));
        if (leaveOut && (await MissingReferences.Find(request.Store, request.TenantId, named, ct)).Contacts is { Count: > 0 } unknown)
        {
            return new Refusal("contact-unknown", $"There is no contact {string.Join(", ", unknown)}.", RefusalKind.Invalid).ToProblem();
        }

        return await CampaignView.Answer(request, await request.Decide<Campaign>(new LeaveOut(id, people.ContactIds, leaveOut), ct), ct);
    }
}
