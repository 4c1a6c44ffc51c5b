using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Segments;

/// <summary>Removes a segment that no campaign is about to go to.</summary>
public sealed record DeleteSegment(Guid SegmentId);

public static class DeleteSegmentHandler
{
    public static async Task<(Decided<Segment>, OutgoingMessages)> Handle(
        DeleteSegment command, IDocumentSession session, Caller caller, ExpectUnused expectUnused, CancellationToken ct)
    {
        var segment = await session.Events.FetchForWriting<Segment>(command.SegmentId, ct);
        var outcome = Decide(segment.State());
        if (outcome.Events.Count > 0)
        {
            expectUnused(session, UsedThing.Segment, command.SegmentId, null);
        }

        return caller.Record(segment, outcome);
    }

    public static Outcome Decide(Segment segment) =>
        segment is { Revision: 0 } or { Deleted: true } ? Outcome.Refuse(SegmentDirectory.NotFound) : Outcome.Record(new SegmentDeleted());
}

static class DeleteSegmentEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapDelete("/segments/{id:guid}", async (Guid id, ApiRequest request, FindUses findUses, CancellationToken ct) =>
        {
            if (InUse.Refuse("The segment", await findUses(request.TenantId, UsedThing.Segment, id, null, ct)) is { } inUse)
            {
                return inUse;
            }

            var decided = await request.Decide<Segment>(new DeleteSegment(id), ct);
            return decided.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.NoContent();
        })
        .WithName("DeleteSegment").WithSummary("Remove a segment; its contacts stay")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);
}
