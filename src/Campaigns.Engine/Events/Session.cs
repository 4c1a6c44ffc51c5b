using System.Text.Json;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Events;

/// <summary>
/// One commit in the making: events, messages and statements that become true together, in one round trip.
/// Marten's document session with Wolverine's outbox. Not for use by two threads at once, nor twice.
/// </summary>
public sealed class Session
{
    static readonly string AppendEvents = Engine.Sql.Beside<Session>(nameof(AppendEvents));
    static readonly string ArchiveStreams = Engine.Sql.Beside<Session>(nameof(ArchiveStreams));

    static readonly string ReplayDeadSql = Engine.Sql.Beside<Claim>("ReplayDead");

    readonly EventStore store;
    readonly Claim? completes;
    readonly Dictionary<Guid, PendingStream> streams = [];
    readonly List<(Guid Stream, object Fact, long Place)> facts = [];
    readonly Outbox outbox = new();

    internal Session(EventStore store, string tenantId, Metadata metadata, Claim? completes)
    {
        this.store = store;
        this.completes = completes;
        TenantId = tenantId;
        Metadata = metadata;
        Now = store.Now;
    }

    public string TenantId { get; }

    public Metadata Metadata { get; }

    /// <summary>The time of this commit: what its events are stamped with and what decisions in it should go by.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Whether <see cref="Commit"/> has made it true.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Statements of the application, run before the events are appended.</summary>
    public SqlQueue Sql { get; } = new();

    /// <summary>Begins a stream; the commit is refused when it exists.</summary>
    /// <exception cref="ArgumentException">There is no event to begin it with.</exception>
    public void Start<TState>(Guid id, params ReadOnlySpan<object> begun)
        where TState : class
    {
        if (begun.IsEmpty)
        {
            throw new ArgumentException("A stream begins with an event.", nameof(begun));
        }

        var type = store.Model.StreamType<TState>();
        if (type.Snapshot)
        {
            Append(new StreamState<TState>(id, type.Initial, 0), begun);
        }
        else
        {
            Add(id, type.Alias, ExpectedVersion.MustNotExist, begun);
        }
    }

    /// <summary>Appends without having loaded the state: for facts that are true whatever the stream says.</summary>
    /// <exception cref="InvalidOperationException">The stream keeps a snapshot, which only an append to a loaded state can renew.</exception>
    public void Append<TState>(Guid id, ExpectedVersion expected, params ReadOnlySpan<object> added)
        where TState : class
    {
        var type = store.Model.StreamType<TState>();
        if (type.Snapshot)
        {
            throw new InvalidOperationException($"A {type.Alias} stream keeps a snapshot: append to its loaded state.");
        }

        if (!added.IsEmpty)
        {
            Add(id, type.Alias, expected, added);
        }
    }

    /// <summary>Appends to a loaded state; the commit is refused when the stream has moved on since.</summary>
    /// <returns>The state after these events, to append more to.</returns>
    public StreamState<TState> Append<TState>(StreamState<TState> loaded, params ReadOnlySpan<object> added)
        where TState : class
    {
        if (added.IsEmpty)
        {
            return loaded;
        }

        var type = store.Model.StreamType<TState>();
        var pending = Add(loaded.Id, type.Alias, ExpectedVersion.Exactly(loaded.Version), added);
        var state = loaded.State;
        foreach (var fact in added)
        {
            state = type.Apply(state, fact);
        }

        var after = new StreamState<TState>(loaded.Id, state, loaded.Version + added.Length);
        if (type.Snapshot)
        {
            pending.Snapshot = new Snapshot(loaded.Id, state, after.Version);
        }

        return after;
    }

    /// <summary>Appends nothing, but the commit is refused when the stream has moved on since it was loaded: for decisions that hang on it.</summary>
    /// <exception cref="ArgumentException">The stream does not exist: there is nothing whose version could be held.</exception>
    public void Expect<TState>(StreamState<TState> loaded)
        where TState : class
    {
        if (loaded.Version == 0)
        {
            throw new ArgumentException($"There is no stream {loaded.Id} to hold at its version.", nameof(loaded));
        }

        Add(loaded.Id, store.Model.StreamType<TState>().Alias, ExpectedVersion.Exactly(loaded.Version), []);
    }

    /// <summary>
    /// Archives a finished stream with this commit: it takes no more events, and remains readable. Refused when it has moved on since.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such stream.</exception>
    public void Archive<TState>(StreamState<TState> loaded)
        where TState : class => Archive<TState>(loaded.Id, ExpectedVersion.Exactly(loaded.Version));

    /// <summary>Archives a stream without having loaded it.</summary>
    /// <exception cref="ArgumentException">What is expected does not say that the stream exists.</exception>
    public void Archive<TState>(Guid id, ExpectedVersion expected)
        where TState : class
    {
        if (expected == ExpectedVersion.MustNotExist || expected == ExpectedVersion.Any)
        {
            throw new ArgumentException("Only a stream that exists can be archived.", nameof(expected));
        }

        Add(id, store.Model.StreamType<TState>().Alias, expected, []).Archived = true;
    }

    /// <summary>Sends a durable message with this commit: handled once, now or at <paramref name="due"/>, also when this process dies.</summary>
    /// <param name="id">
    /// Makes it one message however often it is sent: sending the same id again changes nothing while the first one waits, and for as long as
    /// <see cref="EngineSetup.RememberHandled"/> says after it was handled.
    /// </param>
    /// <param name="tenantId">In whose name it is handled, where that is another tenant than the one of this commit.</param>
    public void Send(object message, DateTimeOffset? due = null, Guid? id = null, Priority priority = Priority.Normal, string? tenantId = null) =>
        outbox.Add(new OutgoingMessage(
            id ?? Guid.CreateVersion7(Now), store.Model.MessageType(message.GetType()), message, tenantId ?? TenantId, due ?? Now, priority, Once: id is not null));

    /// <summary>Lets the dead messages of the tenant whose body holds this id come again, with this commit.</summary>
    /// <param name="member">The name in the stored body, for example <c>campaignId</c>.</param>
    public void ReplayDead(string member, Guid id) => Sql.Add(ReplayDeadSql, TenantId, member, id.ToString(), Now);

    /// <summary>Adds what a decision came to.</summary>
    public void Add<TState>(StreamState<TState> loaded, Outcome outcome)
        where TState : class
    {
        Append(loaded, [.. outcome.Events]);
        foreach (var (message, due, priority) in outcome.Messages)
        {
            Send(message, due, priority: priority);
        }
    }

    /// <summary>Makes everything true at once, or nothing.</summary>
    /// <exception cref="ConcurrencyException">A stream was not at its expected version, or another commit won a race: nothing has changed.</exception>
    /// <exception cref="StreamIsArchivedException">A stream takes no more events.</exception>
    /// <exception cref="ClaimLostException">The message that this session completes is another worker's by now.</exception>
    public async Task Commit(CancellationToken ct)
    {
        await using var batch = store.Database.CreateBatch();
        if (completes is not null)
        {
            batch.BatchCommands.Add(completes.Complete(Now));
        }

        Sql.MoveTo(batch);
        var projected = new SqlQueue();
        if (streams.Count > 0)
        {
            AddEvents(batch, projected);
        }

        outbox.AddTo(batch, this);
        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        try
        {
            await batch.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException error) when (EngineErrors.Translate(error) is { } translated)
        {
            throw translated;
        }

        IsCommitted = true;
        completes?.MarkCompleted();
        outbox.Wake(store.Notifications, Now);
        store.Notifications.Publish(Sql.Topics);
        store.Notifications.Publish(projected.Topics);
        if (facts.Count > 0 && store.Model.AsyncProjections.Count > 0)
        {
            store.Notifications.Publish([ProjectionDaemon.Topic]);
        }
    }

    PendingStream Add(Guid id, string alias, ExpectedVersion expected, ReadOnlySpan<object> added)
    {
        if (!streams.TryGetValue(id, out var pending))
        {
            streams.Add(id, pending = new PendingStream(alias, expected.Value));
        }
        else if (expected.Value >= 0 && expected.Value != pending.Version)
        {
            // Only the first expectation reaches the database: what contradicts it would be lost in silence.
            throw new InvalidOperationException(
                $"The stream {id} is not at version {expected.Value} in this commit: append to the state that the append before returned.");
        }

        foreach (var fact in added)
        {
            facts.Add((id, fact, ++pending.Added));
        }

        return pending;
    }

    void AddEvents(NpgsqlBatch batch, SqlQueue projected)
    {
        var events = new Event[facts.Count];
        var ids = new Guid[facts.Count];
        var eventStreams = new Guid[facts.Count];
        var places = new long[facts.Count];
        var types = new string[facts.Count];
        var clrTypes = new string[facts.Count];
        var bodies = new string[facts.Count];
        for (var i = 0; i < facts.Count; i++)
        {
            var (stream, fact, place) = facts[i];
            var type = store.Model.EventTypes.Of(fact.GetType());
            var pending = streams[stream];
            ids[i] = Guid.CreateVersion7(Now);
            eventStreams[i] = stream;
            places[i] = place;
            types[i] = type.Name;
            clrTypes[i] = type.ClrName;
            bodies[i] = JsonSerializer.Serialize(fact, type.Type, EventTypes.Json);
            events[i] = new Event
            {
                Id = ids[i], StreamId = stream, Version = pending.Expected < 0 ? 0 : pending.Expected + place, TypeName = type.Name,
                Data = fact, Timestamp = Now, TenantId = TenantId, Metadata = Metadata,
            };
        }

        var append = new NpgsqlBatchCommand(AppendEvents)
        {
            Parameters =
            {
                new() { Value = TenantId }, new() { Value = Now },
                new() { Value = streams.Keys.ToArray() },
                new() { Value = streams.Values.Select(stream => stream.Alias).ToArray() },
                new() { Value = streams.Values.Select(stream => stream.Expected).ToArray() },
                new() { Value = streams.Values.Select(stream => stream.Added).ToArray() },
                new() { Value = ids }, new() { Value = eventStreams }, new() { Value = places }, new() { Value = types },
                new() { Value = clrTypes }, new() { Value = bodies, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
            },
        };
        append.Parameters.AddRange(Metadata.Parameters());
        batch.BatchCommands.Add(append);
        var archived = streams.Where(stream => stream.Value.Archived).Select(stream => stream.Key).ToArray();
        if (archived.Length > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ArchiveStreams)
            {
                Parameters = { new() { Value = TenantId }, new() { Value = archived } },
            });
        }

        foreach (var projection in store.Model.Projections)
        {
            projection.Apply(events, projected);
        }

        projected.MoveTo(batch);
        AddSnapshots(batch);
    }

    void AddSnapshots(NpgsqlBatch batch)
    {
        foreach (var kept in streams.Values.Where(stream => stream.Snapshot is not null).GroupBy(stream => stream.Alias))
        {
            batch.BatchCommands.Add(Snapshot.Save(TenantId, kept.Key, [.. kept.Select(stream => stream.Snapshot!)], Now));
        }
    }

    internal static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar };

    sealed class PendingStream(string alias, long expected)
    {
        public string Alias => alias;

        public long Expected => expected;

        public long Added { get; set; }

        /// <summary>The version after this commit, as far as it has come; negative where only the database will know.</summary>
        public long Version => expected < 0 ? -1 : expected + Added;

        public Snapshot? Snapshot { get; set; }

        public bool Archived { get; set; }
    }
}
