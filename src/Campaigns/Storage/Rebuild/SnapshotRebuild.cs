using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Storage.Rebuild;

/// <summary>
/// Makes the stored states of a kind of stream anew from the events while the system runs: those that differ are written, those without
/// a stream go. Appends to a page of streams wait while the page is done.
/// </summary>
/// <remarks>
/// Who loaded a wrong state before it was made anew may append to it afterwards: the version is the expected one, and the state that it
/// writes follows from the wrong one. So there is pass after pass, until one finds nothing to change.
/// </remarks>
public sealed class SnapshotRebuild(IDocumentStore store, ModuleBuilder module)
{
    static readonly string RenewSnapshots = Sql.Beside<SnapshotRebuild>(nameof(RenewSnapshots));
    static readonly string DeleteOrphans = Sql.Beside<SnapshotRebuild>(nameof(DeleteOrphans));
    static readonly string FindKinds = Sql.Beside<SnapshotRebuild>(nameof(FindKinds));
    static readonly string LockStreams = Sql.Beside<SnapshotRebuild>(nameof(LockStreams));

    /// <summary>The kinds of streams that keep snapshots.</summary>
    public IReadOnlyList<StreamKind> Kinds => [.. module.Streams.Where(kind => kind.Kept)];

    /// <param name="progress">Told the number of streams looked at, a page at a time.</param>
    /// <returns>The number of states that were written or removed.</returns>
    /// <exception cref="RebuildRefusedException">The same snapshots are being rebuilt already.</exception>
    public async Task<long> Run(StreamKind kind, IProgress<long>? progress, CancellationToken ct)
    {
        const string key = "hashtext('campaigns rebuild'), hashtext(current_schema() || ' snapshots ' || $1)";
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        if (!await connection.Ask<bool>($"select pg_try_advisory_lock({key})", ct, kind.Alias))
        {
            throw new RebuildRefusedException($"The snapshots of {kind.Alias} streams are being rebuilt already.");
        }

        try
        {
            var (changed, seen, found) = (0L, 0L, 0L);
            do
            {
                found = await Pass(kind, connection, streams => progress?.Report(seen += streams), ct);
                changed += found;
            }
            while (found > 0);
            return changed;
        }
        finally
        {
            await connection.Ask<bool>($"select pg_advisory_unlock({key})", CancellationToken.None, kind.Alias);
        }
    }

    /// <summary>The same for some streams of an organisation, whatever their kinds: those that keep no states cost one look.</summary>
    public async Task Renew(string tenantId, IReadOnlyCollection<Guid> streams, CancellationToken ct)
    {
        var (ids, kept) = (streams.ToArray(), Kinds.Select(kind => kind.Alias).ToArray());
        foreach (var alias in await store.Database.Query(FindKinds, reader => reader.GetString(0), ct, tenantId, ids, kept))
        {
            await using var connection = await store.Database.OpenConnectionAsync(ct);
            while (await Renew(Kinds.Single(kind => kind.Alias == alias), connection, tenantId, ids, ct) > 0)
            {
            }
        }
    }

    async Task<int> Renew(StreamKind kind, NpgsqlConnection connection, string tenantId, Guid[] streams, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Execute(LockStreams, ct, tenantId, streams, kind.Alias);
        var states = await new SnapshotReplay(store, kind, connection).States(transaction, tenantId, streams, ct);
        var changed = await Renew(kind, connection, states, ct);
        await transaction.CommitAsync(ct);
        return changed;
    }

    async Task<long> Pass(StreamKind kind, NpgsqlConnection connection, Action<int> progress, CancellationToken ct)
    {
        long changed = await connection.Execute(SnapshotReplay.ForDocument(DeleteOrphans, kind), ct, kind.Alias);
        var replay = new SnapshotReplay(store, kind, connection);
        while (replay.HasMore)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var states = await replay.Next(transaction, locked: true, ct);
            if (states.Count > 0)
            {
                changed += await Renew(kind, connection, states, ct);
            }

            await transaction.CommitAsync(ct);
            progress(states.Count);
        }

        return changed;
    }

    Task<int> Renew(StreamKind kind, NpgsqlConnection connection, List<ReplayedState> states, CancellationToken ct) => connection.Execute(
        SnapshotReplay.ForDocument(RenewSnapshots, kind), ct,
        StreamKey.Tenants(states.Select(state => state.Stream)),
        StreamKey.Ids(states.Select(state => state.Stream)),
        new NpgsqlParameter { Value = states.ConvertAll(state => state.Json).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
        states.ConvertAll(state => state.Version).ToArray(),
        kind.State.FullName!,
        store.Clock.GetUtcNow());
}
