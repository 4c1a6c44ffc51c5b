using System.Diagnostics;
using System.Globalization;
using Campaigns.Engine;
using Campaigns.Engine.Schema;
using Campaigns.Server.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>A durable PostgreSQL of its own, rounds and medians, one line for each result.</summary>
public sealed class Bench : IAsyncDisposable
{
    const int Rounds = 5;

    readonly string folder;
    readonly EmbeddedPostgres postgres;
    int databases;

    Bench(string folder, EmbeddedPostgres postgres)
    {
        this.folder = folder;
        this.postgres = postgres;
    }

    public static async Task<Bench> Start()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"campaigns-benchmarks-{Environment.ProcessId}-{Path.GetRandomFileName()}");
        return new Bench(folder, await EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = folder, Durable = true }));
    }

    /// <summary>An empty database, so that no benchmark finds the rows of another.</summary>
    public async Task<string> NewDatabase() =>
        (await postgres.CreateDatabase($"bench_{++databases}", CancellationToken.None)) + ";Maximum Pool Size=32";

    /// <summary>The engine on an empty, migrated database.</summary>
    public async Task<ServiceProvider> NewEngine(Action<EngineSetup> setup, Action<IServiceCollection>? application = null)
    {
        var services = Engine(await NewDatabase(), setup, application);
        await services.GetRequiredService<Migrator>().Migrate(CancellationToken.None);
        return services;
    }

    /// <summary>A further engine on a database that has been migrated.</summary>
    public static ServiceProvider Engine(string connectionString, Action<EngineSetup> setup, Action<IServiceCollection>? application = null)
    {
        var collection = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace))
            .AddEngine(connectionString, setup);
        application?.Invoke(collection);
        return collection.BuildServiceProvider();
    }

    /// <summary>Operations a second, of ours and of raw PostgreSQL in turns, so that both see the same machine.</summary>
    /// <param name="ours">One round; answers with the number of operations in it.</param>
    /// <param name="raw">The same work in plain SQL.</param>
    /// <param name="prepare">What a round of ours needs and is not measured.</param>
    /// <param name="prepareRaw">The same for the plain SQL.</param>
    public static async Task Throughput(
        string name, string unit, Func<Task<int>> ours, Func<Task<int>> raw, Func<Task>? prepare = null, Func<Task>? prepareRaw = null)
    {
        var (engine, plain) = await Medians(async () => [await PerSecond(ours, prepare)], async () => [await PerSecond(raw, prepareRaw)]);
        Report(name, engine[0], unit, engine[0] / plain[0], 0);
    }

    /// <summary>Latencies in milliseconds: within which half of a round are, and 99 % of it; the line of the latter ends its name in <c>-p99</c>.</summary>
    public static async Task Latency(string name, Func<Task<IEnumerable<TimeSpan>>> ours, Func<Task<IEnumerable<TimeSpan>>> raw)
    {
        var (engine, plain) = await Medians(
            async () => Percentiles(await ours(), 0.5, 0.99), async () => Percentiles(await raw(), 0.5, 0.99));
        Report(name, engine[0], "ms", engine[0] / plain[0], 3);
        Report($"{name}-p99", engine[1], "ms", engine[1] / plain[1], 3);
    }

    /// <summary>
    /// Operations a second and the latencies in milliseconds of the calls that bring them; the lines of the latter end their names in <c>-p50</c>,
    /// <c>-p95</c> and <c>-p99</c>.
    /// </summary>
    /// <param name="operations">In one round.</param>
    /// <param name="prepare">What a round of both needs and is not measured.</param>
    public static async Task Load(
        string name, string unit, int operations, Func<Task<IEnumerable<TimeSpan>>> ours, Func<Task<IEnumerable<TimeSpan>>> raw, Func<Task> prepare)
    {
        var (engine, plain) = await Medians(
            async () =>
            {
                await prepare();
                return await Figures(ours);
            },
            () => Figures(raw));
        Report(name, engine[0], unit, engine[0] / plain[0], 0);
        foreach (var (figure, percent) in new[] { (1, 50), (2, 95), (3, 99) })
        {
            Report($"{name}-p{percent}", engine[figure], "ms", engine[figure] / plain[figure], 1);
        }

        async Task<double[]> Figures(Func<Task<IEnumerable<TimeSpan>>> round)
        {
            var started = Stopwatch.GetTimestamp();
            var times = await round();
            var perSecond = operations / Stopwatch.GetElapsedTime(started).TotalSeconds;
            return [perSecond, .. Percentiles(times, 0.5, 0.95, 0.99)];
        }
    }

    public static async Task Execute(NpgsqlDataSource database, string text, params object[] values)
    {
        await using var command = database.CreateCommand(text);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    public static void Report(string name, double value, string unit, double ratio, int decimals) => Console.WriteLine(
        $"{name} {value.ToString($"F{decimals}", CultureInfo.InvariantCulture)} {unit} {ratio.ToString("F2", CultureInfo.InvariantCulture)}");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await postgres.DisposeAsync();
        await EmbeddedPostgres.Remove(folder);
    }

    /// <summary>Of each figure of a round, the median of all rounds.</summary>
    static async Task<(double[] Ours, double[] Raw)> Medians(Func<Task<double[]>> ours, Func<Task<double[]>> raw)
    {
        await ours();
        await raw();
        var (all, allRaw) = (new List<double[]>(), new List<double[]>());
        for (var round = 0; round < Rounds; round++)
        {
            all.Add(await ours());
            allRaw.Add(await raw());
        }

        return (MediansOf(all), MediansOf(allRaw));
    }

    static double[] MediansOf(List<double[]> rounds) =>
        [.. Enumerable.Range(0, rounds[0].Length).Select(figure => Percentile(rounds.Select(round => round[figure]), 0.5))];

    static async Task<double> PerSecond(Func<Task<int>> round, Func<Task>? prepare)
    {
        if (prepare is not null)
        {
            await prepare();
        }

        var started = Stopwatch.GetTimestamp();
        var count = await round();
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    static double[] Percentiles(IEnumerable<TimeSpan> times, params double[] shares)
    {
        var milliseconds = times.Select(time => time.TotalMilliseconds).ToList();
        return Array.ConvertAll(shares, share => Percentile(milliseconds, share));
    }

    static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)(sorted.Count * share)];
    }
}
