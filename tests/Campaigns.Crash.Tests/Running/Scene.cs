using System.Collections.Concurrent;
using Campaigns.Crash.Tests.Bank;
using Campaigns.Crash.Tests.Checking;
using Campaigns.Crash.Tests.Clients;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Campaigns.Crash.Tests.Running;

/// <summary>A bank on a database of its own: nodes in processes of their own, and clients in this one.</summary>
sealed class Scene : IAsyncDisposable
{
    static readonly string Unfinished = Sql.Beside<Scene>(nameof(Unfinished));
    static readonly string LeaderSql = Sql.Beside<Scene>("Leader");

    /// <summary>For everything that waits to be done once nothing is killed any more: the longer the run, the more may have gathered.</summary>
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(60) + Settings.Length;

    readonly ServiceProvider services;
    readonly ConcurrentQueue<Guid> accounts = new();

    Scene(string connectionString, int nodes)
    {
        Database = new Database(connectionString);
        Nodes = [.. Enumerable.Range(1, nodes).Select(number => new NodeProcess($"node{number}", Named($"node{number}")))];
        services = new ServiceCollection().AddLogging().AddEngine(Named("clients"), BankModel.Register, workers: false).BuildServiceProvider();

        string Named(string name) => new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = name }.ConnectionString;
    }

    public Database Database { get; }

    public IReadOnlyList<NodeProcess> Nodes { get; }

    public Acknowledgements Acknowledged { get; } = new();

    /// <summary>What the nodes said last, for a test that fails.</summary>
    public string Said => string.Join('\n', Nodes.Select(node => node.Said));

    /// <summary>Opens the bank with some accounts and starts the nodes.</summary>
    public static async Task<Scene> Set(Cluster cluster, int nodes = 2)
    {
        var scene = new Scene(await cluster.NewDatabase(), nodes);
        try
        {
            await scene.services.GetRequiredService<Migrator>().Migrate(CancellationToken.None);
            await scene.services.GetRequiredService<Notifications>().StartAsync(CancellationToken.None);
            var founder = scene.Client(0);
            for (var i = 0; i < 20; i++)
            {
                await founder.OpenAccount();
            }

            foreach (var node in scene.Nodes)
            {
                node.Start();
            }

            await Task.WhenAll(scene.Nodes.Select(node => node.Started()));
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    public Client Client(int seed) => new(services.GetRequiredService<EventStore>(), seed, accounts, Acknowledged);

    /// <summary>Waits until no message waits and the async projection has seen all, then stops the nodes.</summary>
    public async Task ComeToRest()
    {
        await AtRest();
        foreach (var node in Nodes)
        {
            (await node.Stop()).ShouldBe(0, $"{node.Name} did not stop cleanly.");
        }

        await Acknowledged.Save(Database);
        await Database.Rows("analyze"); // the checker asks about everything at once
    }

    /// <summary>Waits until no message waits and the async projection has seen all.</summary>
    public async Task<TimeSpan> AtRest()
    {
        var left = new List<string>();
        try
        {
            return await Until.True("everything is handled and applied", Quiet, async () => (left = await Left()).Count == 0);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{error.Message}: {string.Join("; ", left)}", error);
        }
    }

    /// <summary>What there is still to do, in words.</summary>
    public Task<List<string>> Left() => Database.Rows(Unfinished);

    /// <summary>The name of the node that keeps the async projection; null when there is none.</summary>
    public Task<string?> Leader() => Database.Ask<string>(LeaderSql);

    /// <summary>The invariants that do not hold.</summary>
    public async Task<List<string>> Broken()
    {
        await using var connection = await Database.Open();
        return await Invariant.Broken(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(node => node.DisposeAsync().AsTask()));
        await services.GetRequiredService<Notifications>().StopAsync(CancellationToken.None);
        await services.DisposeAsync();
    }
}
