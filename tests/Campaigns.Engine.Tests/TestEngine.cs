using System.Globalization;
using Campaigns.Engine.Doctor;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;
using Campaigns.Engine.Schema;
using Campaigns.Engine.Snapshots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Campaigns.Engine.Tests;

/// <summary>One node of the bank, on a schema of its own or on that of another node.</summary>
public sealed class TestEngine : IAsyncDisposable
{
    public const string Tenant = "acme";

    /// <summary>Longer than anything takes on a slow machine; reached only by a test that fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly string connectionString;
    readonly ServiceProvider services;

    readonly AsyncOptions? later;

    TestEngine(string connectionString, ManualClock clock, QueueOptions queue, AsyncOptions? later = null)
    {
        this.later = later;
        this.connectionString = connectionString;
        Clock = clock;
        var collection = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(clock).AddSingleton(this);
        collection.AddEngine(connectionString, setup => (later is null ? setup : setup.Async(new Balances("later_balances"), later))
            .Migrations(typeof(TestEngine).Assembly)
            .Event<AccountOpened>("account_opened")
            .Event<Deposited>("deposited")
            .Event<Noted>("noted")
            .Upcast<MoneyPutIn, Deposited>("money_put_in", old => new Deposited(old.Cents / 100))
            .Upcast<Deposited>("deposit", old => new Deposited(old.GetProperty("sum").GetProperty("amount").GetInt32()))
            .Upcast<AccountOpened>("account_begun", old => new AccountOpened(old.GetProperty("name").GetString()!))
            .Mask<AccountOpened>(fact => fact with { Owner = "erased" })
            .Mask<Noted>(fact => fact.Text.Contains("Ada", StringComparison.Ordinal) ? new Noted("erased") : fact)
            .Stream("account", Account.Initial, Account.Apply)
            .Stream("journal", Journal.Initial, Journal.Apply, snapshot: true)
            .Inline(new Balances())
            .Queue("single", queue)
            .Queue("many", queue)
            .OnError<TimeoutException>(new RetryPolicy { MaxAttempts = 5, FirstWait = TimeSpan.FromHours(1), LongestWait = TimeSpan.FromDays(1), Jitter = 0 })
            .OnError<ArgumentException>(RetryPolicy.Never, error => error.ParamName == "amount")
            .RememberHandled(TimeSpan.FromHours(6))
            .Every(TimeSpan.FromHours(24), new Pay(Guid.Empty, 24))
            .Handle<Pay>("pay", "single", _ => (pay, delivery, ct) => Pays(pay, delivery, ct), _ => (pay, tenantId, reason) => PayDied(pay, tenantId, reason))
            .HandleMany<PayTogether>("pay_together", "many", 100, _ => (payments, session, ct) => PaysTogether(payments, session, ct)));
        services = collection.BuildServiceProvider();
    }

    public ManualClock Clock { get; }

    public EventStore Store => services.GetRequiredService<EventStore>();

    public NpgsqlDataSource Database => Store.Database;

    public MessageWorkers Workers => services.GetRequiredService<MessageWorkers>();

    public Schedules Schedules => services.GetRequiredService<Schedules>();

    public StoredMessages Messages => services.GetRequiredService<StoredMessages>();

    public Notifications Notifications => services.GetRequiredService<Notifications>();

    public EventErasure Erasure => services.GetRequiredService<EventErasure>();

    public ProjectionRebuild Rebuild => services.GetRequiredService<ProjectionRebuild>();

    public SnapshotRebuild Snapshots => services.GetRequiredService<SnapshotRebuild>();

    public DatabaseDoctor Doctor => services.GetRequiredService<DatabaseDoctor>();

    public StreamHistory History => services.GetRequiredService<StreamHistory>();

    public ProjectionDaemon Daemon => services.GetRequiredService<ProjectionDaemon>();

    public Migrator Migrator => services.GetRequiredService<Migrator>();

    /// <summary>What handles <see cref="Pay"/>; a test may put its own in the place.</summary>
    public Func<Pay, Delivery, CancellationToken, Task> Pays { get; set; } = (pay, delivery, ct) =>
    {
        var session = delivery.OpenSession();
        session.Append<Account>(pay.Account, ExpectedVersion.Any, new Deposited(pay.Amount));
        return session.Commit(ct);
    };

    /// <summary>What is told of a <see cref="Pay"/> that could not be handled.</summary>
    public Func<Pay, string, string, Task> PayDied { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>What handles <see cref="PayTogether"/>; a test may put its own in the place.</summary>
    public Func<IReadOnlyList<PayTogether>, Session, CancellationToken, Task> PaysTogether { get; set; } = (payments, session, _) =>
    {
        foreach (var pay in payments)
        {
            session.Append<Account>(pay.Account, ExpectedVersion.Any, new Deposited(pay.Amount));
        }

        return Task.CompletedTask;
    };

    /// <param name="later">Keep an async projection beside the inline one.</param>
    public static async Task<TestEngine> Start(PostgresFixture postgres, QueueOptions? queue = null, AsyncOptions? later = null) =>
        await Start(await postgres.NewSchema(), queue, later);

    public static async Task<TestEngine> Start(string connectionString, QueueOptions? queue = null, AsyncOptions? later = null)
    {
        var engine = new TestEngine(connectionString, new ManualClock(), queue ?? new QueueOptions(), later);
        await engine.Migrator.Migrate(CancellationToken.None);
        return engine;
    }

    /// <summary>Another process on the same database, with the same time.</summary>
    public TestEngine AnotherNode(QueueOptions? queue = null) => new(connectionString, Clock, queue ?? new QueueOptions(), later);

    /// <summary>Starts what runs in the background of a node, and stops it at the end of the test.</summary>
    /// <param name="schedules">Send the messages of the schedules too, which other tests would count.</param>
    public async Task<IAsyncDisposable> Run(bool schedules = false)
    {
        var running = services.GetServices<IHostedService>().Where(service => schedules || service is not Engine.Messages.Schedules).ToList();
        foreach (var service in running)
        {
            await service.StartAsync(CancellationToken.None);
        }

        return new Running(running);
    }

    public Session Session(Metadata? metadata = null) => Store.OpenSession(Tenant, metadata);

    public async Task<Guid> Open(params object[] facts)
    {
        var id = Guid.CreateVersion7();
        var session = Session();
        session.Start<Account>(id, [new AccountOpened("Ada"), .. facts]);
        await session.Commit(CancellationToken.None);
        return id;
    }

    public async Task Send(params object[] messages)
    {
        var session = Session();
        foreach (var message in messages)
        {
            session.Send(message);
        }

        await session.Commit(CancellationToken.None);
    }

    public Task<StreamState<Account>> Load(Guid id) => Store.Load<Account>(Tenant, id, CancellationToken.None);

    public async Task<List<Event>> Events(Guid id) => await Store.ReadStream(Tenant, id).ToListAsync();

    /// <summary>The first column of the first row, as text; null when there is none.</summary>
    public async Task<string?> Ask(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync() is { } answer and not DBNull ? Convert.ToString(answer, CultureInfo.InvariantCulture) : null;
    }

    public async Task<List<string>> List(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join(" | ", values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    /// <summary>Until so many statements of anybody's wait for a lock.</summary>
    public async Task UntilWaiting(int statements)
    {
        using var impatient = new CancellationTokenSource(Patience);
        while (await Ask("select count(*) from pg_locks where not granted") != $"{statements}")
        {
            impatient.Token.ThrowIfCancellationRequested();
        }
    }

    public async Task<long> Count(string table) => long.Parse((await Ask($"select count(*) from {table}"))!, CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync() => await services.DisposeAsync();

    sealed class Running(List<IHostedService> services) : IAsyncDisposable
    {
        bool stopped;

        public async ValueTask DisposeAsync()
        {
            if (!stopped)
            {
                stopped = true;
                foreach (var service in Enumerable.Reverse(services))
                {
                    await service.StopAsync(CancellationToken.None);
                }
            }
        }
    }
}
