using Campaigns.Audience.Import;
using Campaigns.Authoring.Formulas;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Segments;
using System.Reflection;

namespace Campaigns.Tests;

/// <summary>Values of any stored type, the same each time.</summary>
static class Samples
{
    /// <summary>With every member filled.</summary>
    public static object Of(Type type) => Construct(type, parameter => Make(parameter.ParameterType, parameter.Name!));

    /// <summary>With every member absent that may be.</summary>
    public static object Least(Type type) => Construct(
        type,
        parameter => MayBeNull(parameter) ? null : IsOurs(parameter.ParameterType) ? Least(parameter.ParameterType) : Make(parameter.ParameterType, "text"));

    public static IEnumerable<Type> EnumsIn(Type type) => Parameters(type)
        .Select(parameter => Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType)
        .SelectMany(member => member.IsEnum ? [member] : IsOurs(member) && member != type ? EnumsIn(member) : []);

    static object Make(Type type, string name)
    {
        var actual = Nullable.GetUnderlyingType(type) ?? type;
        return actual switch
        {
            _ when actual == typeof(string) => $"a {name}",
            _ when actual == typeof(int) => 7,
            _ when actual == typeof(long) => 8_000_000_000,
            _ when actual == typeof(double) => 2.5,
            _ when actual == typeof(decimal) => 12.75m,
            _ when actual == typeof(bool) => true,
            _ when actual == typeof(Guid) => Guid.Parse("0195a0b1-c2d3-7e4f-8a5b-0123456789ab"),
            _ when actual == typeof(DateTimeOffset) => new DateTimeOffset(2026, 3, 1, 12, 30, 15, 250, TimeSpan.Zero).AddTicks(1234),
            _ when actual == typeof(IReadOnlyList<Guid>) => new List<Guid> { Guid.Parse("0195a0b1-c2d3-7e4f-8a5b-0123456789ab"), Guid.Empty },
            _ when actual == typeof(DateOnly) => new DateOnly(2026, 3, 1),
            _ when actual == typeof(TimeOnly) => new TimeOnly(9, 30),
            _ when actual == typeof(IReadOnlyList<DayOfWeek>) => new List<DayOfWeek> { DayOfWeek.Monday, DayOfWeek.Sunday },
            _ when actual == typeof(IReadOnlyList<int>) => new List<int> { 7, 8 },
            _ when actual == typeof(IReadOnlyList<ImportedColumn>) => new List<ImportedColumn> { new("E-Mail", "email"), new("Ort", "ort") },
            _ when actual == typeof(IReadOnlyList<ColumnCount>) => new List<ColumnCount> { (ColumnCount)Of(typeof(ColumnCount)) },
            _ when actual == typeof(IReadOnlyList<UsedSegment>) => new List<UsedSegment> { (UsedSegment)Of(typeof(UsedSegment)) },
            _ when actual == typeof(IReadOnlyList<FormulaStep>) => new List<FormulaStep> { (FormulaStep)Of(typeof(FormulaStep)) },
            _ when actual == typeof(IReadOnlyList<QuotedOffer>) => new List<QuotedOffer> { (QuotedOffer)Of(typeof(QuotedOffer)) },
            _ when actual == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string> { ["address"] = "an address", ["offer_price"] = "311700" },
            // It holds others of its kind: one of each, for all would have no end.
            _ when actual == typeof(Condition) => new Condition(
                All: new List<Condition>
                {
                    new(Field: (FieldCondition)Of(typeof(FieldCondition))), new(Any: new List<Condition> { new(List: Guid.Empty) }), new(Not: new(Event: (EventCondition)Of(typeof(EventCondition)))),
                }),
            _ when actual == typeof(IReadOnlyList<string>) => new List<string> { $"a {name}", $"another {name}" },
            { IsEnum: true } => Enum.GetValues(actual).GetValue(Enum.GetValues(actual).Length - 1)!,
            _ when IsOurs(actual) => Of(actual),
            _ => throw new InvalidOperationException($"There is no sample of {actual}: say here what one looks like."),
        };
    }

    static object Construct(Type type, Func<ParameterInfo, object?> value)
    {
        var parameters = Parameters(type);
        type.GetProperties().Where(property => property.CanWrite).Select(property => property.Name)
            .ShouldBeSubsetOf(parameters.Select(parameter => parameter.Name!), $"{type.Name} has members that its sample does not fill");
        return Activator.CreateInstance(type, [.. parameters.Select(value)])!;
    }

    static ParameterInfo[] Parameters(Type type) => type.GetConstructors().Single().GetParameters();

    static bool IsOurs(Type type) => type is { IsClass: true } && type.Assembly == typeof(CampaignsModule).Assembly;

    static bool MayBeNull(ParameterInfo parameter) => new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
}
