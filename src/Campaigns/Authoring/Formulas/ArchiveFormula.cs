using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Authoring.Formulas;

/// <summary>Puts a formula out of sight and out of change; campaigns that were launched go on with the version that they hold.</summary>
public sealed record ArchiveFormula(Guid FormulaId);

public static class ArchiveFormulaHandler
{
    public static async Task<(Decided<Formula>, OutgoingMessages)> Handle(
        ArchiveFormula command, IDocumentSession session, Caller caller, ExpectUnused expectUnused, CancellationToken ct)
    {
        var formula = await session.Events.FetchForWriting<Formula>(command.FormulaId, ct);
        var outcome = Decide(formula.State());
        if (outcome.Events.Count > 0)
        {
            expectUnused(session, UsedThing.Formula, command.FormulaId, null);
        }

        return caller.Record(formula, outcome);
    }

    public static Outcome Decide(Formula formula) =>
        formula.Revision == 0 ? Outcome.Refuse(FormulaDirectory.NotFound)
        : formula.Archived ? Outcome.Nothing
        : Outcome.Record(new FormulaArchived());
}

static class ArchiveFormulaEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/formulas/{id:guid}/archive", async (Guid id, ApiRequest request, FindUses findUses, CancellationToken ct) =>
        {
            if ((await request.Store.Load<Formula>(request.TenantId, id, ct)).State is { Revision: > 0, Archived: false }
                && InUse.Refuse("The formula", await findUses(request.TenantId, UsedThing.Formula, id, null, ct)) is { } inUse)
            {
                return inUse;
            }

            var decided = await request.Decide<Formula>(new ArchiveFormula(id), ct);
            return decided.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await FormulaView.Answer(request, decided.Stream, ct));
        })
        .WithName("ArchiveFormula").WithSummary("Archive a formula")
        .Produces<FormulaView>()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);
}
