using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Snapshots;

/// <summary>
/// Makes the stored states of a kind of stream anew from the events while the system runs: those that differ are written, those without
/// a stream go. Appends to a page of streams wait while the page is done.
/// </summary>
/// <remarks>
/// Who loaded a wrong state before it was made anew may append to it afterwards: the version is the expected one, and the state that it
/// writes follows from the wrong one. So there is pass after pass, until one finds nothing to change.
/// </remarks>
public sealed class SnapshotRebuild(EventStore store)
{
    static readonly string RenewSnapshots = Sql.Beside<SnapshotRebuild>(nameof(RenewSnapshots));
    static readonly string DeleteOrphans = Sql.Beside<SnapshotRebuild>(nameof(DeleteOrphans));

    /// <summary>The kinds of streams that keep snapshots.</summary>
    public IReadOnlyList<StreamType> Types => [.. store.Model.StreamTypes.Values.Where(type => type.Snapshot)];

    /// <param name="progress">Told the number of streams looked at, a page at a time.</param>
    /// <returns>The number of states that were written or removed.</returns>
    /// <exception cref="RebuildRefusedException">The same snapshots are being rebuilt already.</exception>
    public async Task<long> Run(StreamType type, IProgress<long>? progress, CancellationToken ct)
    {
        const string key = "hashtext('campaigns rebuild'), hashtext(current_schema() || ' snapshots ' || $1)";
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        if (!await connection.Ask<bool>($"select pg_try_advisory_lock({key})", ct, type.Alias))
        {
            throw new RebuildRefusedException($"The snapshots of {type.Alias} streams are being rebuilt already.");
        }

        try
        {
            var (changed, seen, found) = (0L, 0L, 0L);
            do
            {
                found = await Pass(type, connection, streams => progress?.Report(seen += streams), ct);
                changed += found;
            }
            while (found > 0);
            return changed;
        }
        finally
        {
            await connection.Ask<bool>($"select pg_advisory_unlock({key})", CancellationToken.None, type.Alias);
        }
    }

    async Task<long> Pass(StreamType type, NpgsqlConnection connection, Action<int> progress, CancellationToken ct)
    {
        long changed = await connection.Execute(EngineModel.ForDocument(DeleteOrphans, type.Alias), ct, type.Alias);
        var replay = new SnapshotReplay(store, type, connection);
        while (replay.HasMore)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var states = await replay.Next(locked: true, ct);
            if (states.Count > 0)
            {
                changed += await Renew(type, connection, states, ct);
            }

            await transaction.CommitAsync(ct);
            progress(states.Count);
        }

        return changed;
    }

    Task<int> Renew(StreamType type, NpgsqlConnection connection, List<ReplayedState> states, CancellationToken ct) => connection.Execute(
        EngineModel.ForDocument(RenewSnapshots, type.Alias), ct,
        StreamKey.Tenants(states.Select(state => state.Stream)),
        StreamKey.Ids(states.Select(state => state.Stream)),
        new NpgsqlParameter { Value = states.ConvertAll(state => state.Json).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
        states.ConvertAll(state => state.Version).ToArray(),
        type.State.FullName!,
        store.Clock.GetUtcNow());
}
