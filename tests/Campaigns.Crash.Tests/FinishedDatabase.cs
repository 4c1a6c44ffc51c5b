using Campaigns.Crash.Tests.Running;

namespace Campaigns.Crash.Tests;

/// <summary>A database after some work in which nothing was killed.</summary>
public sealed class FinishedDatabase(Cluster cluster) : IAsyncLifetime
{
    const int Enough = 400;

    Scene? scene;

    internal Database Database => scene!.Database;

    public async Task InitializeAsync()
    {
        scene = await Scene.Set(cluster, nodes: 1);
        using var stopping = new CancellationTokenSource();
        var working = Task.Run(() => scene.Client(1).Run(stopping.Token));
        await Until.True("there is enough to tamper with", TimeSpan.FromSeconds(30), () => Task.FromResult(scene.Acknowledged.Count > Enough));
        await stopping.CancelAsync();
        await working;
        await scene.ComeToRest();
    }

    public async Task DisposeAsync()
    {
        if (scene is not null)
        {
            await scene.DisposeAsync();
        }
    }
}
