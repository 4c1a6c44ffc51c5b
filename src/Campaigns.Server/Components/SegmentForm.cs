using System.Globalization;
using System.Text.RegularExpressions;
using Campaigns.Segments;

namespace Campaigns.Server.Components;

/// <summary>A segment as a person fills it in, row by row: everything as it was typed, whatever it is worth.</summary>
sealed partial class SegmentForm
{
    public const string FormName = "segment";

    public const int FewestRows = 3;
    public const int MostRows = 20;

    public string Name { get; set; } = "";

    /// <summary>One of the rows is enough.</summary>
    public bool IsAny { get; set; }

    /// <summary>Of the segment that was shown; 0 for a new one.</summary>
    public long Version { get; set; }

    public List<SegmentRow> Rows { get; } = [];

    public static SegmentForm Empty()
    {
        var form = new SegmentForm();
        form.FillUp();
        return form;
    }

    /// <returns>Null where rows cannot say the same.</returns>
    public static SegmentForm? Of(SegmentDefinition definition, long version)
    {
        var condition = definition.Condition;
        var form = new SegmentForm { Name = definition.Name, Version = version, IsAny = condition.Any is not null };
        foreach (var each in condition.All ?? condition.Any ?? [condition])
        {
            if (SegmentRow.Of(each, mayBeSeveral: !form.IsAny) is not { } rows)
            {
                return null;
            }

            form.Rows.AddRange(rows);
        }

        form.FillUp();
        return form.Rows.Count > MostRows ? null : form;
    }

    public static SegmentForm Read(IFormCollection posted)
    {
        var form = new SegmentForm
        {
            Name = posted["name"].ToString(),
            IsAny = posted["match"] == "any",
            Version = long.TryParse(posted["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0,
        };
        for (var index = 0; index < MostRows && posted.ContainsKey(SegmentRow.Field(index, "kind")); index++)
        {
            form.Rows.Add(SegmentRow.Read(posted, index));
        }

        form.FillUp();
        return form;
    }

    public void AddRow()
    {
        if (Rows.Count < MostRows)
        {
            Rows.Add(new SegmentRow());
        }
    }

    /// <summary>What was filled in.</summary>
    /// <param name="isNameless">Only the condition matters.</param>
    /// <returns>What is wrong, as sentences; the definition can be kept where nothing is.</returns>
    public (SegmentDefinition Definition, IReadOnlyList<string> Wrong) Define(bool isNameless = false)
    {
        var wrong = new List<string>();
        var conditions = new List<Condition>();
        var rows = new List<int>();
        foreach (var (index, row) in Rows.Index().Where(each => !each.Item.IsLeftOut))
        {
            var (condition, why) = row.Define();
            if (why is not null)
            {
                wrong.Add($"Row {index + 1}: {why}");
            }
            else
            {
                conditions.Add(condition!);
                rows.Add(index + 1);
            }
        }

        if (wrong.Count == 0 && conditions.Count == 0)
        {
            wrong.Add("Fill in at least one row.");
        }

        var definition = new SegmentDefinition(isNameless ? "-" : Name, IsAny ? new Condition(Any: conditions) : new Condition(All: conditions));
        wrong.AddRange(definition.Errors().Where(error => conditions.Count > 0 || error.Key == "name").SelectMany(error => error.Value.Select(why => Tell(error.Key, why, rows))));
        return (definition, wrong);
    }

    static string Tell(string member, string why, List<int> rows) =>
        RowOf().Match(member) is { Success: true } match ? $"Row {rows[int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)]}: {why}" : why;

    void FillUp()
    {
        while (Rows.Count < FewestRows)
        {
            Rows.Add(new SegmentRow());
        }
    }

    [GeneratedRegex(@"^condition\.(?:all|any)\[(\d+)\]")]
    private static partial Regex RowOf();
}
