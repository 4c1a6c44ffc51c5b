using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Authoring;

/// <summary>Writes a template anew; campaigns that hold on to an earlier version keep it.</summary>
public sealed record ReviseTemplate(Guid TemplateId, TemplateContent Content);

public static class ReviseTemplateHandler
{
    public static async Task<(Decided<Template>, OutgoingMessages)> Handle(
        ReviseTemplate command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var template = await session.Events.FetchForWriting<Template>(command.TemplateId, ct);
        return caller.Record(template, Decide(command.Content, template.State()));
    }

    public static Outcome Decide(TemplateContent content, Template template) =>
        template.Revision == 0 ? Outcome.Refuse(Templates.NotFound)
        : template.Archived ? Outcome.Refuse(new Refusal("template-archived", "An archived template stays as it is. Make a new one of its content."))
        : TemplateContentRules.Check(content) is { } refusal ? Outcome.Refuse(refusal)
        : content == template.Content ? Outcome.Nothing
        : Outcome.Record(new TemplateRevised(content));
}

static class ReviseTemplateEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPut("/templates/{id:guid}", async (Guid id, TemplateContent content, ApiRequest request, CancellationToken ct) =>
        {
            var decided = await request.Decide<Template>(new ReviseTemplate(id, content), ct);
            if (decided.Refusal is { } refusal)
            {
                return refusal.ToProblem();
            }

            return TypedResults.Ok(await TemplateView.Answer(request, decided.Stream, ct));
        })
        .WithName("ReviseTemplate").WithSummary("Write a template anew; If-Match protects against overwriting somebody else's work")
        .Produces<TemplateView>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
}
