using System.Data;
using System.Text.Json;
using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Npgsql;

namespace Campaigns.Engine.Doctor;

/// <summary>
/// Whether the rows of the projections are those that a replay of the events comes to. The replay catches up beside while the system
/// runs; the last events are applied, and the rows compared, in one snapshot of the database: appends neither wait nor disturb.
/// </summary>
sealed class ProjectionCheck(EventStore store) : Check
{
    static readonly string CompareTable = Sql.Beside<ProjectionCheck>(nameof(CompareTable));
    static readonly string ReadSkipped = Sql.Beside<ProjectionCheck>(nameof(ReadSkipped));

    public override string Name => "projections";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        var rows = 0L;
        var findings = new List<Finding>();
        var inline = store.Model.Projections.Select(projection => (projection, IsInline: true));
        var later = store.Model.AsyncProjections.Select(registered => (registered.Projection, IsInline: false));
        foreach (var (projection, isInline) in inline.Concat(later))
        {
            try
            {
                rows += await Compare(projection, isInline, findings, progress, ct);
            }
            catch (RebuildRefusedException refused)
            {
                findings.Add(Finding.Note($"{projection.Name}: not checked", refused.Message));
            }
            catch (Exception error) when (error is JsonException or PostgresException { IsTransient: false, SqlState: not PostgresErrorCodes.InsufficientPrivilege })
            {
                findings.Add(Finding.Problem($"{projection.Name}: the events cannot be replayed", error.Message));
            }
        }

        return new Diagnosis(rows, "rows", findings);
    }

    async Task<long> Compare(Projection projection, bool isInline, List<Finding> findings, IProgress<string>? progress, CancellationToken ct)
    {
        await using var replay = await ProjectionReplay.Begin(
            store, projection, applied => progress?.Report($"projections: {projection.Name}, {applied:N0} events"), ct);
        var connection = replay.Connection;
        var highWater = new HighWater(store.Database);
        await replay.CatchUp(
            async token =>
            {
                if (!isInline)
                {
                    var checkpoint = await Checkpoint(replay, token); // what it has applied was certain
                    return (checkpoint, checkpoint);
                }

                await highWater.Advance(token);
                return (highWater.Position, await LastPosition(connection, token));
            },
            ct);

        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        // Inline rows are exactly those of the events that this snapshot shows; async ones those of the events up to its checkpoint.
        await replay.CatchUpTo(isInline ? await LastPosition(connection, ct) : await Checkpoint(replay, ct), ct);
        var rows = 0L;
        foreach (var table in projection.Tables)
        {
            rows += await Compare(replay, table, findings, ct);
        }

        return rows;
    }

    static async Task<long> Compare(ProjectionReplay replay, string table, List<Finding> findings, CancellationToken ct)
    {
        var compare = await replay.Connection.Ask<string>(CompareTable, ct, table, replay.Schema, replay.Beside);
        await using var command = replay.Connection.Command(compare);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (rows, wrong, missing) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        if (wrong > 0)
        {
            findings.Add(Finding.Problem($"{table}: {wrong} rows are not what the events come to", reader.GetFieldValue<string[]>(3)));
        }

        if (missing > 0)
        {
            findings.Add(Finding.Problem($"{table}: {missing} rows that the events come to are not there", reader.GetFieldValue<string[]>(4)));
        }

        return rows;
    }

    // What it was told to skip is not in its rows.
    static async Task<long> Checkpoint(ProjectionReplay replay, CancellationToken ct)
    {
        replay.PassOver.UnionWith(await replay.Connection.Ask<long[]>(ReadSkipped, ct, replay.Projection.Name));
        return await replay.Connection.Ask<long>(
            "select last_seq_id from mt_event_progression where name = $1", ct, AsyncProjection.Checkpoint(replay.Projection.Name));
    }

    static Task<long> LastPosition(NpgsqlConnection connection, CancellationToken ct) =>
        connection.Ask<long>("select coalesce(max(seq_id), 0) from mt_events", ct);
}
