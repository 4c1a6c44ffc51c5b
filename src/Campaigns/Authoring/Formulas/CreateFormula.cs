using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Authoring.Formulas;

/// <summary>Makes a formula.</summary>
public sealed record CreateFormula(Guid FormulaId, FormulaDefinition Definition);

public static class CreateFormulaHandler
{
    public static async Task<(Decided<Formula>, OutgoingMessages)> Handle(CreateFormula command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var formula = await session.Events.FetchForWriting<Formula>(command.FormulaId, ct);
        return caller.Record(formula, Decide(command.Definition, formula.State()));
    }

    public static Outcome Decide(FormulaDefinition definition, Formula formula) =>
        formula.Revision > 0 ? Outcome.Nothing : Outcome.Record(new FormulaCreated(definition));
}

static class CreateFormulaEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/formulas", async (FormulaDefinition definition, ApiRequest request, CancellationToken ct) =>
        {
            var errors = definition.Errors();
            if (errors.Count > 0)
            {
                return Problems.Invalid(errors);
            }

            var decided = await request.Decide<Formula>(new CreateFormula(Guid.CreateVersion7(request.Now), definition.Normalise()), ct);
            return TypedResults.Created($"/api/v1/formulas/{decided.Stream.Id}", await FormulaView.Answer(request, decided.Stream, ct));
        })
        .WithName("CreateFormula").WithSummary("Make a formula: what is worked out for each offer")
        .Produces<FormulaView>(StatusCodes.Status201Created)
        .ProducesValidationProblem();
}
