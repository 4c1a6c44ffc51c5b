using System.Globalization;
using System.Text.RegularExpressions;
using Campaigns.Authoring.Formulas;

namespace Campaigns.Server.Components;

/// <summary>A formula as a person fills it in: everything as it was typed, whatever it is worth.</summary>
sealed partial class FormulaForm
{
    public const string FormName = "formula";

    const int FewestRows = 2;

    public string Name { get; private set; } = "";

    public string Only { get; private set; } = "";

    /// <summary>The address of a contact to try it on.</summary>
    public string Try { get; private set; } = "";

    /// <summary>Of the formula that was shown; 0 for a new one.</summary>
    public long Version { get; set; }

    public List<FormulaStep> Rows { get; } = [];

    public static FormulaForm Of(FormulaDefinition? definition, long version)
    {
        var form = new FormulaForm { Name = definition?.Name ?? "", Only = definition?.Only ?? "", Version = version };
        form.Rows.AddRange(definition?.Values ?? []);
        form.FillUp();
        return form;
    }

    public static FormulaForm Read(IFormCollection posted)
    {
        var form = new FormulaForm
        {
            Name = posted["name"].ToString(),
            Only = posted["only"].ToString(),
            Try = posted["try"].ToString(),
            Version = long.TryParse(posted["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0,
        };
        for (var index = 0; index < FormulaDefinition.MostValues && posted.ContainsKey($"rows[{index}].name"); index++)
        {
            form.Rows.Add(new FormulaStep(posted[$"rows[{index}].name"].ToString(), posted[$"rows[{index}].expression"].ToString()));
        }

        form.FillUp();
        return form;
    }

    public void AddRow()
    {
        if (Rows.Count < FormulaDefinition.MostValues)
        {
            Rows.Add(new FormulaStep("", ""));
        }
    }

    /// <param name="isNameless">Only what it works out matters.</param>
    /// <returns>What is wrong, as sentences; the definition can be kept where nothing is.</returns>
    public (FormulaDefinition Definition, IReadOnlyList<string> Wrong) Define(bool isNameless)
    {
        var filled = Rows.Index().Where(row => !string.IsNullOrWhiteSpace(row.Item.Name) || !string.IsNullOrWhiteSpace(row.Item.Expression)).ToList();
        var definition = new FormulaDefinition(isNameless ? "-" : Name, [.. filled.Select(row => row.Item)], Only);
        return (definition, [.. definition.Errors().SelectMany(error => error.Value.Select(why => Tell(error.Key, why)))]);

        string Tell(string member, string why) => RowOf().Match(member) is { Success: true } match
            ? $"Value {filled[int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)].Index + 1}: {why}"
            : member == "only" ? $"Only: {why}" : why;
    }

    void FillUp()
    {
        while (Rows.Count < FewestRows)
        {
            Rows.Add(new FormulaStep("", ""));
        }
    }

    [GeneratedRegex(@"^values\[(\d+)\]")]
    private static partial Regex RowOf();
}
