using System.Text.Json;
using Npgsql;

namespace Campaigns.Engine.Messages;

public enum MessageState
{
    /// <summary>Due now or later, and in nobody's hands.</summary>
    Waiting,

    /// <summary>In the hands of a node, as far as its lease goes.</summary>
    Claimed,

    /// <summary>Given up, with the reason, until somebody replays it.</summary>
    Dead,

    /// <summary>Done; remembered because its sender chose the id.</summary>
    Handled,
}

/// <summary>A message as it is stored, for people who look.</summary>
/// <param name="Due">When it is, or was, to be handled.</param>
/// <param name="Attempts">Begun so far.</param>
/// <param name="Error">Why the last attempt failed; null when none has.</param>
public sealed record StoredMessage(
    Guid Id, MessageState State, string Queue, string Kind, Priority Priority, string TenantId, DateTimeOffset SentAt, DateTimeOffset? Due, int Attempts,
    string? Error, DateTimeOffset? DeadAt, DateTimeOffset? HandledAt, string? CorrelationId, string? CausationId, JsonElement Body)
{
    internal static StoredMessage Read(NpgsqlDataReader reader)
    {
        T? Value<T>(int column) where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

        using var body = JsonDocument.Parse(reader.GetString(14));
        return new StoredMessage(
            reader.GetGuid(0), Enum.Parse<MessageState>(reader.GetString(1)), reader.GetString(2), reader.GetString(3), (Priority)reader.GetInt16(4),
            reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6), Value<DateTimeOffset>(7), reader.GetInt32(8), Text(9), Value<DateTimeOffset>(10),
            Value<DateTimeOffset>(11), Text(12), Text(13), body.RootElement.Clone());
    }
}

/// <summary>Which messages; what is null does not narrow.</summary>
public sealed record MessageFilter(
    string? TenantId = null, MessageState? State = null, string? Queue = null, string? Kind = null, IReadOnlyCollection<Guid>? Ids = null);
