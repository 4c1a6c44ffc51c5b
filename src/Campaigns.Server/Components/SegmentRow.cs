using System.Globalization;
using Campaigns.Segments;

namespace Campaigns.Server.Components;

/// <summary>One row of the form of a segment: a field, a list or an event.</summary>
public sealed class SegmentRow
{
    public const string FieldKind = "field";
    public const string ListKind = "list";
    public const string EventKind = "event";

    const string IsOneOf = "is";

    public static readonly IReadOnlyList<(string Value, string Words)> Kinds = [(FieldKind, "someone whose"), (ListKind, "on the list"), (EventKind, "someone who"), ("", "(left out)")];

    public static readonly IReadOnlyList<(string Value, string Words)> Comparisons =
    [
        (IsOneOf, "is"), ("isKnown", "is known"), ("contains", "contains"), ("startsWith", "starts with"), ("endsWith", "ends with"),
        ("atLeast", "is at least"), ("atMost", "is at most"), ("moreThan", "is more than"), ("lessThan", "is less than"),
        ("from", "is on or after"), ("before", "is before"), ("lastDays", "is in the last days"), ("nextDays", "is in the next days"),
    ];

    public static readonly IReadOnlyList<(string Value, string Words)> Events =
    [
        ("", "…"), (Word(ContactEvent.Opened), "opened"), (Word(ContactEvent.Clicked), "followed a link in"), (Word(ContactEvent.Sent), "was sent"),
        (Word(ContactEvent.Delivered), "received"), (Word(ContactEvent.TimedOut), "did not open in time"), (Word(ContactEvent.Bounced), "could not be reached with"),
        (Word(ContactEvent.Complained), "reported as spam"), (Word(ContactEvent.Unsubscribed), "unsubscribed with"),
    ];

    const string ANumber = "a number, as 1250.50 is one";
    const string ADay = "a day, as 2026-11-30 is one";
    const string DaysCounted = "a number of days";

    static readonly string[] DayFormats = ["yyyy-MM-dd", "d.M.yyyy"];

    public bool IsNot { get; init; }

    public string Kind { get; init; } = FieldKind;

    public string FieldName { get; init; } = "";

    public string Comparison { get; init; } = IsOneOf;

    public string Value { get; init; } = "";

    public string List { get; init; } = "";

    public string Event { get; init; } = "";

    public string Times { get; init; } = "";

    public string Days { get; init; } = "";

    public string Campaign { get; init; } = "";

    /// <summary>Nothing was filled in, or it was said to be left out.</summary>
    public bool IsLeftOut => Kind switch
    {
        FieldKind => !IsNot && FieldName.Trim().Length == 0 && Value.Trim().Length == 0,
        "" => true,
        _ => false, // whoever chose that meant something by it: a row that is forgotten would make the segment larger than they think
    };

    /// <summary>The name of an input of a row.</summary>
    public static string Field(int index, string name) => string.Create(CultureInfo.InvariantCulture, $"rows[{index}].{name}");

    public static SegmentRow Read(IFormCollection posted, int index)
    {
        string Posted(string name) => posted[Field(index, name)].ToString();
        return new SegmentRow
        {
            IsNot = Posted("not") == "true",
            Kind = Posted("kind"),
            FieldName = Posted("field"),
            Comparison = Posted("comparison"),
            Value = Posted("value"),
            List = Posted("list"),
            Event = Posted("event"),
            Times = Posted("times"),
            Days = Posted("days"),
            Campaign = Posted("campaign"),
        };
    }

    /// <param name="mayBeSeveral">A field of which several things hold may be a row for each of them.</param>
    /// <returns>Null where rows cannot say the same.</returns>
    public static IReadOnlyList<SegmentRow>? Of(Condition condition, bool mayBeSeveral)
    {
        var isNot = false;
        for (; condition.Not is { } not; condition = not)
        {
            isNot = !isNot;
        }

        return condition switch
        {
            { List: { } list } => [new SegmentRow { IsNot = isNot, Kind = ListKind, List = list.ToString() }],
            { Event: { Name: { } name, Channel: null, From: null, Before: null } happened } =>
            [
                new SegmentRow
                {
                    IsNot = isNot, Kind = EventKind, Event = Word(name), Times = Text(happened.Times), Days = Text(happened.LastDays),
                    Campaign = happened.Campaign?.ToString() ?? "",
                },
            ],
            { Field: { } field } => Of(field, isNot) is { Count: var count } rows && (count == 1 || (mayBeSeveral && !isNot)) ? rows : null,
            _ => null,
        };
    }

    /// <returns>The condition, or what is wrong with what was typed.</returns>
    public (Condition? Condition, string? Why) Define()
    {
        var (condition, why) = Kind switch { FieldKind => DefineField(), ListKind => DefineList(), EventKind => DefineEvent(), _ => (null, "Choose a kind.") };
        return (condition is not null && IsNot ? new Condition(Not: condition) : condition, why);
    }

    static List<SegmentRow>? Of(FieldCondition field, bool isNot)
    {
        var rows = new List<SegmentRow>();
        void Add(string comparison, string? value, bool turned = false)
        {
            if (value is not null)
            {
                rows.Add(new SegmentRow { IsNot = isNot != turned, FieldName = field.Name, Comparison = comparison, Value = value });
            }
        }

        Add("isKnown", field.IsKnown is null ? null : "", turned: field.IsKnown == false);
        Add(IsOneOf, field.Is is { } texts ? string.Join("; ", texts) : null);
        Add("contains", field.Contains);
        Add("startsWith", field.StartsWith);
        Add("endsWith", field.EndsWith);
        Add("atLeast", Text(field.AtLeast));
        Add("moreThan", Text(field.MoreThan));
        Add("atMost", Text(field.AtMost));
        Add("lessThan", Text(field.LessThan));
        Add("from", field.From?.ToString(DayFormats[0], CultureInfo.InvariantCulture));
        Add("before", field.Before?.ToString(DayFormats[0], CultureInfo.InvariantCulture));
        Add("lastDays", field.LastDays?.ToString(CultureInfo.InvariantCulture));
        Add("nextDays", field.NextDays?.ToString(CultureInfo.InvariantCulture));
        return field.Is?.Any(text => text.Contains(';', StringComparison.Ordinal)) == true ? null : rows;
    }

    (Condition?, string?) DefineField()
    {
        var name = FieldName.Trim();
        var value = Value.Trim();
        if (name.Length == 0)
        {
            return (null, "Say which field.");
        }

        if (value.Length == 0 && Comparison != "isKnown")
        {
            return (null, $"Say what {name} is compared with.");
        }

        (FieldCondition? field, string kind) = Comparison switch
        {
            "isKnown" => (new(name, IsKnown: true), ""),
            IsOneOf => (new(name, Is: Value.Split([';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)), ""),
            "contains" => (new(name, Contains: value), ""),
            "startsWith" => (new(name, StartsWith: value), ""),
            "endsWith" => (new(name, EndsWith: value), ""),
            "atLeast" => (Number(value) is { } number ? new FieldCondition(name, AtLeast: number) : null, ANumber),
            "atMost" => (Number(value) is { } number ? new FieldCondition(name, AtMost: number) : null, ANumber),
            "moreThan" => (Number(value) is { } number ? new FieldCondition(name, MoreThan: number) : null, ANumber),
            "lessThan" => (Number(value) is { } number ? new FieldCondition(name, LessThan: number) : null, ANumber),
            "from" => (Day(value) is { } day ? new FieldCondition(name, From: day) : null, ADay),
            "before" => (Day(value) is { } day ? new FieldCondition(name, Before: day) : null, ADay),
            "lastDays" => (Whole(value) is { } days ? new FieldCondition(name, LastDays: days) : null, DaysCounted),
            "nextDays" => (Whole(value) is { } days ? new FieldCondition(name, NextDays: days) : null, DaysCounted),
            _ => ((FieldCondition?)null, "something that it can be compared with in this way"),
        };
        return field is null ? (null, $"'{value}' is not {kind}.") : (new Condition(Field: field), null);
    }

    (Condition?, string?) DefineList() => Guid.TryParse(List, out var list) ? (new Condition(List: list), null) : (null, "Choose a list.");

    (Condition?, string?) DefineEvent()
    {
        if (!Events.Any(each => each.Value == Event && Event.Length > 0))
        {
            return (null, "Choose what happened.");
        }

        var (times, days) = (Whole(Times.Trim()), Whole(Days.Trim()));
        return times is null && Times.Trim().Length > 0 ? (null, $"'{Times.Trim()}' is not a number of messages.")
            : days is null && Days.Trim().Length > 0 ? (null, $"'{Days.Trim()}' is not a number of days.")
            : Campaign.Length > 0 && !Guid.TryParse(Campaign, out _) ? (null, "Choose a campaign, or any.")
            : (new Condition(Event: new EventCondition(
                Enum.Parse<ContactEvent>(Event, ignoreCase: true), Guid.TryParse(Campaign, out var campaign) ? campaign : null, Times: times, LastDays: days)), null);
    }

    // As people write it, but with no comma, which means two things.
    static decimal? Number(string text) => decimal.TryParse(
        text.Replace("'", "", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal),
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    static int? Whole(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    static DateOnly? Day(string text) => DateOnly.TryParseExact(text, DayFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    static string Text(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    static string? Text(decimal? number) => number?.ToString(CultureInfo.InvariantCulture);

    static string Word(ContactEvent happened) => Words.Code(happened);
}
