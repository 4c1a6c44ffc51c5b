using System.Runtime.CompilerServices;
using System.Text.Json;
using Campaigns.Engine.Messages;
using Npgsql;

namespace Campaigns.Engine.Events;

/// <summary>Streams of events in Marten's tables: sessions to append, states and events to read.</summary>
public sealed class EventStore(NpgsqlDataSource database, EngineModel model, Notifications notifications, TimeProvider clock)
{
    /// <summary>Marten's name for what belongs to no tenant.</summary>
    public const string DefaultTenant = "*DEFAULT*";

    /// <summary>How often something is done anew when others keep being faster.</summary>
    const int AttemptsInRace = 100;

    /// <summary>The longest pause before that, in milliseconds: long enough to let the others through, too short to notice.</summary>
    const int LongestPause = 20;

    /// <summary>Events read from the server at a time where all are read: flat memory however many there are.</summary>
    const int PageSize = 5000;

    /// <summary>PostgreSQL's <c>infinity</c>.</summary>
    static readonly DateTime Forever = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    static readonly string ReadStreamSql = Sql.Beside<EventStore>("ReadStream");
    static readonly string ReadSnapshotSql = Sql.Beside<EventStore>("ReadSnapshot");
    static readonly string ReadSnapshotsSql = Sql.Beside<EventStore>("ReadSnapshots");

    /// <summary>For queries over projections and plain tables.</summary>
    public NpgsqlDataSource Database => database;

    public TimeProvider Clock => clock;

    /// <summary>
    /// The time in the microseconds that PostgreSQL keeps: an inline projection sees an event with the time that a rebuild will read.
    /// </summary>
    internal DateTimeOffset Now
    {
        get
        {
            var now = clock.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    internal EngineModel Model => model;

    internal Notifications Notifications => notifications;

    /// <summary>Begins a commit for one tenant.</summary>
    public Session OpenSession(string tenantId, Metadata? metadata = null) => new(this, tenantId, metadata ?? Metadata.None, null);

    /// <summary>
    /// Begins any number of streams of a kind in one transaction, with only a page of them in memory: for imports and migrations. Inline
    /// projections and snapshots are kept as by any append. Until it ends, async projections wait before its events, and other commits for
    /// the rows of projections that it has changed.
    /// </summary>
    /// <returns>The number of streams.</returns>
    /// <exception cref="ConcurrencyException">A stream exists, or was given twice: nothing has changed.</exception>
    /// <exception cref="ArgumentException">A stream has no fact to begin with: nothing has changed.</exception>
    public Task<long> BulkStart<TState>(string tenantId, IAsyncEnumerable<NewStream> streams, Metadata? metadata, CancellationToken ct)
        where TState : class =>
        new BulkStart(this, model.StreamType<TState>(), tenantId, metadata ?? Metadata.None).Run(streams, ct);

    /// <summary>The state of a stream as it is now, with its version to append to. A missing stream has the initial state at version 0.</summary>
    public async Task<StreamState<TState>> Load<TState>(string tenantId, Guid id, CancellationToken ct)
        where TState : class
    {
        var type = model.StreamType<TState>();
        var start = new StreamState<TState>(id, type.Initial, 0);
        if (type.Snapshot)
        {
            start = await ReadSnapshot(type, tenantId, id, ct) ?? start;
        }

        return await Replay(type, tenantId, start, long.MaxValue, DateTimeOffset.MaxValue, ct);
    }

    /// <summary>The states of several streams that keep snapshots, in one query; missing ones have the initial state at version 0.</summary>
    public async Task<IReadOnlyList<StreamState<TState>>> LoadMany<TState>(string tenantId, IReadOnlyCollection<Guid> ids, CancellationToken ct)
        where TState : class
    {
        var type = model.StreamType<TState>();
        var states = ids.ToDictionary(id => id, Initial<TState>);
        var behind = new List<StreamState<TState>>();
        await using (var command = database.CreateCommand(EngineModel.ForDocument(ReadSnapshotsSql, type.Alias)))
        {
            command.Parameters.Add(new() { Value = tenantId });
            command.Parameters.Add(new() { Value = ids.ToArray() });
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var state = reader.IsDBNull(1)
                    ? Initial<TState>(reader.GetGuid(0))
                    : new StreamState<TState>(reader.GetGuid(0), JsonSerializer.Deserialize<TState>(reader.GetString(1), EventTypes.Json)!, reader.GetInt64(2));
                states[state.Id] = state;
                if (reader.GetInt64(3) > state.Version)
                {
                    behind.Add(state);
                }
            }
        }

        foreach (var snapshot in behind) // another program has appended: rare, and its events are few
        {
            states[snapshot.Id] = await Replay(type, tenantId, snapshot, long.MaxValue, DateTimeOffset.MaxValue, ct);
        }

        return [.. states.Values];
    }

    /// <summary>The state as it was at a version, replayed from the first event.</summary>
    public Task<StreamState<TState>> LoadAt<TState>(string tenantId, Guid id, long version, CancellationToken ct)
        where TState : class =>
        Replay(model.StreamType<TState>(), tenantId, Initial<TState>(id), version, DateTimeOffset.MaxValue, ct);

    /// <summary>The state as it was at a moment, replayed from the first event.</summary>
    public Task<StreamState<TState>> LoadAt<TState>(string tenantId, Guid id, DateTimeOffset moment, CancellationToken ct)
        where TState : class =>
        Replay(model.StreamType<TState>(), tenantId, Initial<TState>(id), long.MaxValue, moment, ct);

    /// <summary>Loads, decides, commits; decides again on the new state when somebody else was faster.</summary>
    /// <param name="open">Begins the commit; called again for each attempt.</param>
    /// <param name="decide">Pure: may run more than once.</param>
    /// <exception cref="ConcurrencyException">The stream never stood still.</exception>
    public Task<Decided<TState>> Decide<TState>(
        Func<Session> open, Guid id, Func<StreamState<TState>, DateTimeOffset, Outcome> decide, CancellationToken ct)
        where TState : class =>
        InRace(async () =>
        {
            var session = open();
            var loaded = await Load<TState>(session.TenantId, id, ct);
            var outcome = decide(loaded, session.Now);
            if (outcome.Refusal is { } refusal)
            {
                return new Decided<TState>(loaded, [], refusal);
            }

            var after = session.Append(loaded, [.. outcome.Events]);
            foreach (var (message, due, priority) in outcome.Messages)
            {
                session.Send(message, due, priority: priority);
            }

            await session.Commit(ct);
            return new Decided<TState>(after, outcome.Events, null);
        }, ct);

    /// <summary>Does what ends in a commit, and does it again from its first reading on when somebody else was faster.</summary>
    /// <param name="attempt">May run more than once, each time with a session of its own.</param>
    /// <exception cref="ConcurrencyException">Others always were.</exception>
    public static async Task<T> InRace<T>(Func<Task<T>> attempt, CancellationToken ct)
    {
        for (var count = 1; ; count++)
        {
            try
            {
                return await attempt();
            }
            catch (ConcurrencyException) when (count < AttemptsInRace)
            {
                // Again on what the faster one left behind. Spread at random, or many writers would meet again and again.
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(Math.Min(count, LongestPause))), ct);
            }
        }
    }

    /// <inheritdoc cref="InRace{T}"/>
    public static Task InRace(Func<Task> attempt, CancellationToken ct) => InRace(async () =>
    {
        await attempt();
        return true;
    }, ct);

    /// <summary>The events of one stream, oldest first.</summary>
    public IAsyncEnumerable<Event> ReadStream(string tenantId, Guid id, long afterVersion = 0, CancellationToken ct = default) =>
        ReadStream(tenantId, id, afterVersion, long.MaxValue, DateTimeOffset.MaxValue, ct);

    /// <summary>All events in position order, a page at a time.</summary>
    /// <param name="upTo">As far as <see cref="HighWater"/> says that none is still to come.</param>
    /// <param name="types">Only these facts, under whatever name they are stored; null for all events, known to this program or not.</param>
    /// <param name="tenantId">Null for all tenants.</param>
    public IAsyncEnumerable<Event> ReadAll(
        long afterPosition = 0, long upTo = long.MaxValue, IReadOnlyCollection<Type>? types = null, string? tenantId = null,
        CancellationToken ct = default) =>
        new EventRange(database, types?.SelectMany(model.EventTypes.Names).ToList(), tenantId)
            .Pages(afterPosition, upTo, PageSize, Read, @event => @event.Sequence, ct);

    /// <summary>
    /// All events as they are stored, in position order, known to this program or not; of one tenant or of all. Ends before a hole that may
    /// still be filled, so that who goes on behind the last one later has missed nothing.
    /// </summary>
    public async IAsyncEnumerable<StoredEvent> ReadStored(long afterPosition, string? tenantId, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var certain = new HighWater(database, afterPosition);
        await certain.Advance(ct);
        var events = new EventRange(database, null, tenantId).Pages(
            afterPosition, certain.Position, PageSize, StoredEvent.Read, stored => stored.Sequence, ct);
        await foreach (var stored in events)
        {
            yield return stored;
        }
    }

    internal Session OpenSession(string tenantId, Metadata metadata, Claim completes) => new(this, tenantId, metadata, completes);

    StreamState<TState> Initial<TState>(Guid id)
        where TState : class => new(id, model.StreamType<TState>().Initial, 0);

    async Task<StreamState<TState>?> ReadSnapshot<TState>(StreamType<TState> type, string tenantId, Guid id, CancellationToken ct)
        where TState : class
    {
        await using var command = database.CreateCommand(EngineModel.ForDocument(ReadSnapshotSql, type.Alias));
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new StreamState<TState>(id, JsonSerializer.Deserialize<TState>(reader.GetString(0), EventTypes.Json)!, reader.GetInt64(1))
            : null;
    }

    async Task<StreamState<TState>> Replay<TState>(
        StreamType<TState> type, string tenantId, StreamState<TState> start, long toVersion, DateTimeOffset toMoment, CancellationToken ct)
        where TState : class
    {
        var (state, version) = (start.State, start.Version);
        await foreach (var @event in ReadStream(tenantId, start.Id, start.Version, toVersion, toMoment, ct))
        {
            if (@event.Version != version + 1)
            {
                break; // up to a moment: an event stamped by a clock that ran ahead ends what is known then, it tears no hole
            }

            state = @event.Data is null ? state : type.Apply(state, @event.Data);
            version = @event.Version;
        }

        return new StreamState<TState>(start.Id, state, version);
    }

    async IAsyncEnumerable<Event> ReadStream(
        string tenantId, Guid id, long afterVersion, long toVersion, DateTimeOffset toMoment, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = database.CreateCommand(ReadStreamSql);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = afterVersion });
        command.Parameters.Add(new() { Value = toVersion });
        command.Parameters.Add(new() { Value = toMoment == DateTimeOffset.MaxValue ? Forever : toMoment.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            yield return Read(reader);
        }
    }

    internal Event Read(NpgsqlDataReader reader)
    {
        var name = reader.GetString(5);
        return new Event
        {
            Sequence = reader.GetInt64(0),
            Id = reader.GetGuid(1),
            StreamId = reader.GetGuid(2),
            Version = reader.GetInt64(3),
            TypeName = name,
            Data = model.EventTypes.Read(name, reader.GetString(4)),
            Timestamp = reader.GetFieldValue<DateTimeOffset>(6),
            TenantId = reader.GetString(7),
            Metadata = Metadata.Read(reader, 8),
        };
    }
}

/// <summary>What came of a decision: the state after it, or the state that made it a refusal.</summary>
/// <param name="Recorded">The events that this decision added to the stream.</param>
public sealed record Decided<TState>(StreamState<TState> Stream, IReadOnlyList<object> Recorded, Refusal? Refusal);
