using System.Data;
using Campaigns.Storage.History;
using Campaigns.Storage.Rebuild;
using Marten;
using Npgsql;

namespace Campaigns.Storage.Doctor;

/// <summary>
/// Whether the rows of the projections are those that a replay of the events comes to. The replay catches up beside while the system
/// runs; the last events are applied, and the rows compared, in one snapshot of the database: appends neither wait nor disturb.
/// </summary>
sealed class ProjectionCheck(IDocumentStore store) : Check
{
    static readonly string CompareTable = Sql.Beside<ProjectionCheck>(nameof(CompareTable));

    public override string Name => "projections";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        var rows = 0L;
        var findings = new List<Finding>();
        foreach (var projection in InlineProjection.Of(store))
        {
            try
            {
                rows += await Compare(projection, findings, progress, ct);
            }
            catch (RebuildRefusedException refused)
            {
                findings.Add(Finding.Note($"{projection.Name}: not checked", refused.Message));
            }
            catch (Exception error) when (error is not OperationCanceledException && Says(error) is not { IsTransient: true } and not { SqlState: PostgresErrorCodes.InsufficientPrivilege })
            {
                findings.Add(Finding.Problem($"{projection.Name}: the events cannot be replayed", error.Message));
            }
        }

        return new Diagnosis(rows, "rows", findings);
    }

    static NpgsqlException? Says(Exception error) => error as NpgsqlException ?? error.InnerException as NpgsqlException;

    async Task<long> Compare(InlineProjection projection, List<Finding> findings, IProgress<string>? progress, CancellationToken ct)
    {
        await using var replay = await ProjectionReplay.Begin(
            store, projection, applied => progress?.Report($"projections: {projection.Name}, {applied:N0} events"), ct);
        var highWater = new HighWater(store.Database);
        await replay.CatchUp(
            async token =>
            {
                await highWater.Advance(token);
                return (highWater.Position, await replay.LastPosition(token));
            },
            ct);
        await using var transaction = await replay.Connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        // The rows in service are exactly those of the events that this snapshot shows.
        await replay.CatchUpTo(transaction, await replay.LastPosition(ct), ct);
        var rows = 0L;
        foreach (var table in projection.Tables)
        {
            rows += await Compare(replay, table, findings, ct);
        }

        return rows;
    }

    static async Task<long> Compare(ProjectionReplay replay, string table, List<Finding> findings, CancellationToken ct)
    {
        var compare = await replay.Connection.Ask<string>(CompareTable, ct, table, StorageSetup.Schema, replay.Beside);
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
}
