using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Authoring;

/// <summary>Puts a template out of sight and out of change; campaigns that were launched go on with the version that they hold.</summary>
public sealed record ArchiveTemplate(Guid TemplateId);

public static class ArchiveTemplateHandler
{
    public static async Task<(Decided<Template>, OutgoingMessages)> Handle(
        ArchiveTemplate command, IDocumentSession session, Caller caller, ExpectUnused expectUnused, CancellationToken ct)
    {
        var template = await session.Events.FetchForWriting<Template>(command.TemplateId, ct);
        var outcome = Decide(template.State());
        if (outcome.Events.Count > 0)
        {
            expectUnused(session, UsedThing.Template, command.TemplateId, null);
        }

        return caller.Record(template, outcome);
    }

    public static Outcome Decide(Template template) =>
        template.Revision == 0 ? Outcome.Refuse(Templates.NotFound)
        : template.Archived ? Outcome.Nothing
        : Outcome.Record(new TemplateArchived());
}

static class ArchiveTemplateEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/templates/{id:guid}/archive", async (Guid id, ApiRequest request, FindUses findUses, CancellationToken ct) =>
        {
            if (await IsInUse(id, request, findUses, ct) is { } inUse)
            {
                return inUse;
            }

            var decided = await request.Decide<Template>(new ArchiveTemplate(id), ct);
            if (decided.Refusal is { } refusal)
            {
                return refusal.ToProblem();
            }

            return TypedResults.Ok(await TemplateView.Answer(request, decided.Stream, ct));
        })
        .WithName("ArchiveTemplate").WithSummary("Archive a template")
        .Produces<TemplateView>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);

    static async Task<IResult?> IsInUse(Guid id, ApiRequest request, FindUses findUses, CancellationToken ct) =>
        (await request.Store.Load<Template>(request.TenantId, id, ct)).State is { Revision: > 0, Archived: false }
            ? InUse.Refuse("The template", await findUses(request.TenantId, UsedThing.Template, id, null, ct))
            : null;
}
