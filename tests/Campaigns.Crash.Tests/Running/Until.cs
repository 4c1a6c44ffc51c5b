using System.Diagnostics;

namespace Campaigns.Crash.Tests.Running;

/// <summary>Waits for what other processes bring about, and no longer than it may take.</summary>
static class Until
{
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <returns>How long it took.</returns>
    /// <exception cref="TimeoutException">It did not come about in time.</exception>
    public static async Task<TimeSpan> True(string what, TimeSpan within, Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        using var ticks = new PeriodicTimer(Tick);
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > within)
            {
                throw new TimeoutException($"Not within {within.TotalSeconds} s: {what}");
            }

            await ticks.WaitForNextTickAsync();
        }

        return Stopwatch.GetElapsedTime(began);
    }
}
