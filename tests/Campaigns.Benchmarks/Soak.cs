using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>
/// Messages at full speed through a table in which a million timers, retries and dead letters lie, for SOAK_SECONDS (120). A line for each twelfth
/// of the time, then the speed of the last third as a share of the first. Raw: as many rows at a time into and out of a bare table.
/// </summary>
/// <param name="once">Every message has an id of its own and stays as a tombstone.</param>
/// <param name="held">A transaction beside it keeps its snapshot from the first quarter of the time to the last.</param>
sealed class Soak(string name, bool once, bool held)
{
    const int Timers = 1_000_000;
    const int AtOnce = 1000;
    const int Together = 100;
    const int Feeders = 2;
    const int Waiting = 20_000;
    const int Intervals = 12;

    static readonly TimeSpan Time = TimeSpan.FromSeconds(int.Parse(
        Environment.GetEnvironmentVariable("SOAK_SECONDS") ?? "120", CultureInfo.InvariantCulture));

    /// <summary>Storage parameters to try instead of those of the migrations: <c>autovacuum_vacuum_threshold = 50000</c>.</summary>
    static readonly string? Settings = Environment.GetEnvironmentVariable("SOAK_SETTINGS");

    long sent;
    long handled;

    public async Task Run(Bench bench)
    {
        await using var engine = await bench.NewEngine(
            setup => setup
                .Queue("ticks", new QueueOptions { Concurrency = 8, Prefetch = 2000 })
                .HandleMany<Tick>("tick", "ticks", Together, _ => (ticks, _, _) => Count(ticks.Count))
                .Handle<Stumble>("stumble", "ticks", _ => (stumble, delivery, _) => Stumbling(stumble, delivery))
                .OnError<InvalidDataException>(RetryPolicy.Never),
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)));
        var store = engine.GetRequiredService<EventStore>();
        await Fill(store);

        var services = engine.GetServices<IHostedService>().ToList();
        await Task.WhenAll(services.Select(service => service.StartAsync(CancellationToken.None)));
        using var over = new CancellationTokenSource();
        var feeding = Task.WhenAll(Enumerable.Range(0, Feeders).Select(_ => Feed(store, over.Token)));
        var speeds = await Watch(store);
        await over.CancelAsync();
        await feeding;
        await Task.WhenAll(services.Select(service => service.StopAsync(CancellationToken.None)));

        var third = speeds.Count / 3;
        var last = speeds.TakeLast(third).Average();
        Bench.Report(name, last / speeds.Take(third).Average(), "ratio", last / await Raw(bench), 2);
    }

    static async Task Fill(EventStore store)
    {
        if (Settings is not null)
        {
            await Bench.Execute(store.Database, $"alter table messages set ({Settings})");
        }

        foreach (var some in Enumerable.Range(0, Timers).Chunk(5000))
        {
            var session = store.OpenSession("acme");
            foreach (var number in some)
            {
                session.Send(new Tick(number), session.Now + TimeSpan.FromDays(3) + TimeSpan.FromSeconds(number));
            }

            await session.Commit(CancellationToken.None);
        }

        await Bench.Execute(store.Database, """
            update messages set attempts = 3, last_error = 'Not yet.' where due in (select due from messages order by due limit 10000);
            update messages set dead_at = now(), last_error = 'It never will.' where due in (select due from messages order by due desc limit 10000)
            """);
        await Bench.Execute(store.Database, "vacuum analyze messages");
    }

    async Task Feed(EventStore store, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            if (Interlocked.Read(ref sent) - Interlocked.Read(ref handled) > Waiting)
            {
                await Task.Delay(1, CancellationToken.None);
                continue;
            }

            var session = store.OpenSession("acme");
            for (var i = 0; i < AtOnce; i++)
            {
                session.Send(new Tick(i), id: once ? Guid.CreateVersion7() : null);
            }

            session.Send(new Stumble(ForGood: Random.Shared.Next(10) == 0));
            await session.Commit(CancellationToken.None);
            Interlocked.Add(ref sent, AtOnce);
        }
    }

    async Task<List<double>> Watch(EventStore store)
    {
        Console.WriteLine($"# {name}: seconds, messages/s, waiting, table MB, indexes MB, dead rows, autovacuums, claim ms, claim pages");
        await using var beside = NpgsqlDataSource.Create(store.Database.ConnectionString);
        await using var analyst = await beside.OpenConnectionAsync();
        var speeds = new List<double>();
        var started = Stopwatch.GetTimestamp();
        var before = (Time: TimeSpan.Zero, Handled: 0L);
        for (var interval = 1; interval <= Intervals; interval++)
        {
            await Task.Delay(TimeSpan.FromTicks(Math.Max(0, (Time * interval / Intervals - Stopwatch.GetElapsedTime(started)).Ticks)));
            var now = (Time: Stopwatch.GetElapsedTime(started), Handled: Interlocked.Read(ref handled));
            speeds.Add((now.Handled - before.Handled) / (now.Time - before.Time).TotalSeconds);
            before = now;
            var (sizes, claim) = (await Sizes(beside), await TimeClaim(beside));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"# {now.Time.TotalSeconds:F0} {speeds[^1]:F0} {Interlocked.Read(ref sent) - now.Handled} {sizes} {claim}"));
            if (held && interval == Intervals / 4)
            {
                // Read committed would hold nothing: between two statements it has no snapshot.
                await Execute(analyst, "begin isolation level repeatable read; select 1 from messages limit 1");
            }
            else if (held && interval == Intervals * 3 / 4)
            {
                await Execute(analyst, "rollback");
            }
        }

        return speeds;
    }

    Task Count(int count)
    {
        Interlocked.Add(ref handled, count);
        return Task.CompletedTask;
    }

    static Task Stumbling(Stumble stumble, Delivery delivery) =>
        stumble.ForGood ? throw new InvalidDataException("It never will.")
        : delivery.Attempt == 1 ? throw new IOException("Not yet.")
        : Task.CompletedTask;

    static async Task<string> Sizes(NpgsqlDataSource database)
    {
        await using var look = database.CreateCommand("""
            select format('%s %s %s %s', pg_table_size(relid) >> 20, pg_indexes_size(relid) >> 20, n_dead_tup, autovacuum_count)
            from pg_stat_user_tables where relname = 'messages'
            """);
        return (string)(await look.ExecuteScalarAsync())!;
    }

    /// <summary>One claim as a worker makes it, and rolled back.</summary>
    static async Task<string> TimeClaim(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var claim = new NpgsqlCommand($"explain (analyze, buffers, timing off, format json) {Sql.Beside<Delivery>("ClaimMessages")}", connection);
        claim.CommandTimeout = 0;
        foreach (var value in (object[])["ticks", DateTime.UtcNow, 100, Guid.CreateVersion7(), DateTime.UtcNow.AddSeconds(30), (short[])[-1, 0, 1], (string[])["tick"]])
        {
            claim.Parameters.Add(new() { Value = value });
        }

        using var plan = JsonDocument.Parse((string)(await claim.ExecuteScalarAsync())!);
        var top = plan.RootElement[0];
        var pages = top.GetProperty("Plan");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{top.GetProperty("Execution Time").GetDouble():F1} {pages.GetProperty("Shared Hit Blocks").GetInt64() + pages.GetProperty("Shared Read Blocks").GetInt64()}");
    }

    static async Task<double> Raw(Bench bench)
    {
        await using var database = NpgsqlDataSource.Create(await bench.NewDatabase() + ";Max Auto Prepare=10;Auto Prepare Min Usages=2;No Reset On Close=true");
        await Bench.Execute(database, "create table rows (id uuid primary key, body jsonb)");
        var started = Stopwatch.GetTimestamp();
        var count = 0;
        await Task.WhenAll(Enumerable.Range(0, Feeders).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < Time / Intervals)
            {
                var ids = Enumerable.Range(0, AtOnce).Select(_ => Guid.CreateVersion7()).ToArray();
                await Run("insert into rows select i, '{\"number\": 1}' from unnest($1) i", ids);
                foreach (var some in ids.Chunk(Together))
                {
                    await Run("delete from rows where id = any ($1)", some);
                }

                Interlocked.Add(ref count, AtOnce);
            }
        }));
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;

        async Task Run(string text, Guid[] ids)
        {
            await using var command = database.CreateCommand(text);
            command.Parameters.Add(new() { Value = ids });
            await command.ExecuteNonQueryAsync();
        }
    }

    static async Task Execute(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>Fails the first time, or for good.</summary>
sealed record Stumble(bool ForGood);
