using System.Buffers;
using System.Data.Common;
using JasperFx.Core.Exceptions;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events;
using Marten.Exceptions;
using Marten.Services;
using Npgsql;
using NpgsqlTypes;
using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Storage;
using ICommandBuilder = Weasel.Postgresql.ICommandBuilder;
using IStorageOperation = Marten.Internal.Operations.IStorageOperation;

namespace Campaigns.Storage;

/// <summary>
/// Appends to many short streams by one set-based statement in the transaction of a Marten session. <c>session.Events</c> costs a function call for each
/// stream: two to five times the CPU (docs/performance.md). One session may use both, for different streams.
/// </summary>
public static class ManyStreams
{
    /// <summary>Begins a stream; the commit is refused when it exists.</summary>
    public static void Start<TState>(this IDocumentOperations session, Guid id, params ReadOnlySpan<object> facts)
        where TState : class => session.Append<TState>(id, ExpectedVersion.MustNotExist, facts);

    /// <summary>Adds events to a stream. Of several appends to one stream in a commit, the first says what is expected of it.</summary>
    public static void Append<TState>(this IDocumentOperations session, Guid id, ExpectedVersion expected, params ReadOnlySpan<object> facts)
        where TState : class => StreamAppends.Of(session).Add<TState>(id, expected, facts);

    /// <summary>Adds events behind a state that was read; the commit is refused when the stream has moved on since.</summary>
    /// <returns>The state after it, to append to once more in the same commit.</returns>
    public static StreamState<TState> Append<TState>(this IDocumentOperations session, StreamState<TState> loaded, params ReadOnlySpan<object> facts)
        where TState : class, IStreamState<TState>
    {
        if (facts.Length == 0)
        {
            return loaded;
        }

        session.Append<TState>(loaded.Id, ExpectedVersion.Exactly(loaded.Version), facts);
        var state = loaded.State;
        foreach (var fact in facts)
        {
            state = state.Evolve(fact);
        }

        return loaded with { State = state, Version = loaded.Version + facts.Length };
    }

    /// <summary>Refuses the commit when a stream is not at this version any more, and keeps others from moving it until the commit has ended.</summary>
    public static void Expect<TState>(this IDocumentOperations session, Guid id, long version)
        where TState : class => session.Append<TState>(id, ExpectedVersion.Exactly(version));
}

/// <summary>What one session appends to many streams. Marten calls it when the session saves, behind the streams that the session appends to by itself.</summary>
sealed class StreamAppends : DocumentSessionListenerBase
{
    readonly IDocumentSession session;
    readonly EventGraph graph;
    readonly Dictionary<Guid, Stream> streams = [];
    readonly List<(IEvent Event, long Place)> events = [];
    readonly DateTimeOffset now;
    bool queued;
    bool committed;

    StreamAppends(IDocumentSession session)
    {
        this.session = session;
        graph = ((DocumentStore)session.DocumentStore).Events;
        now = graph.TimeProvider.Microseconds();
    }

    /// <summary>Of these the inline projections hear, and those who watch.</summary>
    public IReadOnlyList<IEvent> Events => events.ConvertAll(each => each.Event);

    public static StreamAppends? Find(IDocumentSession session) => session.Listeners.OfType<StreamAppends>().FirstOrDefault();

    public static StreamAppends Of(IDocumentOperations operations)
    {
        var session = (IDocumentSession)operations;
        if (Find(session) is not { } appends)
        {
            session.Listeners.Add(appends = new StreamAppends(session));
        }

        return appends;
    }

    public void Add<TState>(Guid id, ExpectedVersion expected, ReadOnlySpan<object> facts)
        where TState : class
    {
        if (committed)
        {
            streams.Clear();
            events.Clear();
            committed = false;
        }

        if (streams.Count == 0)
        {
            session.Sql("select 1"); // a session without any operation of its own saves nothing, and calls nobody
        }

        if (!streams.TryGetValue(id, out var stream))
        {
            streams.Add(id, stream = new Stream(graph.AggregateAliasFor(typeof(TState)), expected.Value));
        }
        else if (expected.Value >= 0 && expected.Value != stream.Version)
        {
            // Only the first expectation reaches the database: what contradicts it would be lost in silence.
            throw new InvalidOperationException(
                $"The stream {id} is not at version {expected.Value} in this commit: append to the state that the append before returned.");
        }

        foreach (var fact in facts)
        {
            var @event = graph.BuildEvent(fact);
            stream.Added++;
            @event.Id = Guid.CreateVersion7(now);
            @event.StreamId = id;
            @event.TenantId = session.TenantId;
            @event.Timestamp = now;
            @event.Version = stream.Version < 0 ? 0 : stream.Version; // unknown where nobody said it, as after Marten's own append
            @event.CorrelationId = session.CorrelationId;
            @event.CausationId = session.CausationId;
            @event.UserName = session.LastModifiedBy;
            events.Add((@event, stream.Added));
        }
    }

    public override async Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        if (streams.Count == 0 || committed)
        {
            return;
        }

        if (queued)
        {
            // Marten keeps what a failed commit had queued, and would run it beside what is queued now: everything would be appended twice.
            throw new InvalidOperationException("The commit of this session has failed: begin anew, with another session.");
        }

        queued = true;
        session.QueueOperation(new Appending(graph.DatabaseSchemaName, session, now, streams, events));
        if (events.Count > 0)
        {
            var all = Events;
            foreach (var projection in InlineProjection.Of(session.DocumentStore))
            {
                await projection.ApplyAsync(session, all, token);
            }
        }
    }

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        (committed, queued) = (true, false); // those who watch are told of these events yet
        return Task.CompletedTask;
    }

    sealed class Stream(string alias, long expected)
    {
        public string Alias => alias;

        public long Expected => expected;

        public long Added { get; set; }

        /// <summary>As far as it has come in this commit; negative where only the database will know.</summary>
        public long Version => expected < 0 ? -1 : expected + Added;
    }

    sealed class Appending(
        string schema, IDocumentSession session, DateTimeOffset now, Dictionary<Guid, Stream> streams, List<(IEvent Event, long Place)> events)
        : IStorageOperation, IExceptionTransform
    {
        public Type DocumentType => typeof(IEvent);

        public OperationRole Role() => OperationRole.Events;

        public void ConfigureCommand(ICommandBuilder builder, IStorageSession storage)
        {
            builder.Append($"select {schema}.append_events(");
            var values = builder.CreateGroupedParameterBuilder(',');
            void Add<T>(T value, NpgsqlDbType type)
                where T : notnull => values.AppendParameter(value).NpgsqlDbType = type;
            void Text(string? value) => values.AppendParameter((object?)value ?? DBNull.Value).NpgsqlDbType = NpgsqlDbType.Varchar;
            T[] OfStreams<T>(Func<Stream, T> column) => [.. streams.Values.Select(column)];
            T[] OfEvents<T>(Func<IEvent, T> column) => Array.ConvertAll([.. events], each => column(each.Event));

            Add(session.TenantId, NpgsqlDbType.Varchar);
            Add(now, NpgsqlDbType.TimestampTz);
            Add(streams.Keys.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
            Add(OfStreams(stream => stream.Alias), NpgsqlDbType.Array | NpgsqlDbType.Varchar);
            Add(OfStreams(stream => stream.Expected), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            Add(OfStreams(stream => stream.Added), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            Add(OfEvents(each => each.Id), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
            Add(OfEvents(each => each.StreamId), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
            Add(Array.ConvertAll([.. events], each => each.Place), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            Add(OfEvents(each => each.EventTypeName), NpgsqlDbType.Array | NpgsqlDbType.Varchar);
            Add(OfEvents(each => each.DotNetTypeName), NpgsqlDbType.Array | NpgsqlDbType.Varchar);
            Add(Bodies(storage), NpgsqlDbType.Array | NpgsqlDbType.Jsonb);
            Text(session.CorrelationId);
            Text(session.CausationId);
            Text(session.LastModifiedBy);
            builder.Append(")");
        }

        public Task PostprocessAsync(DbDataReader reader, IList<Exception> exceptions, CancellationToken token) => Task.CompletedTask;

        public bool TryTransform(Exception original, out Exception transformed)
        {
            transformed = Races.SqlState(original) switch
            {
                "MT001" => new InvalidStreamOperationException(original.Message),
                "MT003" => new EventStreamUnexpectedMaxEventIdException(original.Message),
                _ => original,
            };
            return transformed != original;
        }

        byte[][] Bodies(IStorageSession storage)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            var bodies = new byte[events.Count][];
            for (var i = 0; i < bodies.Length; i++)
            {
                buffer.ResetWrittenCount();
                storage.Serializer.WriteTo(buffer, events[i].Event.Data);
                bodies[i] = buffer.WrittenSpan.ToArray();
            }

            return bodies;
        }
    }
}
