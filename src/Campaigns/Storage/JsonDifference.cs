using System.Text.Json;

namespace Campaigns.Storage;

/// <summary>A place where two JSON values differ: by value, not by text. Arrays are one value.</summary>
/// <param name="Path">Names of members with dots between; empty where the values themselves differ.</param>
/// <param name="Was">Null where there was no such member.</param>
/// <param name="Now">Null where there is no such member any more.</param>
public sealed record JsonDifference(string Path, JsonElement? Was, JsonElement? Now)
{
    public static IEnumerable<JsonDifference> Between(JsonElement was, JsonElement now) => Between("", was, now);

    static IEnumerable<JsonDifference> Between(string path, JsonElement? was, JsonElement? now)
    {
        if (was is { ValueKind: JsonValueKind.Object } before && now is { ValueKind: JsonValueKind.Object } after)
        {
            var names = before.EnumerateObject().Concat(after.EnumerateObject()).Select(member => member.Name).Distinct(StringComparer.Ordinal);
            return names.SelectMany(name => Between(path.Length == 0 ? name : $"{path}.{name}", Member(before, name), Member(after, name)));
        }

        return was is { } one && now is { } other && JsonElement.DeepEquals(one, other) ? [] : [new JsonDifference(path, was, now)];
    }

    static JsonElement? Member(JsonElement element, string name) => element.TryGetProperty(name, out var member) ? member : null;
}
