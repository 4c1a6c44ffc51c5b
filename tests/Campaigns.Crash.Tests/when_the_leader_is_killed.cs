using System.Diagnostics;
using Campaigns.Crash.Tests.Running;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

[Collection("crash")]
public sealed class when_the_leader_is_killed(Cluster cluster, ITestOutputHelper output)
{
    const int Rounds = 4;

    static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task the_other_node_keeps_the_async_projection_within_seconds()
    {
        await using var scene = await Scene.Set(cluster);
        var client = scene.Client(1);
        await scene.AtRest();
        for (var round = 0; round < Rounds; round++)
        {
            var name = await scene.Leader();
            var leader = scene.Nodes.Single(node => node.Name == name);
            var killed = Stopwatch.GetTimestamp();
            await leader.Kill();
            await client.Deposit();
            await scene.AtRest();
            var took = Stopwatch.GetElapsedTime(killed);
            output.WriteLine($"{leader.Name} killed, the other goes on after {took.TotalMilliseconds:0} ms");
            took.ShouldBeLessThan(Soon);
            (await scene.Leader()).ShouldNotBe(leader.Name);
            leader.Start();
            await leader.Started();
        }

        await scene.ComeToRest();
        (await scene.Broken()).ShouldBeEmpty();
    }
}
