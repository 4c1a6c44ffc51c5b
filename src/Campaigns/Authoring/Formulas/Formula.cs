using Campaigns.Audience;
using Campaigns.Audience.Import;
using Campaigns.Audience.Offers;
using Campaigns.Storage;

namespace Campaigns.Authoring.Formulas;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record FormulaCreated(FormulaDefinition Definition);

public sealed record FormulaRevised(FormulaDefinition Definition);

public sealed record FormulaArchived;

/// <summary>What is worked out for each offer, of its fields and those of its contact.</summary>
/// <param name="Name">For the people who work with it; recipients never see it.</param>
/// <param name="Values">In this order: each may name those before it.</param>
/// <param name="Only">A condition: offers of which it is not true are left out. Null: none is.</param>
public sealed record FormulaDefinition(string Name, IReadOnlyList<FormulaStep> Values, string? Only = null)
{
    public const int MostValues = 20;

    const int LongestName = 200;

    /// <summary>The form in which it is kept. Only of what has no errors.</summary>
    public FormulaDefinition Normalise() => new(
        Name.Trim(), [.. Values.Select(value => new FormulaStep(ContactColumns.SnakeCase(value.Name), value.Expression.Trim()))],
        string.IsNullOrWhiteSpace(Only) ? null : Only.Trim());

    public bool IsSame(FormulaDefinition other) => Name == other.Name && Only == other.Only && Values.SequenceEqual(other.Values);

    /// <returns>What is wrong, by member; empty when nothing is.</returns>
    public IDictionary<string, string[]> Errors()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(Name) || Name.Trim().Length > LongestName || Name.Any(char.IsControl))
        {
            errors["name"] = [$"A formula has a name: one line of 1 to {LongestName} characters."];
        }

        if (Values is not { Count: > 0 and <= MostValues } || Values.Any(value => value is null))
        {
            errors["values"] = [$"A formula has 1 to {MostValues} values, each with a name and an expression."];
            return errors;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Values.Count; i++)
        {
            var name = string.IsNullOrWhiteSpace(Values[i].Name) ? "" : ContactColumns.SnakeCase(Values[i].Name);
            if (name.Length is 0 or > ContactText.LongestFieldName || ContactColumns.IsOwnField(name) || OfferFields.IsReserved(name) || char.IsAsciiDigit(name[0]))
            {
                errors[$"values[{i}].name"] = [$"'{Values[i].Name}' cannot be the name of a value; offer_price would be one."];
            }
            else if (!names.Add(name))
            {
                errors[$"values[{i}].name"] = [$"There are two values of the name {name}."];
            }

            Check($"values[{i}].expression", Values[i].Expression);
        }

        if (!string.IsNullOrWhiteSpace(Only))
        {
            Check("only", Only);
        }

        return errors;

        void Check(string member, string expression)
        {
            if (FormulaExpression.Read(expression).Wrong is { } wrong)
            {
                errors[member] = [wrong];
            }
        }
    }
}

/// <param name="Name">The field of the offer under which templates find it.</param>
/// <param name="Expression">As <c>round(list_price * 0.72 - repairs, -2)</c>.</param>
public sealed record FormulaStep(string Name, string Expression);

/// <summary>A formula as it is now; the version of its stream is the version that a campaign holds on to.</summary>
/// <param name="Revision">How often it was written: 1 after it was created, 0 where there is no such formula.</param>
public sealed record Formula(FormulaDefinition Definition, int Revision, bool Archived) : IStreamState<Formula>
{
    public static readonly Formula Initial = new(new FormulaDefinition("", []), 0, false);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public static Formula Begin(Guid id) => Initial with { Id = id };

    public Formula Evolve(object fact) => fact switch
    {
        FormulaCreated created => this with { Definition = created.Definition, Revision = 1, Archived = false },
        FormulaRevised revised => this with { Definition = revised.Definition, Revision = Revision + 1 },
        FormulaArchived => this with { Archived = true },
        _ => this,
    };
}
