using Campaigns.Engine.Events;

namespace Campaigns.Engine.Messages;

/// <summary>A kind of message: its stored name, its queue and who handles it.</summary>
sealed record MessageType(Type Type, string Kind, string Queue, int AtOnce)
{
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

    /// <summary>Attempts before a message is dead.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Wait before the second attempt; doubled for each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>When the attempt after <paramref name="attempt"/> is due: exponential, spread by up to a fifth so that failures do not march in step.</summary>
    internal TimeSpan RetryAfter(int attempt, Random random)
    {
        var wait = FirstRetry * Math.Pow(2, Math.Min(attempt - 1, 30));
        return (wait < LongestRetry ? wait : LongestRetry) * (0.9 + (0.2 * random.NextDouble()));
    }
}
