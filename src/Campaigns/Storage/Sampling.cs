using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Campaigns.Storage;

/// <summary>Numbers that have to be asked for, such as how many messages wait: seldom, and beside whoever collects them, who gets what was last known.</summary>
public abstract class Sample
{
    /// <summary>Somebody collects it.</summary>
    public abstract bool IsWanted { get; }

    /// <summary>Asks for it.</summary>
    public abstract Task Read(CancellationToken ct);

    /// <summary>It could not be asked for: what was known is not shown as if it were true now.</summary>
    public abstract void Forget();
}

/// <summary>Asks for all samples that somebody collects.</summary>
public sealed class Sampling(IEnumerable<Sample> samples, MachineClock machine, ILogger<Sampling> log) : BackgroundService
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(15);

    /// <summary>A database that has so much to do is not kept busy with being counted.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    readonly IReadOnlyList<Sample> samples = [.. samples];

    /// <summary>One round.</summary>
    public async Task RunOnce(CancellationToken ct)
    {
        foreach (var sample in samples.Where(sample => sample.IsWanted))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
            ended.CancelAfter(Longest);
            try
            {
                await sample.Read(ended.Token);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                sample.Forget(); // a gap is what tells of it: nobody's work stands still for want of a number
                Log.SampleFailed(log, error, sample.GetType().Name);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, machine.Now);
        do
        {
            await RunOnce(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

static class SampleRegistration
{
    public static IServiceCollection AddSample<T>(this IServiceCollection services)
        where T : Sample => services.AddSingleton<T>().AddSingleton<Sample>(provider => provider.GetRequiredService<T>());
}
