using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Events;

/// <summary>Who and what caused an event; stored with it.</summary>
/// <param name="CorrelationId">One id for everything that follows from one request or webhook.</param>
/// <param name="CausationId">The message or request that directly caused it.</param>
/// <param name="UserName">The person or API key that asked for it; null for the system's own work.</param>
/// <param name="Headers">Whatever else an application wants to say of every event of a commit; null when there is nothing.</param>
public sealed record Metadata(
    string? CorrelationId = null, string? CausationId = null, string? UserName = null, IReadOnlyDictionary<string, string>? Headers = null)
{
    public static readonly Metadata None = new();

    /// <summary>The columns correlation_id, causation_id, user_name and headers, from <paramref name="first"/> on.</summary>
    internal static Metadata Read(NpgsqlDataReader reader, int first) =>
        new(
            Text(reader, first), Text(reader, first + 1), Text(reader, first + 2),
            reader.IsDBNull(first + 3) ? null : ReadHeaders(reader.GetString(first + 3)));

    internal string? HeadersJson() => Headers is { Count: > 0 } ? JsonSerializer.Serialize(Headers, EventTypes.Json) : null;

    /// <summary>The parameters of a statement that stores events: correlation, causation, user and headers.</summary>
    internal NpgsqlParameter[] Parameters() =>
    [
        Session.Text(CorrelationId), Session.Text(CausationId), Session.Text(UserName),
        new() { Value = (object?)HeadersJson() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb },
    ];

    // Another program on the same tables may keep numbers or objects in headers: they are read as their JSON.
    static Dictionary<string, string> ReadHeaders(string json)
    {
        using var headers = JsonDocument.Parse(json);
        return headers.RootElement.EnumerateObject().ToDictionary(header => header.Name, header => header.Value.ToString(), StringComparer.Ordinal);
    }

    static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
