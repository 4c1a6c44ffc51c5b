using Campaigns.Engine.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Campaigns.Engine.Messages;

/// <summary>This node's workers, one for each queue.</summary>
public sealed class MessageWorkers : BackgroundService
{
    /// <summary>How long handlers may take to finish once the node is asked to stop.</summary>
    static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);

    readonly TimeProvider clock;
    readonly Dictionary<string, QueueWorker> workers;

    public MessageWorkers(EventStore store, IServiceProvider services, ILoggerFactory logs)
    {
        clock = store.Clock;
        var messages = new MessageStore(store);
        var handling = new MessageHandling(store, messages, services, logs.CreateLogger<MessageHandling>());
        workers = store.Model.Queues.ToDictionary(
            queue => queue.Key,
            queue => new QueueWorker(queue.Key, queue.Value, store, messages, handling, logs.CreateLogger<MessageWorkers>()));
    }

    public IReadOnlyCollection<string> Queues => workers.Keys;

    /// <summary>Handles what is due now, one round of each queue (or of one); for tests and for operation by cron.</summary>
    /// <returns>The number of messages handled; 0 when nothing was due.</returns>
    public async Task<int> RunOnce(string? queue = null, int limit = 1000, CancellationToken ct = default)
    {
        var handled = 0;
        foreach (var worker in workers.Where(worker => queue is null || worker.Key == queue))
        {
            handled += await worker.Value.RunOnce(limit, ct);
        }

        return handled;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        await using var stop = stoppingToken.Register(() => deadline.CancelAfter(StopWithin));
        await Task.WhenAll(workers.Values.Select(worker => Task.Run(() => worker.Run(stoppingToken, deadline.Token), CancellationToken.None)));
    }
}
