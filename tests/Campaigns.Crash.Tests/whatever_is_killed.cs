using Campaigns.Crash.Tests.Checking;
using Campaigns.Crash.Tests.Killing;
using Campaigns.Crash.Tests.Running;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

[Collection("crash")]
public sealed class whatever_is_killed(Cluster cluster, ITestOutputHelper output)
{
    const int Clients = 3;

    [Fact]
    public async Task nothing_acknowledged_is_lost_and_nothing_happens_twice()
    {
        var seed = Settings.Seed;
        output.WriteLine($"CRASH_SEED={seed} CRASH_SECONDS={Settings.Length.TotalSeconds}");
        await using var scene = await Scene.Set(cluster);
        try
        {
            var killer = new Killer(cluster, scene.Database, scene.Nodes);
            var unanswered = await Struck(scene, killer, seed);
            await Task.WhenAll(scene.Nodes.Select(node => node.Started()));
            var left = await scene.Left();
            var rest = await scene.AtRest();
            await scene.ComeToRest();
            await killer.Save();

            var kinds = killer.Log.CountBy(strike => strike.Kind).Select(kind => $"{kind.Key} {kind.Value}");
            output.WriteLine($"{killer.Log.Count} strikes: {string.Join(", ", kinds)}");
            output.WriteLine($"acknowledged {scene.Acknowledged.Count}, commits without an answer {unanswered}");
            output.WriteLine($"then left {string.Join("; ", left)}; at rest after {rest.TotalSeconds:0.0} s");
            output.WriteLine(await Report.Of(scene.Database));
            (await scene.Broken()).ShouldBeEmpty();
        }
        catch
        {
            output.WriteLine(scene.Said);
            throw;
        }
    }

    static async Task<int> Struck(Scene scene, Killer killer, int seed)
    {
        using var stopping = new CancellationTokenSource();
        var clients = Enumerable.Range(1, Clients).Select(number => scene.Client(seed + number)).ToList();
        var working = Task.WhenAll(clients.Select(client => Task.Run(() => client.Run(stopping.Token))));
        try
        {
            await killer.Run(Strike.Of(seed), Settings.Length);
        }
        finally
        {
            await stopping.CancelAsync();
            await working;
        }

        return clients.Sum(client => client.Unanswered);
    }
}
