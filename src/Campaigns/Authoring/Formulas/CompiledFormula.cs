using Campaigns.Recipients;

namespace Campaigns.Authoring.Formulas;

/// <summary>A formula ready to be reckoned, for any number of threads.</summary>
public sealed class CompiledFormula
{
    const int LongestValue = 200;
    const decimal LargestNumber = 1_000_000_000_000_000_000_000_000m;

    /// <summary>Of offers of which nothing is reckoned.</summary>
    public static readonly CompiledFormula None = new([], null);

    readonly (string Name, FormulaExpression Expression)[] values;
    readonly FormulaExpression? only;

    CompiledFormula((string, FormulaExpression)[] values, FormulaExpression? only) => (this.values, this.only) = (values, only);

    /// <summary>The names of its values, in their order.</summary>
    public IEnumerable<string> Names => values.Select(value => value.Name);

    /// <exception cref="InvalidOperationException">It has errors; it was checked when it was saved.</exception>
    public static CompiledFormula Create(FormulaDefinition definition) => new(
        [.. definition.Values.Select(value => (value.Name, Compile(value.Expression)))], definition.Only is { } only ? Compile(only) : null);

    /// <summary>Works out its values for one offer.</summary>
    /// <param name="field">The fields of the offer, and behind them those of its contact.</param>
    public Reckoned Reckon(FindField field)
    {
        var found = new List<ReckonedValue>(values.Length);
        foreach (var (name, expression) in values)
        {
            var term = expression.Reckon(Find);
            if ((term.WhyNone ?? Excess(term)) is { } why)
            {
                return new Reckoned([], $"{name}: {why}");
            }

            found.Add(new ReckonedValue(name, term.ToString(), term.AsNumber));
        }

        var holds = only?.Reckon(Find).Truth();
        return holds is { WhyNone: { } reason } ? new Reckoned([], $"only: {reason}") : new Reckoned(found, IsLeftOut: holds is { IsFalse: true });

        string? Find(string name) => found.Find(value => value.Name == name)?.Text ?? field(name);
    }

    /// <summary>The fields of an offer with the values that are worked out for it, as templates find them.</summary>
    /// <param name="contact">The fields of its contact, which the formula can name too.</param>
    public WorkedOut WorkOut(string reference, IReadOnlyDictionary<string, string> fields, IReadOnlyDictionary<string, string?> contact)
    {
        var reckoned = Reckon(name => fields.GetValueOrDefault(name) ?? contact.GetValueOrDefault(name));
        var all = new Dictionary<string, string>(fields, StringComparer.Ordinal);
        all.TryAdd(QuotedOffer.ReferenceField, reference);
        foreach (var value in reckoned.Values)
        {
            all[value.Name] = value.Text;
        }

        return new WorkedOut(reckoned, all);
    }

    // They stand in the events of every message.
    static string? Excess(Term term) => term.ToString().Length > LongestValue ? $"it has more than {LongestValue} characters"
        : term.AsNumber is > LargestNumber or < -LargestNumber ? "it is too large a number: it has at most 24 digits"
        : null;

    static FormulaExpression Compile(string expression) =>
        FormulaExpression.Read(expression) is { Expression: { } compiled } read ? compiled : throw new InvalidOperationException(FormulaExpression.Read(expression).Wrong);
}

/// <param name="Fields">Of the offer and the formula: of use where it did not fail.</param>
public sealed record WorkedOut(Reckoned Reckoned, IReadOnlyDictionary<string, string> Fields);

/// <param name="Number">Null where it is a text.</param>
public sealed record ReckonedValue(string Name, string Text, decimal? Number);

/// <summary>What came of an offer.</summary>
/// <param name="Values">Empty where it failed.</param>
/// <param name="Why">Why it could not be reckoned; null where it could.</param>
/// <param name="IsLeftOut">The formula's own condition leaves it out.</param>
public sealed record Reckoned(IReadOnlyList<ReckonedValue> Values, string? Why = null, bool IsLeftOut = false);
