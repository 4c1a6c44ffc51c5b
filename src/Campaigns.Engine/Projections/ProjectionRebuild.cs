using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Projections;

/// <summary>Throws the rows of a projection away and makes them anew from the events, in one transaction.</summary>
public sealed class ProjectionRebuild(EventStore store)
{
    const int PageSize = 5000;

    static readonly string ReadAll = Sql.Beside<EventStore>("ReadAll");

    public IReadOnlyList<Projection> Projections => store.Model.Projections;

    /// <summary>
    /// Appends wait until it has ended, readers see the old rows until then; a crash in the middle leaves the old rows.
    /// </summary>
    /// <param name="progress">Told the number of events applied so far, a page at a time.</param>
    /// <returns>The number of events applied.</returns>
    public async Task<long> Run(Projection projection, IProgress<long>? progress, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Appends take a lock that conflicts with this one: none is under way now, none begins before the end.
        await Run(connection, "lock table mt_events in share row exclusive mode", ct);
        foreach (var table in projection.Tables)
        {
            await Run(connection, $"delete from {table}", ct);
        }

        var types = projection.Facts.Select(fact => store.Model.EventTypes.Of(fact).Name).ToArray();
        long position = 0, applied = 0;
        for (var page = new List<Event>(PageSize); ;)
        {
            page.Clear();
            await ReadPage(connection, position, types, page, ct);
            if (page.Count == 0)
            {
                break;
            }

            await Apply(connection, projection, page, ct);
            position = page[^1].Sequence;
            applied += page.Count;
            progress?.Report(applied);
        }

        await transaction.CommitAsync(ct);
        return applied;
    }

    async Task ReadPage(NpgsqlConnection connection, long position, string[] types, List<Event> page, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(ReadAll, connection)
        {
            Parameters = { new() { Value = position }, new() { Value = types }, new() { Value = PageSize } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            page.Add(store.Read(reader));
        }
    }

    static async Task Apply(NpgsqlConnection connection, Projection projection, List<Event> page, CancellationToken ct)
    {
        var sql = new SqlQueue();
        projection.Apply(page, sql);
        if (sql.Commands.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in sql.Commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(ct);
    }

    static async Task Run(NpgsqlConnection connection, string text, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
