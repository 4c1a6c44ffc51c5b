using System.Text.Json;
using Campaigns.Engine.Events;

namespace Campaigns.Engine.Messages;

/// <summary>A kind of message: its stored name, its queue and who handles it.</summary>
sealed record MessageType(Type Type, string Kind, string Queue, int AtOnce)
{
    /// <summary>A message in the form in which it is stored.</summary>
    public string Serialize(object message) => JsonSerializer.Serialize(message, Type, EventTypes.Json);

    public Func<IServiceProvider, object, Delivery, CancellationToken, Task>? One { get; init; }

    /// <summary>Told, before it is laid aside, of a message that no attempt could handle.</summary>
    public Func<IServiceProvider, object, string, string, Task>? WhenDead { get; init; }

    public Func<IServiceProvider, IReadOnlyList<object>, Session, CancellationToken, Task>? Many { get; init; }
}

/// <summary>How a node works on one queue.</summary>
public sealed record QueueOptions
{
    /// <summary>Handlers that run at the same time on one node.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Messages claimed ahead of the handlers. Zero where messages are few and long, so that an idle node finds them.</summary>
    public int Prefetch { get; init; } = 200;

    /// <summary>How long a claim lasts without a sign of life. It is renewed while its handler runs; a dead node's messages come back after it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of a message whose handler fails, unless <see cref="EngineSetup.OnError{T}"/> says otherwise for the error.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;
}
