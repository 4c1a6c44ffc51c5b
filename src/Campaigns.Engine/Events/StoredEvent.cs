using System.Text.Json;
using Npgsql;

namespace Campaigns.Engine.Events;

/// <summary>An event as it is stored, whether or not the program knows its type: for exports and for people who look.</summary>
/// <param name="UserName">Who asked for it; null for the system's own work.</param>
public sealed record StoredEvent(
    long Sequence, Guid Id, Guid StreamId, long Version, string Type, JsonElement Data, DateTimeOffset Timestamp, string TenantId,
    string? CorrelationId, string? CausationId, string? UserName, IReadOnlyDictionary<string, string>? Headers)
{
    internal static StoredEvent Read(NpgsqlDataReader reader)
    {
        using var data = JsonDocument.Parse(reader.GetString(4));
        var (correlation, causation, user, headers) = Metadata.Read(reader, 8);
        return new StoredEvent(
            reader.GetInt64(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt64(3), reader.GetString(5), data.RootElement.Clone(),
            reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7), correlation, causation, user, headers);
    }
}
