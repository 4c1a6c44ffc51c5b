using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Segments;

/// <summary>Makes a segment.</summary>
public sealed record CreateSegment(Guid SegmentId, SegmentDefinition Definition);

public static class CreateSegmentHandler
{
    public static async Task<(Decided<Segment>, OutgoingMessages)> Handle(CreateSegment command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var segment = await session.Events.FetchForWriting<Segment>(command.SegmentId, ct);
        SegmentDirectory.Hold(session, command.SegmentId, command.Definition);
        return caller.Record(segment, Decide(command.Definition, segment.State()));
    }

    public static Outcome Decide(SegmentDefinition definition, Segment segment) =>
        segment.Revision > 0 ? Outcome.Nothing : Outcome.Record(new SegmentCreated(definition));
}

static class CreateSegmentEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/segments", async (SegmentDefinition definition, ApiRequest request, CancellationToken ct) =>
        {
            if (await Check(definition, request, ct) is { } wrong)
            {
                return wrong;
            }

            var decided = await request.Decide<Segment>(new CreateSegment(Guid.CreateVersion7(request.Now), definition.Normalise()), ct);
            return TypedResults.Created($"/api/v1/segments/{decided.Stream.Id}", await SegmentView.Answer(request, decided.Stream, ct));
        })
        .WithName("CreateSegment").WithSummary("Make a segment: contacts by a condition")
        .Produces<SegmentView>(StatusCodes.Status201Created)
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    /// <summary>The answer to a definition that cannot be kept; null where it can.</summary>
    internal static async Task<IResult?> Check(SegmentDefinition definition, ApiRequest request, CancellationToken ct)
    {
        var errors = definition.Errors();
        return errors.Count > 0
            ? Problems.Invalid(errors)
            : (await SegmentDirectory.FindUnknownReferences(request.Store, request.TenantId, definition.Normalise().Condition, ct))?.ToProblem();
    }
}
