using System.Text;
using JasperFx.Events;
using Marten;
using Marten.Events;
using Marten.Events.Archiving;
using Marten.Services;
using Npgsql;

namespace Campaigns.Storage.Rebuild;

/// <summary>
/// An inline projection applied anew, from the first event on, to tables like its own in a schema beside that is found first. Nobody else looks at
/// these tables, and the ones in service stay as they are.
/// </summary>
sealed class ProjectionReplay : IAsyncDisposable
{
    const int PageSize = 5000;

    /// <summary>Events that may be left for the last transaction.</summary>
    const int FewEnough = 2000;

    /// <summary>Bytes of a name that PostgreSQL tells apart.</summary>
    const int LongestName = 63;

    /// <summary>How soon to look again while nothing more is certain.</summary>
    static readonly TimeSpan HeldWait = TimeSpan.FromMilliseconds(20);

    static readonly string CopyTable = Sql.Beside<ProjectionReplay>(nameof(CopyTable));
    static readonly string RenameIndexes = Sql.Beside<ProjectionReplay>(nameof(RenameIndexes));

    readonly IDocumentStore store;
    readonly NpgsqlConnection connection;
    readonly Action<long>? progress;
    readonly Type[] facts;
    long position;

    ProjectionReplay(IDocumentStore store, InlineProjection projection, NpgsqlConnection connection, Action<long>? progress)
    {
        this.store = store;
        this.connection = connection;
        this.progress = progress;
        facts = [.. projection.Facts];
        Projection = projection;
        Beside = $"{StorageSetup.Schema}_rebuild_{projection.Name}";
    }

    public InlineProjection Projection { get; }

    /// <summary>The schema of the tables that are filled here.</summary>
    public string Beside { get; }

    public NpgsqlConnection Connection => connection;

    /// <summary>Events applied so far.</summary>
    public long Applied { get; private set; }

    /// <param name="progress">Told the number of events applied, a page at a time.</param>
    /// <exception cref="RebuildRefusedException">
    /// The same projection is being replayed already, or the name of the schema beside is too long.
    /// </exception>
    public static async Task<ProjectionReplay> Begin(IDocumentStore store, InlineProjection projection, Action<long>? progress, CancellationToken ct)
    {
        var connection = await store.Database.OpenConnectionAsync(ct);
        try
        {
            var replay = new ProjectionReplay(store, projection, connection, progress);
            if (Encoding.UTF8.GetByteCount(replay.Beside) > LongestName)
            {
                // Cut off it might be the name of another schema, and of this one too: what has it is dropped.
                throw new RebuildRefusedException($"The name {replay.Beside} is too long for a schema: PostgreSQL takes {LongestName} bytes.");
            }

            if (!await connection.Ask<bool>($"select pg_try_advisory_lock({replay.LockKey})", ct))
            {
                throw new RebuildRefusedException($"The projection {projection.Name} is being rebuilt or checked already.");
            }

            try
            {
                await replay.Prepare(ct);
                return replay;
            }
            catch
            {
                await replay.CleanUp();
                throw;
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Applies what is certain, a page a transaction, until what is left is little enough for one last transaction.</summary>
    /// <param name="ahead">How far it is certain at this moment, and where the last transaction will have to go.</param>
    public async Task CatchUp(Func<CancellationToken, Task<(long Certain, long Last)>> ahead, CancellationToken ct)
    {
        for (var (certain, last) = await ahead(ct); last - position > FewEnough; (certain, last) = await ahead(ct))
        {
            if (position >= certain)
            {
                await Task.Delay(HeldWait, ct); // a long append may still fill a hole
            }

            while (position < certain)
            {
                await using var transaction = await connection.BeginTransactionAsync(ct);
                await LookBeside(ct);
                await Page(transaction, certain, ct);
                await transaction.CommitAsync(ct);
            }
        }
    }

    /// <summary>Applies all that is visible up to a position, in the transaction that the connection is in.</summary>
    public async Task CatchUpTo(NpgsqlTransaction transaction, long last, CancellationToken ct)
    {
        await LookBeside(ct);
        while (position < last)
        {
            await Page(transaction, last, ct);
        }
    }

    public Task<long> LastPosition(CancellationToken ct) => connection.Ask<long>("select coalesce(max(seq_id), 0) from mt_events", ct);

    public async ValueTask DisposeAsync()
    {
        await CleanUp();
        await connection.DisposeAsync();
    }

    string LockKey => $"hashtext('campaigns rebuild'), hashtext('{Beside}')";

    async Task Prepare(CancellationToken ct)
    {
        await connection.Execute($"drop schema if exists \"{Beside}\" cascade", ct); // what a crashed one left
        await connection.Execute($"create schema \"{Beside}\"", ct);
        foreach (var table in Projection.Tables)
        {
            await connection.Execute(await connection.Ask<string>(CopyTable, ct, table, Beside), ct);
            if (await connection.Ask<string?>(RenameIndexes, ct, table, Beside) is { } renames)
            {
                await connection.Execute(renames, ct);
            }
        }
    }

    async Task CleanUp()
    {
        if (connection.FullState == System.Data.ConnectionState.Open) // else the lock is gone with it, and the next one drops the schema
        {
            await connection.Execute($"drop schema if exists \"{Beside}\" cascade", CancellationToken.None);
            await connection.Ask<bool>($"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    /// <summary>Statements of this transaction find the tables beside before those in service.</summary>
    async Task LookBeside(CancellationToken ct) => await connection.Execute($"set local search_path = \"{Beside}\", \"{StorageSetup.Schema}\"", ct);

    async Task Page(NpgsqlTransaction transaction, long upTo, CancellationToken ct)
    {
        var options = SessionOptions.ForTransaction(transaction);
        options.Timeout = 0; // as long as it takes
        await using var session = store.LightweightSession(options);
        var after = position;
        var page = await session.Events.QueryAllRawEvents()
            .Where(@event => @event.AnyTenant() && @event.MaybeArchived() && @event.EventTypesAre(facts) && @event.Sequence > after && @event.Sequence <= upTo)
            .OrderBy(@event => @event.Sequence)
            .Take(PageSize)
            .ToListAsync(ct);
        position = page.Count < PageSize ? upTo : page[^1].Sequence;
        if (page.Count > 0)
        {
            await Projection.ApplyAsync(session, page, ct);
            await session.SaveChangesAsync(ct); // into the transaction, which stays open
        }

        Applied += page.Count;
        progress?.Invoke(Applied);
    }
}
