using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Campaigns.Http;

/// <summary>What belongs into a place of a body, in words for whoever put something else there.</summary>
static partial class BodyKinds
{
    /// <param name="body">What the body is read as.</param>
    /// <param name="path">As a <see cref="JsonException"/> names it: <c>$.pace.batches.minSize</c>.</param>
    /// <returns>Null where the path leads nowhere.</returns>
    public static string? Find(Type body, string path, JsonSerializerOptions options) =>
        TypeAt(body, path, options) is { } type ? Describe(type, options) : null;

    /// <summary>The members that there are beside the one that a path ends with; none where it leads nowhere.</summary>
    public static IReadOnlyList<string> Beside(Type body, string path, JsonSerializerOptions options) =>
        Step().Matches(path) is [.., var last] && TypeAt(body, path[..last.Index], options) is { } type
            ? [.. options.GetTypeInfo(type).Properties.Select(property => property.Name)]
            : [];

    static Type? TypeAt(Type body, string path, JsonSerializerOptions options)
    {
        var type = body;
        foreach (Match step in Step().Matches(path))
        {
            if (options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type) is not { } info || Next(info, step.Groups["name"]) is not { } next)
            {
                return null;
            }

            type = next;
        }

        return Nullable.GetUnderlyingType(type) ?? type;
    }

    static Type? Next(JsonTypeInfo info, Group name) => info.Kind switch
    {
        JsonTypeInfoKind.Object => info.Properties.FirstOrDefault(property => property.Name.Equals(name.Value, StringComparison.OrdinalIgnoreCase))?.PropertyType,
        JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => info.ElementType,
        _ => null,
    };

    static string Describe(Type type, JsonSerializerOptions options) =>
        type.IsEnum ? $"one of: {string.Join(", ", ApiWords.Of(type))}"
        : type == typeof(string) ? "a text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type == typeof(Guid) ? "a UUID"
        : type == typeof(DateTimeOffset) ? ZonedTime.Described
        : type == typeof(TimeOnly) ? "a time of day, as 09:00"
        : options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Enumerable ? "a list"
        : "an object";

    [GeneratedRegex(@"\.(?<name>[^.\[]+)|\['(?<name>[^']*)'\]|\[\d+\]")]
    private static partial Regex Step();
}
