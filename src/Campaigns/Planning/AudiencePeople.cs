using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Planning;

/// <summary>A contact in the audience of a campaign that is not launched yet.</summary>
/// <param name="Channels">What would become of it over each channel of the campaign.</param>
public sealed record AudiencePerson(
    Guid ContactId,
    string? Email,
    string? Phone,
    string? FirstName,
    string? LastName,
    IReadOnlyList<AudienceOutcome> Channels);

/// <param name="Skipped">Why nothing would go out. Null where it would, unless somebody else has the same address, or the frequency cap or the hours are in the way.</param>
public sealed record AudienceOutcome(
    Channel Channel,
    SkipReason? Skipped);

/// <summary>The people in the audience of a campaign that is not launched yet: to look through before it is.</summary>
public static class AudiencePeople
{
    public const int LongestText = 200;

    static readonly string ReadAudiencePeople = Sql.Beside<Audiences>(nameof(ReadAudiencePeople));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/audience", Handle)
            .WithName("ListAudience").WithSummary("Who would get a campaign that is not launched yet, and who would not and why")
            .Produces<Page<AudiencePerson>>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    /// <summary>Why the audience cannot be looked through; null where it can.</summary>
    public static Refusal? WhyNot(Campaign campaign) => CampaignRules.Exists(campaign)
        ?? (campaign.IsLaunched ? new Refusal("campaign-launched", "The campaign is launched: GET /campaigns/{id}/recipients lists who gets it.") : null)
        ?? (campaign.Status is CampaignStatus.Cancelled or CampaignStatus.Failed
            ? new Refusal("campaign-over", $"The campaign is {CampaignRules.Words(campaign.Status)}: nobody gets it.") : null)
        ?? (campaign.Settings.Whom is null ? new Refusal("campaign-incomplete", $"The campaign still needs {CampaignRules.AudienceWords}.", RefusalKind.Invalid) : null);

    /// <param name="settings">They name an audience.</param>
    /// <param name="search">A part of an address, a number or a name, in any letter case; null for all.</param>
    /// <param name="reached">Only those who can be reached over a channel at least, or only the others; null for both.</param>
    /// <param name="at">When it would begin.</param>
    public static async Task<Page<AudiencePerson>> Find(
        IDocumentStore store, string tenantId, CampaignSettings settings, string? search, bool? reached, DateTimeOffset at, PageRequest page, CancellationToken ct)
    {
        var channels = settings.Channels.Each().ToList();
        var whom = await AudienceQuery.Prepare(store, tenantId, settings.Whom!, at, ct);
        var people = await whom.Read(
            ReadAudiencePeople, reader => Read(reader, channels), ct, page.AfterId ?? Guid.Empty, page.Size + 1, Wanted(search), reached,
            channels.Select(channel => channel == Channel.Sms ? "sms" : "email").ToArray());
        return Page.Of(people, page.Size, person => person.ContactId.ToString());
    }

    static async Task<IResult> Handle(
        Guid id, [AsParameters] PageRequest page, ApiRequest request, CancellationToken ct, string? search = null, bool? reached = null)
    {
        var campaign = (await request.Store.Load<Campaign>(request.TenantId, id, ct)).State;
        return WhyNot(campaign) is { } refusal
            ? refusal.ToProblem()
            : TypedResults.Ok(await Find(request.Store, request.TenantId, campaign.Settings, search, reached, campaign.ScheduledAt ?? request.Now, page, ct));
    }

    // A blank in front of digits is the plus that it was before it came in a query.
    static string? Wanted(string? search) => search is null ? null
        : (search is [' ', var digit, ..] && char.IsAsciiDigit(digit) ? "+" + search.Trim() : search.Trim()) is { Length: > 0 and <= LongestText } wanted ? wanted
        : throw new BadHttpRequestException($"search is 1 to {LongestText} characters of an address, a number or a name.");

    static AudiencePerson Read(NpgsqlDataReader reader, List<Channel> channels)
    {
        var (email, phone, excepted, removed) = (reader.TextOrNull(1), reader.TextOrNull(2), reader.GetBoolean(5), reader.GetBoolean(6));
        var (emailSuppressed, phoneSuppressed) = (reader.GetBoolean(7), reader.GetBoolean(8));
        return new AudiencePerson(
            reader.GetGuid(0), email, phone, reader.TextOrNull(3), reader.TextOrNull(4),
            [
                .. channels.Select(channel => new AudienceOutcome(
                    channel,
                    excepted ? SkipReason.Excepted
                    : channel == Channel.Sms ? Eligibility.WhyNot(removed, phone is not null, phoneSuppressed)
                    : Eligibility.WhyNot(removed, email is not null, emailSuppressed))),
            ]);
    }
}
