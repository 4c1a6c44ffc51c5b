using Campaigns.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Wolverine;
using Wolverine.Persistence.Durability;
using Wolverine.Runtime;

namespace Campaigns.Sending;

/// <summary>
/// The work of a node whose workers are switched off, by one request at a time. It ends with the node and not with the request: who hangs up takes nothing
/// out of a handler's hands.
/// </summary>
public sealed class DueWork(
    IWolverineRuntime runtime,
    DeadLetters letters,
    TimeProvider clock,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime) : IDisposable
{
    /// <summary>The longest that one round goes on beginning with further messages.</summary>
    static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(30);

    readonly SemaphoreSlim one = new(1);

    public bool IsDoneByWorkers { get; } = configuration.GetValue("Workers:Enabled", true);

    /// <returns>How many messages were handled; null when others do it.</returns>
    public async Task<int?> Round()
    {
        int? handled = null;
        await Alone(async () => handled = await OneRound(LongestRound));
        return handled;
    }

    /// <returns>False when others do it.</returns>
    public Task<bool> UntilNothingIsDue(TimeSpan atMost) => Alone(async () =>
    {
        var until = clock.GetUtcNow() + atMost;
        while (until - clock.GetUtcNow() is var left && left > TimeSpan.Zero && await OneRound(left) > 0)
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

    async Task<int> OneRound(TimeSpan atMost)
    {
        await letters.BringBack(lifetime.ApplicationStopping);
        var report = await runtime.RunDurabilityPassAsync(new DurabilityPassOptions { MaxDuration = atMost }, lifetime.ApplicationStopping);
        return report.ScheduledReleased + report.IncomingRecovered;
    }
}
