using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Tenancy;

/// <summary>Changes the settings of the caller's organisation.</summary>
public sealed record ChangeOrganisation(OrganisationSettings Settings);

/// <summary>Begins the organisation of a tenant, unless it is there.</summary>
public sealed record CreateOrganisation(string Name);

public static class OrganisationHandler
{
    const int LongestName = 200;

    public static async Task<(Decided<Organisation>, OutgoingMessages)> Handle(
        ChangeOrganisation command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var organisation = await session.Events.FetchForWriting<Organisation>(Organisation.StreamId(session.TenantId), ct);
        return caller.Record(organisation, Decide(command.Settings, organisation.State()));
    }

    public static async Task<(Decided<Organisation>, OutgoingMessages)> Handle(CreateOrganisation command, IDocumentSession session, CancellationToken ct)
    {
        var organisation = await session.Events.FetchForWriting<Organisation>(Organisation.StreamId(session.TenantId), ct);
        return organisation.Record(organisation.CurrentVersion > 0 ? Outcome.Nothing : Outcome.Record(new OrganisationCreated(command.Name)));
    }

    static Outcome Decide(OrganisationSettings settings, Organisation organisation)
    {
        if (string.IsNullOrWhiteSpace(settings.Name))
        {
            return Outcome.Refuse(new Refusal("name-missing", "An organisation has a name.", RefusalKind.Invalid));
        }

        if (settings.Name.Length > LongestName || settings.Name.Any(char.IsControl))
        {
            return Outcome.Refuse(new Refusal("name-invalid", $"A name is one line of at most {LongestName} characters.", RefusalKind.Invalid));
        }

        if (settings.TimeZone is null || TimeZones.Find(settings.TimeZone) is not { } timeZone)
        {
            return Outcome.Refuse(new Refusal(
                "time-zone-unknown", $"'{settings.TimeZone}' is no IANA time zone; 'Europe/Zurich' would be one.", RefusalKind.Invalid));
        }

        if (settings.Window?.Error is { } window)
        {
            return Outcome.Refuse(new Refusal("window-invalid", window, RefusalKind.Invalid));
        }

        if (settings.Limits?.Errors().FirstOrDefault() is { Member: { } member, Why: { } why })
        {
            return Outcome.Refuse(new Refusal("limits-invalid", $"{member}: {why}", RefusalKind.Invalid));
        }

        if (settings.FrequencyCap?.Error is { } cap)
        {
            return Outcome.Refuse(new Refusal("frequency-cap-invalid", $"frequencyCap: {cap}", RefusalKind.Invalid));
        }

        if (settings.FooterRefusal is { } footer)
        {
            return Outcome.Refuse(footer);
        }

        var changed = settings with
        {
            TimeZone = timeZone,
            PostalAddress = OrNull(settings.PostalAddress),
            Footer = OrNull(settings.Footer),
        };
        return changed == organisation.Settings ? Outcome.Nothing : Outcome.Record(new OrganisationSettingsChanged(changed));
    }

    static string? OrNull(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim().ReplaceLineEndings("\n");
}

static class OrganisationSettingsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/organisation", async (ApiRequest request, CancellationToken ct) =>
        {
            var organisation = await request.Store.Load<Organisation>(request.TenantId, Organisation.StreamId(request.TenantId), ct);
            request.SetETag(organisation.Version);
            return TypedResults.Ok(organisation.State.Settings);
        }).WithName("GetOrganisation").WithSummary("The settings of your organisation").Produces<OrganisationSettings>();

        Describe(api.MapPut("/organisation", Change)).WithName("ChangeOrganisation").WithSummary("Change the settings of your organisation");
        Describe(api.MapPatch("/organisation", ChangeInPart)).WithName("ChangeOrganisationInPart")
            .WithSummary("Change what is named of the settings (RFC 7396): null removes, what is not named stays");
    }

    static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint
        .RequireScope(KeyScope.Admin).Produces<OrganisationSettings>()
        .ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Change(OrganisationSettings settings, ApiRequest request, CancellationToken ct)
    {
        var decided = await request.Decide<Organisation>(new ChangeOrganisation(settings), ct);
        request.SetETag(decided.Stream.Version);
        return decided.Refusal?.ToProblem() ?? Results.Ok(decided.Stream.State.Settings);
    }

    static Task<IResult> ChangeInPart(MergePatch<OrganisationSettings> patch, ApiRequest request, CancellationToken ct) => request.ChangeInPart(
        async () =>
        {
            var organisation = await request.Store.Load<Organisation>(request.TenantId, Organisation.StreamId(request.TenantId), ct);
            return (organisation.State.Settings, organisation.Version);
        },
        settings => Change(patch.Apply(settings), request, ct));
}
