using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Events;

/// <summary>The state of a stream at a version, to be kept in the table of its kind.</summary>
sealed record Snapshot(Guid Id, object State, long Version)
{
    static readonly string SaveSnapshots = Sql.Beside<Snapshot>(nameof(SaveSnapshots));

    /// <summary>One statement for the snapshots of one kind of stream.</summary>
    public static NpgsqlBatchCommand Save(string tenantId, string alias, IReadOnlyList<Snapshot> snapshots, DateTimeOffset now) =>
        new(EngineModel.ForDocument(SaveSnapshots, alias))
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = snapshots.Select(snapshot => snapshot.Id).ToArray() },
                new()
                {
                    Value = snapshots.Select(snapshot => JsonSerializer.Serialize(snapshot.State, snapshot.State.GetType(), EventTypes.Json)).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
                },
                new() { Value = snapshots.Select(snapshot => snapshot.Version).ToArray() },
                new() { Value = snapshots[0].State.GetType().FullName! },
                new() { Value = now },
            },
        };
}
