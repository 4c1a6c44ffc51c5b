using System.Diagnostics.Metrics;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Engine.Projections;

/// <summary>
/// Keeps the async projections. Of all nodes one owns them at a time, by an advisory lock that ends with its connection, so another one
/// takes over when it dies. The checkpoint, checked in every commit, decides should two ever think they do.
/// </summary>
public sealed class ProjectionDaemon : BackgroundService
{
    /// <summary>What every commit that appends notifies.</summary>
    internal const string Topic = "events";

    /// <summary>How often a node looks by itself whether there is something to do, or the owner has gone.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>How soon to look again while a hole may still be filled: an append takes a few milliseconds.</summary>
    static readonly TimeSpan HeldWait = TimeSpan.FromMilliseconds(2);

    static readonly Meter Meter = new("Campaigns.Engine");
    static readonly Gauge<long> LagGauge = Meter.CreateGauge<long>("projection.lag", "{event}", "Positions that an async projection is behind");

    readonly EventStore store;
    readonly ILogger<ProjectionDaemon> log;
    readonly List<AsyncProjection> projections;
    readonly Signal wake = new();
    HighWater highWater;

    public ProjectionDaemon(EventStore store, ILogger<ProjectionDaemon> log)
    {
        this.store = store;
        this.log = log;
        projections = [.. store.Model.AsyncProjections.Select(registered => new AsyncProjection(store, registered.Projection, registered.Options))];
        highWater = new HighWater(store.Database);
    }

    /// <summary>Applies everything that is certain now, whoever owns the projections; for tests and tools.</summary>
    public async Task RunOnce(CancellationToken ct)
    {
        await highWater.Advance(ct);
        await CatchUp(ct);
    }

    public async Task<IReadOnlyList<ProjectionStatus>> Status(CancellationToken ct)
    {
        var mark = new HighWater(store.Database, await Start(ct));
        await mark.Advance(ct);
        var all = new List<ProjectionStatus>();
        foreach (var projection in projections)
        {
            var (position, stopped) = await projection.Read(ct);
            all.Add(new ProjectionStatus(projection.Name, position, mark.Position, stopped));
        }

        return all;
    }

    /// <summary>Lets a stopped projection try again.</summary>
    /// <returns>False when there is no async projection of that name.</returns>
    public async Task<bool> Resume(string name, CancellationToken ct)
    {
        if (projections.Find(projection => projection.Name == name) is not { } stopped)
        {
            return false;
        }

        await stopped.Resume(ct);
        store.Notifications.Publish([Topic]);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (projections.Count == 0)
        {
            return;
        }

        using var ring = store.Notifications.Subscribe(Topic, wake.Ring);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Own(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Log.DaemonInterrupted(log, error);
            }

            await Task.Delay(LongestWait, store.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task Own(CancellationToken ct)
    {
        await using var ownership = await store.Database.OpenConnectionAsync(ct);
        if (!await Scalar<bool>(ownership, "select pg_try_advisory_lock(hashtext('campaigns daemon'), hashtext(current_schema()))", ct))
        {
            return;
        }

        try
        {
            highWater = new HighWater(store.Database, await Start(ct));
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var bells = projections.ConvertAll(_ => new Signal());
            var work = projections.Zip(bells, (projection, bell) => Follow(projection, bell, ended.Token)).ToList();
            work.Add(Lead(ownership, bells, ended.Token));
            var first = await Task.WhenAny(work); // none ends but by an error, which ends all
            await ended.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await first;
        }
        finally
        {
            await Scalar<bool>(ownership, "select pg_advisory_unlock(hashtext('campaigns daemon'), hashtext(current_schema()))", CancellationToken.None);
        }
    }

    async Task Lead(NpgsqlConnection ownership, List<Signal> bells, CancellationToken ct)
    {
        while (true)
        {
            await highWater.Advance(ct);
            bells.ForEach(bell => bell.Ring());
            await wake.Wait(highWater.IsHeld ? HeldWait : LongestWait, store.Clock, ct);
            if (!highWater.IsHeld)
            {
                // Whether this node still owns them is the connection's word.
                await Scalar<int>(ownership, "select 1", ct);
            }
        }
    }

    // Each by itself: one that has a million events behind it, or waits for a lock, holds up no other.
    async Task Follow(AsyncProjection projection, Signal bell, CancellationToken ct)
    {
        while (true)
        {
            await bell.Wait(ct);
            await CatchUp(projection, ct);
        }
    }

    Task CatchUp(CancellationToken ct) => Task.WhenAll(projections.Select(projection => CatchUp(projection, ct)));

    async Task CatchUp(AsyncProjection projection, CancellationToken ct)
    {
        try
        {
            var arrived = await projection.CatchUp(highWater.Position, ct);
            LagGauge.Record(arrived ? 0 : highWater.Position - (await projection.Read(ct)).Position, new KeyValuePair<string, object?>("projection", projection.Name));
        }
        catch (CheckpointMovedException)
        {
            // A rebuild, or another owner, was there first: the next round goes on where it left off.
        }
        catch (Exception error) when (error is NpgsqlException { IsTransient: true })
        {
            Log.DaemonInterrupted(log, error);
        }
    }

    // Everything up to the slowest checkpoint was certain when it was applied.
    async Task<long> Start(CancellationToken ct)
    {
        var slowest = long.MaxValue;
        foreach (var projection in projections)
        {
            slowest = Math.Min(slowest, (await projection.Read(ct)).Position);
        }

        return slowest == long.MaxValue ? 0 : slowest;
    }

    static async Task<T> Scalar<T>(NpgsqlConnection connection, string text, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(text, connection);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }
}
