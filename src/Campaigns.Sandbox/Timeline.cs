using System.Threading.Channels;

namespace Campaigns.Sandbox;

/// <summary>
/// Lets things happen when they are due: one queue and one loop for all messages, because a timer per message would not
/// keep up with thousands of them a second. A journey stands in the queue once, with its next step only.
/// </summary>
sealed class Timeline(SandboxOptions options, Backlog backlog)
{
    // Bounded, so that a burst of requests waits for the loop instead of growing in memory.
    readonly Channel<Journey> arrivals = Channel.CreateBounded<Journey>(new BoundedChannelOptions(50_000) { SingleReader = true });
    readonly PriorityQueue<Journey, DateTimeOffset> waiting = new();

    // Also the interval at which events are handed over, and so what fills a POST when little is going on.
    readonly TimeSpan tick = TimeSpan.FromMilliseconds(Math.Clamp(options.Pace.TotalMilliseconds, 1, 50));

    public ValueTask Begin(Journey journey)
    {
        if (journey.Ended)
        {
            return ValueTask.CompletedTask;
        }

        backlog.Add(journey.Steps);

        // Not cancelled with the request: its message is accepted by now, whether or not the client waits for the answer.
        return arrivals.Writer.WriteAsync(journey, CancellationToken.None);
    }

    public async Task Run(CancellationToken cancellationToken)
    {
        while (waiting.Count > 0 || await arrivals.Reader.WaitToReadAsync(cancellationToken))
        {
            while (arrivals.Reader.TryRead(out var journey))
            {
                waiting.Enqueue(journey, journey.Start(options.Pace));
            }

            RunOnce(options.Clock.GetUtcNow());
            await Task.Delay(tick, options.Clock, cancellationToken);
        }
    }

    void RunOnce(DateTimeOffset now)
    {
        while (waiting.TryPeek(out var journey, out var due) && due <= now)
        {
            waiting.Dequeue();
            journey.Step(due);
            if (!journey.Ended)
            {
                waiting.Enqueue(journey, journey.NextDue(due, options.Pace));
            }
        }
    }
}
