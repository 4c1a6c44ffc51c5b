using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Authoring;

/// <summary>Puts a template out of sight and out of change; campaigns that use it go on.</summary>
public static class ArchiveTemplate
{
    public static Outcome Decide(Template template) =>
        template.Revision == 0 ? Outcome.Refuse(Templates.NotFound)
        : template.Archived ? Outcome.Nothing
        : Outcome.Record(new TemplateArchived());

    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/templates/{id:guid}/archive", async (Guid id, ApiRequest request, CancellationToken ct) =>
        {
            var decided = await request.Decide<Template>(id, (template, _) => Decide(template), ct);
            if (decided.Refusal is { } refusal)
            {
                return refusal.ToProblem();
            }

            request.SetETag(decided.Stream.Version);
            return TypedResults.Ok(TemplateView.Of(decided.Stream));
        })
        .WithName("ArchiveTemplate").WithSummary("Archive a template")
        .Produces<TemplateView>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);
}
