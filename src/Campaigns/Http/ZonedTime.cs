using System.Text.Json;
using System.Text.Json.Serialization;

namespace Campaigns.Http;

/// <summary>Takes a time with its zone only: one without would be read in the zone of whatever machine reads it.</summary>
sealed class ZonedTime : JsonConverter<DateTimeOffset>
{
    public const string Described = "a time with its zone, as 2027-01-31T09:00:00+01:00 or 2027-01-31T08:00:00Z";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) && HasZone(reader.GetString()!)
            ? time
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    static bool HasZone(string text) => text.IndexOf('T', StringComparison.Ordinal) is > 0 and var day && text.AsSpan(day).ContainsAny('Z', '+', '-');
}
