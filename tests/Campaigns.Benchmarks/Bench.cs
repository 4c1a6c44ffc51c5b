using System.Diagnostics;
using System.Globalization;
using Campaigns.Handlers;
using Campaigns.Server.Postgres;
using Campaigns.Storage;
using Campaigns.Storage.Schema;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;

namespace Campaigns.Benchmarks;

/// <summary>A durable PostgreSQL of its own, rounds and medians, one line for each result.</summary>
public sealed class Bench : IAsyncDisposable
{
    const int Rounds = 5;

    /// <summary>A statement that comes again is prepared, as the application's are.</summary>
    const string Prepared = ";Max Auto Prepare=20;Auto Prepare Min Usages=2;No Reset On Close=true";

    readonly string folder;
    readonly EmbeddedPostgres postgres;
    readonly List<Companion> companions = [];
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

    /// <summary>An empty database for plain SQL.</summary>
    public async Task<NpgsqlDataSource> NewPlainDatabase(string tables)
    {
        var database = NpgsqlDataSource.Create(await NewDatabase() + Prepared);
        await Execute(database, tables);
        return database;
    }

    /// <summary>A host of our storage over the application's tables, with what a benchmark registers instead of the application.</summary>
    public static async Task<IHost> Storage(string connectionString, Action<ModuleBuilder> setup, bool workers = false)
    {
        var builder = NewBuilder();
        var messaging = Messaging(builder);
        var module = new ModuleBuilder(builder.Services, messaging, workers);
        setup(module);
        builder.AddStorage(connectionString, module, messaging, handlers: null, workers);
        builder.Services.ConfigureWolverine(wolverine => wolverine.UseRuntimeCompilation()); // of the benchmark's own handlers no build writes the code
        using (await Application(connectionString, workers: false))
        {
            // Migrated: the scripts go on from the application's documents.
        }

        return builder.Build();
    }

    /// <summary>A host of the application, over a database that is migrated when it is not yet.</summary>
    public static async Task<IHost> Application(
        string connectionString, IDictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, bool workers = true)
    {
        var builder = NewBuilder();
        if (settings is not null)
        {
            builder.Configuration.AddInMemoryCollection(settings);
        }

        CampaignsModule.Add(builder, connectionString, HandlerCode.Assembly, workers);
        services?.Invoke(builder.Services);
        var host = builder.Build();
        await host.Services.GetRequiredService<Migrator>().Migrate(CancellationToken.None);
        return host;
    }

    /// <summary>Further processes whose CPU time is part of the work.</summary>
    public Companion Beside(string role, string argument, bool serverGc = false)
    {
        var companion = Companion.Start(role, argument, serverGc);
        companions.Add(companion);
        return companion;
    }

    /// <summary>
    /// Operations a second, of ours and of raw PostgreSQL in turns, so that both see the same machine; and the milliseconds of CPU, in all processes
    /// together, that 1,000 of them cost: the line of the latter ends its name in <c>-cpu</c>.
    /// </summary>
    /// <param name="ours">One round; answers with the number of operations in it.</param>
    /// <param name="raw">The same work in plain SQL.</param>
    /// <param name="prepare">What a round of ours needs and is not measured.</param>
    /// <param name="prepareRaw">The same for the plain SQL.</param>
    public async Task Throughput(
        string name, string unit, Func<Task<int>> ours, Func<Task<int>> raw, Func<Task>? prepare = null, Func<Task>? prepareRaw = null)
    {
        var (app, plain) = await Medians(() => Figures(ours, prepare), () => Figures(raw, prepareRaw));
        Report(name, app[0], unit, app[0] / plain[0], 0);
        Report($"{name}-cpu", app[1], "ms/1000", app[1] / plain[1], 0);
    }

    /// <summary>Latencies in milliseconds: within which half of a round are, and 99 % of it; the line of the latter ends its name in <c>-p99</c>.</summary>
    public static async Task Latency(string name, Func<Task<IEnumerable<TimeSpan>>> ours, Func<Task<IEnumerable<TimeSpan>>> raw)
    {
        var (app, plain) = await Medians(
            async () => Percentiles(await ours(), 0.5, 0.99), async () => Percentiles(await raw(), 0.5, 0.99));
        Report(name, app[0], "ms", app[0] / plain[0], 3);
        Report($"{name}-p99", app[1], "ms", app[1] / plain[1], 3);
    }

    /// <summary>
    /// Operations a second, what 1,000 of them cost, and the latencies in milliseconds of the calls that bring them; the lines of these end their names
    /// in <c>-cpu</c>, <c>-p50</c>, <c>-p95</c> and <c>-p99</c>.
    /// </summary>
    /// <param name="operations">In one round.</param>
    /// <param name="prepare">What a round of both needs and is not measured.</param>
    public async Task Load(
        string name, string unit, int operations, Func<Task<IEnumerable<TimeSpan>>> ours, Func<Task<IEnumerable<TimeSpan>>> raw, Func<Task> prepare)
    {
        var (app, plain) = await Medians(() => Round(ours, prepare), () => Round(raw, null));
        Report(name, app[0], unit, app[0] / plain[0], 0);
        Report($"{name}-cpu", app[1], "ms/1000", app[1] / plain[1], 0);
        foreach (var (figure, percent) in new[] { (2, 50), (3, 95), (4, 99) })
        {
            Report($"{name}-p{percent}", app[figure], "ms", app[figure] / plain[figure], 1);
        }

        async Task<double[]> Round(Func<Task<IEnumerable<TimeSpan>>> round, Func<Task>? prepare)
        {
            IEnumerable<TimeSpan> times = [];
            var figures = await Figures(
                async () =>
                {
                    times = await round();
                    return operations;
                },
                prepare);
            return [.. figures, .. Percentiles(times, 0.5, 0.95, 0.99)];
        }
    }

    /// <summary>The median of some rounds of each, in turns, behind one that does not count.</summary>
    public static async Task Median(string name, string unit, Func<Task<double>> ours, Func<Task<double>> raw)
    {
        var (app, plain) = await Medians(async () => [await ours()], async () => [await raw()]);
        Report(name, app[0], unit, app[0] / plain[0], 0);
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

    static HostApplicationBuilder NewBuilder()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration["Messaging:FirstPoll"] ??= "00:00:01";
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        return builder;
    }

    static MessagingOptions Messaging(HostApplicationBuilder builder) =>
        builder.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new MessagingOptions();

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

    /// <returns>Operations a second, and milliseconds of CPU for 1,000.</returns>
    async Task<double[]> Figures(Func<Task<int>> round, Func<Task>? prepare)
    {
        if (prepare is not null)
        {
            await prepare();
        }

        var (worked, started) = (CpuTime(), Stopwatch.GetTimestamp());
        var count = await round();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return [count / seconds, (CpuTime() - worked).TotalMilliseconds / count * 1000];
    }

    /// <summary>Of this process, those beside it, and PostgreSQL's.</summary>
    TimeSpan CpuTime()
    {
        using var process = Process.GetCurrentProcess();
        return companions.Where(companion => !companion.HasEnded).Aggregate(process.TotalProcessorTime, (time, companion) => time + companion.CpuTime)
            + ClusterTime.Of(postgres.ProcessId);
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
