using System.Text.Json;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Authoring.Formulas;

/// <summary>A formula as the API shows it.</summary>
/// <param name="Version">What an <c>If-Match</c> names and a campaign holds on to.</param>
public sealed record FormulaView(
    Guid Id, long Version, int Revision, bool Archived, string Name, IReadOnlyList<FormulaStep> Values, string? Only, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static FormulaView Of(StreamState<Formula> formula, StreamTimes times) => new(
        formula.Id, formula.Version, formula.State.Revision, formula.State.Archived, formula.State.Definition.Name, formula.State.Definition.Values,
        formula.State.Definition.Only, times.CreatedAt, times.UpdatedAt);

    /// <summary>The view of a formula that is there, with its entity tag.</summary>
    internal static async Task<FormulaView> Answer(ApiRequest request, StreamState<Formula> formula, CancellationToken ct)
    {
        request.SetETag(formula.Version);
        return Of(formula, await StreamTimes.Read(request.Store, request.TenantId, formula.Id, ct));
    }
}

/// <summary>The formulas of an organisation, to find and to look at.</summary>
public static class FormulaDirectory
{
    static readonly string ReadFormulas = Sql.Beside<Formula>(nameof(ReadFormulas));

    internal static readonly Refusal NotFound = new("not-found", "There is no such formula.", RefusalKind.NotFound);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/formulas", List)
            .WithName("ListFormulas").WithSummary("The formulas, newest first; archived ones too where asked for").Produces<Page<FormulaView>>();
        api.MapGet("/formulas/{id:guid}", Get)
            .WithName("GetFormula").WithSummary("A formula").Produces<FormulaView>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    public static async Task<Page<FormulaView>> ReadPage(IDocumentStore store, string tenantId, bool archived, PageRequest page, CancellationToken ct)
    {
        var formulas = await store.Database.Query(
            ReadFormulas,
            reader => new StreamState<Formula>(
                reader.GetGuid(0), JsonSerializer.Deserialize<Formula>(reader.GetString(2), StoredJson.Options)!, reader.GetInt64(1)),
            ct, tenantId, page.AfterId ?? Guid.AllBitsSet, archived, page.Size + 1);
        var times = await StreamTimes.Read(store, tenantId, formulas.Select(formula => formula.Id), ct);
        return Page.Of([.. formulas.Select(formula => FormulaView.Of(formula, times[formula.Id]))], page.Size, formula => formula.Id.ToString());
    }

    /// <summary>A version of a formula, ready to be reckoned.</summary>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    public static async Task<CompiledFormula> Read(IDocumentStore store, string tenantId, Guid id, long version, CancellationToken ct) =>
        CompiledFormula.Create(((await store.LoadAt<Formula>(tenantId, id, version, ct))
            ?? throw new InvalidOperationException($"There is no formula {id} at version {version}.")).Definition);

    static async Task<IResult> List([AsParameters] PageRequest page, ApiRequest request, CancellationToken ct, bool archived = false) =>
        TypedResults.Ok(await ReadPage(request.Store, request.TenantId, archived, page, ct));

    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct)
    {
        var formula = await request.Store.Load<Formula>(request.TenantId, id, ct);
        return formula.State.Revision == 0 ? NotFound.ToProblem() : TypedResults.Ok(await FormulaView.Answer(request, formula, ct));
    }
}
