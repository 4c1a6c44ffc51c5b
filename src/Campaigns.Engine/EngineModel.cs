using System.Reflection;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;

namespace Campaigns.Engine;

/// <summary>Everything an application registered: read-only once the engine runs.</summary>
public sealed class EngineModel
{
    readonly Dictionary<Type, StreamType> streamTypes = [];
    readonly Dictionary<string, StreamType> streamKinds = new(StringComparer.Ordinal);
    readonly Dictionary<Type, MessageType> messageTypes = [];
    readonly Dictionary<string, MessageType> messageKinds = new(StringComparer.Ordinal);

    public EventTypes EventTypes { get; } = new();

    /// <summary>The inline projections, in the order in which their statements run.</summary>
    public IReadOnlyList<Projection> Projections => ProjectionList;

    internal List<Projection> ProjectionList { get; } = [];

    internal List<(Projection Projection, AsyncOptions Options)> AsyncProjections { get; } = [];

    internal List<Assembly> Modules { get; } = [typeof(EngineModel).Assembly];

    internal Dictionary<string, QueueOptions> Queues { get; } = new(StringComparer.Ordinal);

    internal StreamType<TState> StreamType<TState>()
        where TState : class =>
        streamTypes.TryGetValue(typeof(TState), out var type)
            ? (StreamType<TState>)type
            : throw new InvalidOperationException($"{typeof(TState).Name} is no stream: register it with EngineSetup.Stream.");

    internal MessageType MessageType(Type type) =>
        messageTypes.TryGetValue(type, out var message)
            ? message
            : throw new InvalidOperationException($"Nobody handles {type.Name}: register a handler with EngineSetup.Handle.");

    internal IReadOnlyCollection<MessageType> MessageTypes => messageTypes.Values;

    internal MessageType? MessageKind(string kind) => messageKinds.GetValueOrDefault(kind);

    internal StreamType? StreamKind(string alias) => streamKinds.GetValueOrDefault(alias);

    internal void Add<TState>(StreamType<TState> type)
        where TState : class
    {
        streamTypes.Add(typeof(TState), type);
        streamKinds.Add(type.Alias, type);
    }

    internal void Add(MessageType type)
    {
        messageTypes.Add(type.Type, type);
        messageKinds.Add(type.Kind, type);
        Queues.TryAdd(type.Queue, new QueueOptions());
    }

    /// <summary>A statement over <c>mt_doc_alias</c>, for the table of one document type. Aliases are checked when they are registered.</summary>
    internal static string ForDocument(string statement, string alias) => statement.Replace("mt_doc_alias", $"mt_doc_{alias}", StringComparison.Ordinal);
}
