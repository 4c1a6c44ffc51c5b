using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Projections;

/// <summary>
/// Makes the rows of a projection anew from the events while the system runs: in tables beside the old ones, in a schema of their own
/// that is found first, and put in their place in one transaction once they have caught up. Appends wait only for that last moment. A
/// crash before it leaves the old rows serving.
/// </summary>
public sealed class ProjectionRebuild(EventStore store)
{
    const int PageSize = 5000;

    /// <summary>Events that may be left for the last transaction, in which appends wait.</summary>
    const int FewEnough = 2000;

    static readonly string CopyTable = Sql.Beside<ProjectionRebuild>(nameof(CopyTable));

    /// <summary>All projections, inline and async.</summary>
    public IReadOnlyList<Projection> Projections => [.. store.Model.Projections, .. store.Model.AsyncProjections.Select(registered => registered.Projection)];

    /// <param name="progress">Told the number of events applied so far, a page at a time.</param>
    /// <returns>The number of events applied.</returns>
    /// <exception cref="InvalidOperationException">The same projection is being rebuilt already.</exception>
    public async Task<long> Run(Projection projection, IProgress<long>? progress, CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        var schema = (string)(await Scalar(connection, "select current_schema()", ct))!;
        var beside = $"{schema}_rebuild_{projection.Name}";
        if (!(bool)(await Scalar(connection, $"select pg_try_advisory_lock(hashtext('campaigns rebuild'), hashtext('{beside}'))", ct))!)
        {
            throw new InvalidOperationException($"The projection {projection.Name} is being rebuilt already.");
        }

        try
        {
            await Prepare(connection, projection, beside, ct);
            var work = new Work(store, connection, projection, schema, beside, progress);
            await work.CatchUp(ct);
            await work.Swap(ct);
            return work.Applied;
        }
        finally
        {
            await Execute(connection, $"drop schema if exists \"{beside}\" cascade", CancellationToken.None);
            await Scalar(connection, $"select pg_advisory_unlock(hashtext('campaigns rebuild'), hashtext('{beside}'))", CancellationToken.None);
        }
    }

    static async Task Prepare(NpgsqlConnection connection, Projection projection, string beside, CancellationToken ct)
    {
        await Execute(connection, $"drop schema if exists \"{beside}\" cascade", ct); // what a crashed rebuild left
        await Execute(connection, $"create schema \"{beside}\"", ct);
        foreach (var table in projection.Tables)
        {
            await using var copy = new NpgsqlCommand(CopyTable, connection) { Parameters = { new() { Value = table }, new() { Value = beside } } };
            await Execute(connection, (string)(await copy.ExecuteScalarAsync(ct))!, ct);
        }
    }

    sealed class Work(EventStore store, NpgsqlConnection connection, Projection projection, string schema, string beside, IProgress<long>? progress)
    {
        readonly ProjectionPages pages = new(store, projection);
        readonly HighWater highWater = new(store.Database);
        long position;

        public long Applied { get; private set; }

        public async Task CatchUp(CancellationToken ct)
        {
            do
            {
                await highWater.Advance(ct);
                for (var behind = position; position < highWater.Position; behind = position)
                {
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    await Execute(connection, $"set local search_path = \"{beside}\", \"{schema}\"", ct);
                    await Page(behind, highWater.Position, ct);
                    await transaction.CommitAsync(ct);
                }
            }
            while (await Remaining(ct) > FewEnough);
        }

        public async Task Swap(CancellationToken ct)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            // No append is under way once this is held, and none begins: everything that was committed is visible, holes are dead.
            await Execute(connection, "lock table mt_events in share row exclusive mode", ct);
            var last = (long)(await Scalar(connection, "select coalesce(max(seq_id), 0) from mt_events", ct))!;
            await Execute(connection, $"set local search_path = \"{beside}\", \"{schema}\"", ct);
            while (position < last)
            {
                await Page(position, last, ct);
            }

            foreach (var table in projection.Tables)
            {
                await Execute(connection, $"drop table \"{schema}\".{table}", ct);
                await Execute(connection, $"alter table \"{beside}\".{table} set schema \"{schema}\"", ct);
            }

            await Execute(connection, $"update mt_event_progression set last_seq_id = {last} where name = '{AsyncProjection.Checkpoint(projection.Name)}'", ct);
            await Execute(connection, $"delete from stopped_projections where name = '{projection.Name}'", ct);
            await transaction.CommitAsync(ct);
        }

        async Task Page(long after, long upTo, CancellationToken ct)
        {
            var page = await pages.Read(after, upTo, PageSize, connection, ct);
            if (page.Count > 0)
            {
                await using var batch = new NpgsqlBatch(connection);
                pages.Apply(page, batch);
                if (batch.BatchCommands.Count > 0)
                {
                    await batch.ExecuteNonQueryAsync(ct);
                }
            }

            position = page.Count < PageSize ? upTo : page[^1].Sequence;
            Applied += page.Count;
            progress?.Report(Applied);
        }

        async Task<long> Remaining(CancellationToken ct) =>
            (long)(await Scalar(connection, "select coalesce(max(seq_id), 0) from mt_events", ct))! - position;
    }

    // Texts are made of names of the program's own: of its schema, its projections and their tables.
    static async Task Execute(NpgsqlConnection connection, string text, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }

    static async Task<object?> Scalar(NpgsqlConnection connection, string text, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync(ct);
    }
}
