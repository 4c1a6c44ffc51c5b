using Campaigns.Planning;
using Campaigns.Senders;
using Campaigns.Storage.Doctor;
using Campaigns.Storage.Rebuild;
using Campaigns.Storage.Schema;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;

namespace Campaigns.Server.Tests.Storage;

public sealed record AccountOpened(string Owner);

public sealed record Deposited(int Amount);

public sealed record Noted(string Text);

/// <summary>A stream without a kept state.</summary>
public sealed record Account(Guid Id, string Owner, int Balance) : IStreamState<Account>
{
    public static Account Begin(Guid id) => new(id, "", 0);

    public Account Evolve(object fact) => fact switch
    {
        AccountOpened opened => this with { Owner = opened.Owner },
        Deposited deposited => this with { Balance = Balance + deposited.Amount },
        _ => this,
    };
}

/// <summary>A stream whose state is kept.</summary>
public sealed record Journal(Guid Id, int Notes, string Last) : IStreamState<Journal>
{
    public static Journal Begin(Guid id) => new(id, 0, "");

    public Journal Evolve(object fact) => fact is Noted noted ? this with { Notes = Notes + 1, Last = noted.Text } : this;
}

/// <summary>The sum of each account, and how many events it comes from.</summary>
public sealed class Balances() : InlineProjection("balances")
{
    public const string Table = """
        create table campaigns.balances (
            tenant_id varchar not null, account uuid not null, balance bigint not null, facts bigint not null, primary key (tenant_id, account),
            constraint not_too_rich check (balance < 1000000))
        """;

    public override IReadOnlyList<string> Tables { get; } = ["balances"];

    public override IReadOnlyList<Type> Facts { get; } = [typeof(AccountOpened), typeof(Deposited)];

    protected override void Apply(IReadOnlyList<IEvent> events, IDocumentOperations sql)
    {
        var accounts = events.Where(@event => @event.Data is AccountOpened or Deposited).ToList();
        if (accounts.Count > 0)
        {
            sql.Sql(
                """
                insert into balances as b (tenant_id, account, balance, facts)
                select tenant_id, account, sum(amount), count(*)
                from unnest($1, $2, $3) e(tenant_id, account, amount)
                group by tenant_id, account
                order by tenant_id, account
                on conflict (tenant_id, account) do update set balance = b.balance + excluded.balance, facts = b.facts + excluded.facts
                """,
                accounts.Select(@event => @event.TenantId).ToArray(),
                accounts.Select(@event => @event.StreamId).ToArray(),
                accounts.Select(@event => @event.Data is Deposited deposited ? deposited.Amount : 0).ToArray());
        }
    }

    public override IEnumerable<string> Topics(IReadOnlyList<IEvent> events) => events.Any(@event => @event.Data is Deposited) ? ["balances"] : [];
}

/// <summary>The room of the storage under another one than those of the application: it knows no campaign.</summary>
sealed class Bank : IAsyncDisposable
{
    public const string Tenant = "acme";

    /// <summary>How long a test waits for what must happen.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly IHost app;

    Bank(IHost app, ManualClock clock) => (this.app, Clock) = (app, clock);

    public ManualClock Clock { get; }

    public IServiceProvider Services => app.Services;

    public IDocumentStore Store => Services.GetRequiredService<IDocumentStore>();

    public NpgsqlDataSource Database => Store.Database;

    public DatabaseDoctor Doctor => Services.GetRequiredService<DatabaseDoctor>();

    public Migrator Migrator => Services.GetRequiredService<Migrator>();

    public ProjectionRebuild Rebuild => Services.GetRequiredService<ProjectionRebuild>();

    public SnapshotRebuild Snapshots => Services.GetRequiredService<SnapshotRebuild>();

    public InlineProjection Balances => Rebuild.Projections.Single(projection => projection.Name == "balances");

    /// <summary>The program over a database of whatever state; nothing of it runs.</summary>
    public static Bank Build(
        string connectionString,
        bool workers = false,
        Action<ModuleBuilder>? configure = null,
        Action<WolverineOptions>? messaging = null,
        Action<MessagingOptions>? options = null)
    {
        var clock = new ManualClock();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(clock);
        var settings = new MessagingOptions();
        options?.Invoke(settings);
        var module = new ModuleBuilder(builder.Services, settings, workers);
        module.Stream<Account>("account").Event<AccountOpened>("account_opened").Event<Deposited>("deposited");
        module.Stream<Journal>("journal", kept: true).Event<Noted>("noted");
        module.Stream<Campaign>("campaign", kept: true).Event<CampaignDrafted>("campaign_drafted"); // of whose tables the migrations speak
        module.Stream<Sender>("sender", kept: true).Event<SenderAdded>("sender_added");
        module.Inline(new Balances()).Mask<AccountOpened>(fact => fact with { Owner = "erased" }).Mask<Noted>(fact => fact with { Text = "erased" });
        configure?.Invoke(module);
        builder.AddStorage(connectionString, module, settings, handlers: null, workers);
        builder.Services.ConfigureWolverine(wolverine =>
        {
            wolverine.UseRuntimeCompilation(); // nobody has built code for the handlers of tests
            wolverine.CodeGeneration.SourceCodeWritingEnabled = false;
            wolverine.CodeGeneration.ReuseCompiledAssemblies = true;
            messaging?.Invoke(wolverine);
        });
        return new Bank(builder.Build(), clock);
    }

    /// <summary>Over a database of its own, with its tables. Nothing of it runs but what is called.</summary>
    public static async Task<Bank> Open(
        PostgresFixture postgres,
        bool workers = false,
        Action<ModuleBuilder>? configure = null,
        Action<WolverineOptions>? messaging = null,
        Action<MessagingOptions>? options = null)
    {
        var bank = Build(await postgres.NewDatabase(), workers, configure, messaging, options);
        await bank.Migrator.Migrate(default);
        await bank.Run(Storage.Balances.Table);
        return bank;
    }

    /// <summary>Has its Wolverine run.</summary>
    public Task Start() => app.StartAsync();

    /// <summary>Has it stop, as a node does that is told to.</summary>
    public Task Stop() => app.StopAsync();

    public IDocumentSession Session(string tenantId = Tenant) => Store.LightweightSession(tenantId);

    /// <summary>One commit.</summary>
    public async Task Commit(Action<IDocumentSession> work, string tenantId = Tenant)
    {
        await using var session = Session(tenantId);
        work(session);
        await session.SaveChangesAsync();
    }

    /// <summary>Begins an account, by the set-based append.</summary>
    public async Task<Guid> OpenAccount(params int[] deposits)
    {
        var id = Guid.CreateVersion7();
        await Commit(session => session.Start<Account>(id, [new AccountOpened("Ada"), .. deposits.Select(amount => new Deposited(amount))]));
        return id;
    }

    /// <summary>Begins a journal, or goes on with it, as a decision does.</summary>
    public async Task<Guid> Note(Guid? id, params string[] notes)
    {
        var journal = id ?? Guid.CreateVersion7();
        await using var session = Session();
        var stream = await session.Events.FetchForWriting<Journal>(journal);
        stream.AppendMany(notes.Select(object (note) => new Noted(note)));
        await session.SaveChangesAsync();
        return journal;
    }

    /// <summary>A commit that has done everything but to end.</summary>
    public async Task<Held> Hold(Action<IDocumentSession> work, string tenantId = Tenant)
    {
        var connection = await Database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        var options = Marten.Services.SessionOptions.ForTransaction(transaction);
        options.TenantId = tenantId;
        await using var session = Store.LightweightSession(options);
        work(session);
        await session.SaveChangesAsync();
        return new Held(connection, transaction);
    }

    /// <summary>A transaction that has run a statement and does not end.</summary>
    public async Task<Held> Hold(string statement, params object[] values)
    {
        var connection = await Database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        Array.ForEach(values, value => command.Parameters.Add(new NpgsqlParameter { Value = value }));
        await command.ExecuteNonQueryAsync();
        return new Held(connection, transaction);
    }

    /// <summary>Has Marten refuse a commit that has drawn a position, and fill it with a tombstone.</summary>
    public async Task Refuse(Guid one, Guid other)
    {
        await using (var session = Session())
        {
            (await session.Events.FetchForWriting<Account>(one)).AppendOne(new Deposited(1)); // has drawn its position when the other is refused
            (await session.Events.FetchForWriting<Account>(other)).AppendOne(new Deposited(1));
            await Commit(faster => faster.Append<Account>(other, ExpectedVersion.Any, new Deposited(2)));
            await Should.ThrowAsync<Exception>(() => session.SaveChangesAsync());
        }

        using var patience = new CancellationTokenSource(Patience);
        while (await Number("select count(*) from mt_events where type = 'tombstone'") == 0) // Marten writes it in the background
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until so many transactions of this database wait for others.</summary>
    public async Task UntilWaiting(int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await Number("select count(distinct pid) from pg_locks where not granted and pid in (select pid from pg_stat_activity where datname = current_database())") < count)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    public async Task<int> Run(string statement, params object[] values)
    {
        await using var command = Database.CreateCommand(statement);
        Array.ForEach(values, value => command.Parameters.Add(new NpgsqlParameter { Value = value }));
        return await command.ExecuteNonQueryAsync();
    }

    public Task<long> Number(string query) => Store.Number(query);

    public Task<List<string>> Texts(string query) => Store.Texts(query);

    /// <summary>Each row as text.</summary>
    public Task<List<string>> Rows(string query) => Store.Texts($"select r::text from ({query}) r");

    public async ValueTask DisposeAsync() => await ((IAsyncDisposable)app).DisposeAsync();
}

/// <summary>A transaction under way.</summary>
sealed class Held(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public Task Commit() => transaction.CommitAsync();

    public Task Rollback() => transaction.RollbackAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
