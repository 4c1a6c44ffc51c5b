using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Authoring.Formulas;

/// <summary>Writes a formula anew; campaigns that hold on to an earlier version keep it.</summary>
public sealed record ReviseFormula(Guid FormulaId, FormulaDefinition Definition);

public static class ReviseFormulaHandler
{
    public static async Task<(Decided<Formula>, OutgoingMessages)> Handle(ReviseFormula command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var formula = await session.Events.FetchForWriting<Formula>(command.FormulaId, ct);
        return caller.Record(formula, Decide(command.Definition, formula.State()));
    }

    public static Outcome Decide(FormulaDefinition definition, Formula formula) =>
        formula.Revision == 0 ? Outcome.Refuse(FormulaDirectory.NotFound)
        : formula.Archived ? Outcome.Refuse(new Refusal("formula-archived", "An archived formula stays as it is. Make a new one of it."))
        : definition.IsSame(formula.Definition) ? Outcome.Nothing
        : Outcome.Record(new FormulaRevised(definition));
}

static class ReviseFormulaEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPut("/formulas/{id:guid}", async (Guid id, FormulaDefinition definition, ApiRequest request, CancellationToken ct) =>
        {
            var errors = definition.Errors();
            if (errors.Count > 0)
            {
                return Problems.Invalid(errors);
            }

            var decided = await request.Decide<Formula>(new ReviseFormula(id, definition.Normalise()), ct);
            return decided.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await FormulaView.Answer(request, decided.Stream, ct));
        })
        .WithName("ReviseFormula").WithSummary("Write a formula anew; If-Match protects against overwriting somebody else's work")
        .Produces<FormulaView>()
        .ProducesValidationProblem()
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);
}
