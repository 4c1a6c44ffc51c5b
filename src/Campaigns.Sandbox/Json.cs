using System.Text;
using System.Text.Json;

namespace Campaigns.Sandbox;

/// <summary>Reading JSON that may have any shape.</summary>
static class Json
{
    /// <summary>The property, or an undefined element where it is missing or null.</summary>
    public static JsonElement Get(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind is not JsonValueKind.Null
            ? value
            : default;

    public static bool Exists(this JsonElement element) => element.ValueKind is not JsonValueKind.Undefined;

    public static string? Text(this JsonElement element) =>
        element.ValueKind is JsonValueKind.String ? element.GetString() : null;

    /// <summary>Whether it is a string of at least one character; says so without making the string.</summary>
    public static bool HasText(this JsonElement element) =>
        element.ValueKind is JsonValueKind.String && !element.ValueEquals("");

    public static bool IsTrue(this JsonElement element) => element.ValueKind is JsonValueKind.True;

    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind is JsonValueKind.Array ? element.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Properties(this JsonElement element) =>
        element.ValueKind is JsonValueKind.Object ? element.EnumerateObject() : [];

    /// <summary>The document, or null where the bytes are not one that can be read to the last string.</summary>
    public static JsonDocument? Parse(byte[] utf8)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8);

            // Half a surrogate pair passes the parser and throws later, wherever its string is first read.
            if (utf8.AsSpan().IndexOf(@"\ud"u8) >= 0 || utf8.AsSpan().IndexOf(@"\uD"u8) >= 0)
            {
                ReadAll(document.RootElement);
            }

            return document;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            document?.Dispose();
            return null;
        }
    }

    public static int Bytes(this string text) => Encoding.UTF8.GetByteCount(text);

    static void ReadAll(JsonElement element)
    {
        element.Text();
        foreach (var item in element.Items())
        {
            ReadAll(item);
        }

        foreach (var property in element.Properties())
        {
            _ = property.Name;
            ReadAll(property.Value);
        }
    }
}
