using Campaigns.Audience;
using Campaigns.Audience.Offers;
using Campaigns.Http;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Authoring.Formulas;

/// <summary>What a formula comes to that is not saved.</summary>
/// <param name="ContactId">Whose offers are used.</param>
/// <param name="Fields">In place of those: the fields of one offer.</param>
public sealed record PreviewFormula(FormulaDefinition Formula, Guid? ContactId = null, IReadOnlyDictionary<string, string?>? Fields = null);

/// <param name="Offers">One for each offer of the contact.</param>
public sealed record FormulaPreview(IReadOnlyList<OfferPreview> Offers);

/// <param name="Reference">Null where the fields were given.</param>
/// <param name="Values">What was worked out, by name; null where it could not be.</param>
/// <param name="LeftOut">The formula's condition leaves it out.</param>
/// <param name="Failure">Why it could not be worked out; null where it could.</param>
public sealed record OfferPreview(string? Reference, IReadOnlyDictionary<string, string>? Values, bool LeftOut, string? Failure);

static class PreviewFormulaEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/formulas/preview", Handle).RequireScope(KeyScope.Read)
            .WithName("PreviewFormula").WithSummary("What a formula comes to for the offers of a contact, or for fields that are given; nothing is kept")
            .Produces<FormulaPreview>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);

    static async Task<IResult> Handle(PreviewFormula preview, ApiRequest request, CancellationToken ct)
    {
        var errors = preview.Formula?.Errors() ?? new Dictionary<string, string[]> { ["formula"] = ["Give the formula."] };
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors.ToDictionary(error => error.Key == "formula" ? error.Key : $"formula.{error.Key}", error => error.Value));
        }

        var formula = CompiledFormula.Create(preview.Formula!.Normalise());
        IReadOnlyDictionary<string, string?> contact = new Dictionary<string, string?>();
        if (preview.ContactId is { } id)
        {
            if (await Contacts.Find(request.Store, request.TenantId, id, ct) is not { } found)
            {
                return Contacts.NotFound.ToProblem();
            }

            contact = found.MergeFields();
        }

        if (preview.Fields is { } given)
        {
            var (offer, wrong) = new OfferInput(given).Normalise();
            return wrong is null
                ? TypedResults.Ok(new FormulaPreview([Reckon(null, offer.Fields)]))
                : Problems.Invalid(new Dictionary<string, string[]> { ["fields"] = [wrong] });
        }

        return preview.ContactId is not { } of
            ? Problems.Invalid(new Dictionary<string, string[]> { ["contactId"] = ["Give contactId, or the fields of an offer."] })
            : TypedResults.Ok(new FormulaPreview(
                [.. (await ContactOffers.Read(request.Store, request.TenantId, of, ct)).Select(offer => Reckon(offer.Reference, offer.Fields))]));

        OfferPreview Reckon<T>(string? reference, IReadOnlyDictionary<string, T> fields)
        {
            var reckoned = formula.Reckon(name => fields.TryGetValue(name, out var value) ? value as string : contact.GetValueOrDefault(name));
            return new OfferPreview(reference, reckoned.Why is null ? reckoned.Values.ToDictionary(value => value.Name, value => value.Text) : null, reckoned.IsLeftOut, reckoned.Why);
        }
    }
}
