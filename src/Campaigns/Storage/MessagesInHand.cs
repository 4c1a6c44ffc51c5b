using System.Collections.Concurrent;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Runtime.WorkerQueues;

namespace Campaigns.Storage;

/// <summary>What this node holds in memory of its messages: those whose handler runs, and queues in which some wait.</summary>
public sealed class MessagesInHand
{
    readonly ConcurrentDictionary<Guid, int> handled = [];

    internal void Begin(IEnumerable<Guid> messages)
    {
        foreach (var id in messages)
        {
            handled.AddOrUpdate(id, 1, (_, times) => times + 1);
        }
    }

    internal void End(IEnumerable<Guid> messages)
    {
        foreach (var id in messages)
        {
            if (handled.AddOrUpdate(id, 0, (_, times) => times - 1) <= 0)
            {
                handled.TryRemove(new KeyValuePair<Guid, int>(id, 0));
            }
        }
    }

    /// <summary>Whether its handler runs, or anything waits where it would.</summary>
    /// <param name="receivedAt">The address at which the message came in.</param>
    public bool MayHold(Guid message, Uri receivedAt, IWolverineRuntime runtime)
    {
        var queue = receivedAt.AbsolutePath.Trim('/') is { Length: > 0 } path ? path.Split('/')[^1] : receivedAt.Host;
        string[] local = [queue, ModuleBuilder.BatchesOf(queue)];
        return handled.ContainsKey(message)
            || runtime.Endpoints.FindListeningAgent(receivedAt)?.QueueCount > 0
            || runtime.Endpoints.ActiveSendingAgents().OfType<ILocalQueue>().Any(waiting => waiting.QueueCount > 0 && local.Contains(waiting.Uri.Host));
    }
}

/// <summary>Around every handler: notes what is in hand.</summary>
public static class HandGuard
{
    public static void Before(Envelope envelope, MessagesInHand hand) => hand.Begin(MessageFence.Messages(envelope));

    public static void Finally(Envelope envelope, MessagesInHand hand) => hand.End(MessageFence.Messages(envelope));
}
