using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Limits;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Tenancy;

public static class OrganisationSettingsEndpoints
{
    const int LongestName = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/organisation", async (ApiRequest request, CancellationToken ct) =>
        {
            var organisation = await request.Store.Load<Organisation>(request.TenantId, Organisation.StreamId(request.TenantId), ct);
            request.SetETag(organisation.Version);
            return TypedResults.Ok(organisation.State.Settings);
        }).WithName("GetOrganisation").WithSummary("The settings of your organisation").Produces<OrganisationSettings>();

        api.MapPut("/organisation", async (OrganisationSettings settings, ApiRequest request, CancellationToken ct) =>
        {
            var decided = await request.Decide<Organisation>(
                Organisation.StreamId(request.TenantId), (organisation, _) => Decide(settings, organisation), ct);
            request.SetETag(decided.Stream.Version);
            return decided.Refusal?.ToProblem() ?? Results.Ok(decided.Stream.State.Settings);
        }).WithName("ChangeOrganisation").WithSummary("Change the settings of your organisation").Produces<OrganisationSettings>()
            .ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
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

        var changed = settings with { TimeZone = timeZone };
        return changed == organisation.Settings ? Outcome.Nothing : Outcome.Record(new OrganisationSettingsChanged(changed));
    }
}
