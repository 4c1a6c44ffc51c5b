using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Campaigns.Sending;

/// <summary>
/// The work of a node whose workers are switched off, by one request at a time. It ends with the node and not with the request: who hangs up takes nothing
/// out of a handler's hands.
/// </summary>
public sealed class DueWork(MessageWorkers workers, EventStore store, IConfiguration configuration, IHostApplicationLifetime lifetime) : IDisposable
{
    readonly SemaphoreSlim one = new(1);

    public bool IsDoneByWorkers { get; } = configuration.GetValue("Workers:Enabled", true);

    /// <returns>Messages handled by queue; null when others do it.</returns>
    public async Task<IReadOnlyDictionary<string, int>?> Round()
    {
        IReadOnlyDictionary<string, int>? handled = null;
        await Alone(async () => handled = await OneRound());
        return handled;
    }

    /// <returns>False when others do it.</returns>
    public Task<bool> UntilNothingIsDue(TimeSpan atMost) => Alone(async () =>
    {
        var until = store.Clock.GetUtcNow() + atMost;
        while (store.Clock.GetUtcNow() < until && (await OneRound()).Values.Sum() > 0)
        {
        }
    });

    public void Dispose() => one.Dispose();

    async Task<bool> Alone(Func<Task> work)
    {
        if (IsDoneByWorkers || !await one.WaitAsync(0))
        {
            return false;
        }

        try
        {
            await work();
            return true;
        }
        finally
        {
            one.Release();
        }
    }

    async Task<Dictionary<string, int>> OneRound()
    {
        var handled = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var queue in workers.Queues)
        {
            handled[queue] = await workers.RunOnce(queue, ct: lifetime.ApplicationStopping);
        }

        return handled;
    }
}
