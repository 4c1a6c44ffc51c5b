using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>On a member of an enumeration that nobody is shown and nobody can ask for.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class InternalWordAttribute : Attribute;

/// <summary>The words of enumerations, as JSON and queries write them, and read them in any letter case.</summary>
static class ApiWords
{
    static readonly ConcurrentDictionary<Type, (string Word, object Value)[]> All = new();

    /// <summary>Those of an enumeration that a caller may use.</summary>
    public static IEnumerable<string> Of(Type enumeration) => Read(enumeration).Select(each => each.Word);

    /// <summary>The framework's own parsers would take numbers, and lists: <c>read, admin</c> for admin.</summary>
    public static bool TryParse<T>(string? text, out T value)
        where T : struct, Enum
    {
        var found = Array.Find(Read(typeof(T)), each => each.Word.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = found.Value is T known ? known : default;
        return found.Value is not null;
    }

    static (string Word, object Value)[] Read(Type enumeration) => All.GetOrAdd(enumeration, static type =>
    [
        .. from member in type.GetFields(BindingFlags.Public | BindingFlags.Static)
           where member.GetCustomAttribute<InternalWordAttribute>() is null
           select (JsonNamingPolicy.CamelCase.ConvertName(member.Name), member.GetValue(null)!),
    ]);
}

/// <summary>One of the words of an enumeration in a query string; another word is refused with the list of them.</summary>
public readonly record struct Word<T>(T Value)
    where T : struct, Enum
{
    public static bool TryParse(string? text, IFormatProvider? provider, out Word<T> word)
    {
        word = default;
        if (text is null)
        {
            return false; // it is not asked for
        }

        if (!ApiWords.TryParse<T>(text, out var value))
        {
            throw new BadHttpRequestException($"'{text}' is none of: {string.Join(", ", ApiWords.Of(typeof(T)))}.");
        }

        word = new Word<T>(value);
        return true;
    }
}

/// <summary>One of the words of an enumeration in JSON.</summary>
sealed class WordConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    sealed class Of<T> : JsonConverter<T>
        where T : struct, Enum
    {
        // Without a message of its own the serializer says what it could not convert, and where.
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && ApiWords.TryParse<T>(reader.GetString(), out var value) ? value : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));
    }
}
