using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Segments;

/// <summary>Writes a segment anew: campaigns that are launched from now on go to whom it finds then.</summary>
public sealed record ReviseSegment(Guid SegmentId, SegmentDefinition Definition);

public static class ReviseSegmentHandler
{
    public static async Task<(Decided<Segment>, OutgoingMessages)> Handle(ReviseSegment command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var segment = await session.Events.FetchForWriting<Segment>(command.SegmentId, ct);
        var outcome = Decide(command.Definition, segment.State());
        if (outcome.Events.Count > 0)
        {
            SegmentDirectory.Hold(session, command.SegmentId, command.Definition);
        }

        return caller.Record(segment, outcome);
    }

    public static Outcome Decide(SegmentDefinition definition, Segment segment) =>
        segment is { Revision: 0 } or { Deleted: true } ? Outcome.Refuse(SegmentDirectory.NotFound)
        : definition.Name == segment.Definition.Name && definition.Condition.IsSame(segment.Definition.Condition) ? Outcome.Nothing
        : Outcome.Record(new SegmentRevised(definition));
}

static class ReviseSegmentEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPut("/segments/{id:guid}", async (Guid id, SegmentDefinition definition, ApiRequest request, CancellationToken ct) =>
        {
            if (await CreateSegmentEndpoints.Check(definition, request, ct) is { } wrong)
            {
                return wrong;
            }

            var decided = await request.Decide<Segment>(new ReviseSegment(id, definition.Normalise()), ct);
            return decided.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await SegmentView.Answer(request, decided.Stream, ct));
        })
        .WithName("ReviseSegment").WithSummary("Write a segment anew; If-Match protects against overwriting somebody else's work")
        .Produces<SegmentView>()
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
}
