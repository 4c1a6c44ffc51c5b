using JasperFx.Events;
using Marten;
using Marten.Events.Aggregation;

namespace Campaigns.Storage;

/// <summary>The state of a kind of stream: a pure fold over its events, for decisions, tests and Marten alike.</summary>
public interface IStreamState<TSelf>
    where TSelf : class, IStreamState<TSelf>
{
    /// <summary>Of the stream. Marten keeps and finds states by it.</summary>
    Guid Id { get; init; }

    /// <summary>The state before the first event.</summary>
    static abstract TSelf Begin(Guid id);

    /// <summary>The state after an event; one that concerns it not changes nothing.</summary>
    TSelf Evolve(object fact);
}

/// <summary>The state of a stream and the version it is at; version 0 is a stream that does not exist.</summary>
public sealed record StreamState<TState>(Guid Id, TState State, long Version);

/// <summary>Hands Marten the fold of a state, in place of its conventions for methods.</summary>
public sealed class StateProjection<TState> : SingleStreamProjection<TState, Guid>
    where TState : class, IStreamState<TState>
{
    public override TState? Evolve(TState? snapshot, Guid id, IEvent e) => (snapshot ?? TState.Begin(id)).Evolve(e.Data);
}

/// <summary>Reads states by their streams.</summary>
public static class StreamReading
{
    /// <summary>The state as it is now; a missing stream has the initial state at version 0.</summary>
    public static async Task<StreamState<TState>> Load<TState>(this IDocumentStore store, string tenantId, Guid id, CancellationToken ct)
        where TState : class, IStreamState<TState>
    {
        await using var session = store.LightweightSession(tenantId);
        var stream = await session.Events.FetchForWriting<TState>(id, ct);
        return stream.Loaded();
    }

    /// <summary>The states of several streams that are kept as documents, in one query; missing ones have the initial state at version 0.</summary>
    public static async Task<IReadOnlyList<StreamState<TState>>> LoadMany<TState>(
        this IDocumentStore store, string tenantId, IReadOnlyCollection<Guid> ids, CancellationToken ct)
        where TState : class, IStreamState<TState>
    {
        await using var session = store.QuerySession(tenantId);
        var batch = session.CreateBatchQuery();
        var streams = ids.ToDictionary(id => id, id => batch.Events.FetchStreamState(id));
        var states = batch.LoadMany<TState>().ById([.. ids]);
        await batch.Execute(ct);
        var found = (await states).ToDictionary(state => state.Id);
        var loaded = new List<StreamState<TState>>(ids.Count);
        foreach (var (id, stream) in streams)
        {
            loaded.Add(new StreamState<TState>(id, found.GetValueOrDefault(id) ?? TState.Begin(id), (await stream)?.Version ?? 0));
        }

        return loaded;
    }

    /// <summary>The state as it was at a version, from the first event on; null where there was none then.</summary>
    public static async Task<TState?> LoadAt<TState>(this IDocumentStore store, string tenantId, Guid id, long version, CancellationToken ct)
        where TState : class, IStreamState<TState>
    {
        await using var session = store.QuerySession(tenantId);
        return await session.Events.AggregateStreamAsync<TState>(id, version, token: ct);
    }
}
