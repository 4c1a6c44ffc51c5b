using System.Diagnostics;
using System.Globalization;
using Campaigns.Ledger;

namespace Campaigns.Benchmarks;

/// <summary>
/// The highest working set of a node in a process of its own, with the server's garbage collector, that hydrates and sends a campaign to
/// MEMORY_RECIPIENTS (a million) contacts. Its ratio is the end to the middle: the mean of the last tenth of the samples to that of the tenth in
/// the middle.
/// </summary>
static class Memory
{
    const double Megabyte = 1024 * 1024;

    static readonly int Recipients = int.Parse(Environment.GetEnvironmentVariable("MEMORY_RECIPIENTS") ?? "1000000", CultureInfo.InvariantCulture);
    static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(0.5);

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Recipients, workers: false);
        await using var node = SendingNode.Beside(bench, campaigns, serverGc: true);
        var campaign = await campaigns.Launch();
        await campaigns.Resume(campaign); // hydrating ends with the first batch then
        await SendingNode.BeginAll(node, campaign);
        var samples = await Watch(campaigns, campaign, node);

        var tenth = Math.Max(1, samples.Count / 10);
        var middle = samples.Skip((samples.Count - tenth) / 2).Take(tenth).ToList();
        var end = samples.TakeLast(tenth).ToList();
        var (was, became) = (middle.Average(sample => sample.Megabytes), end.Average(sample => sample.Megabytes));
        var minutes = (end.Average(sample => sample.Seconds) - middle.Average(sample => sample.Seconds)) / 60;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# memory: {(became - was) / minutes:F1} MB a minute from the middle to the end"));
        Bench.Report("memory", samples.Max(sample => sample.Megabytes), "MB", became / was, 0);
    }

    static async Task<List<(double Seconds, double Megabytes)>> Watch(CampaignBench campaigns, Guid campaign, Companion node)
    {
        Console.WriteLine("# memory: seconds, working set MB, queued, sent");
        var samples = new List<(double Seconds, double Megabytes)>();
        using var timer = new PeriodicTimer(BetweenSamples);
        var started = Stopwatch.GetTimestamp();
        var end = campaigns.End(campaign);
        while (!end.IsCompleted)
        {
            samples.Add((Stopwatch.GetElapsedTime(started).TotalSeconds, node.WorkingSet / Megabyte));
            if (samples.Count % 20 == 1)
            {
                var counts = await CampaignCounts.Read(campaigns.Store, CampaignBench.Tenant, campaign, CancellationToken.None);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"# {samples[^1].Seconds:F0} {samples[^1].Megabytes:F0} {counts.Queued} {counts.Sent}"));
            }

            await timer.WaitForNextTickAsync();
        }

        await end;
        return samples;
    }
}
