using System.Text.Json;
using Npgsql;

namespace Campaigns.Storage.History;

/// <summary>An event as it is stored, whether or not the program knows its type: for exports and for people who look.</summary>
/// <param name="UserName">Who asked for it; null for the system's own work.</param>
public sealed record StoredEvent(
    long Sequence, Guid Id, Guid StreamId, long Version, string Type, JsonElement Data, DateTimeOffset Timestamp, string TenantId,
    string? CorrelationId, string? CausationId, string? UserName, IReadOnlyDictionary<string, string>? Headers)
{
    internal static StoredEvent Read(NpgsqlDataReader reader)
    {
        using var data = JsonDocument.Parse(reader.GetString(4));
        return new StoredEvent(
            reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(5), data.RootElement.Clone(),
            reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7), reader.TextOrNull(8), reader.TextOrNull(9), reader.TextOrNull(10),
            reader.TextOrNull(11) is { } headers ? ReadHeaders(headers) : null);
    }

    // Headers may hold numbers or objects: they are read as their JSON. Marten writes an empty object where there are none.
    static Dictionary<string, string>? ReadHeaders(string json)
    {
        using var headers = JsonDocument.Parse(json);
        return headers.RootElement is { ValueKind: JsonValueKind.Object } named && named.EnumerateObject().Any()
            ? named.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.ToString(), StringComparer.Ordinal)
            : null;
    }
}
