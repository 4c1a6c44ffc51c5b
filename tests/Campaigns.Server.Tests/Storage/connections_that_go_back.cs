using JasperFx.Core;
using Npgsql;

namespace Campaigns.Server.Tests.Storage;

/// <summary>Marten, Wolverine and we share one pool, which resets nothing: whatever a session keeps, the next one who gets the connection has.</summary>
[Collection("postgres")]
public sealed class connections_that_go_back(PostgresFixture postgres) : IAsyncLifetime
{
    const long Key = 4711;
    const string Locks = "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";

    Bank bank = null!;

    public async Task InitializeAsync() => bank = await Bank.Open(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    /// <summary>Wolverine asks its leader's session for a sign of life, gives up after two seconds, and lets the connection go.</summary>
    [Fact]
    public async Task hold_no_lock_when_their_last_statement_took_too_long()
    {
        await using (var connection = await bank.Database.OpenConnectionAsync())
        {
            await Ask(connection, $"select pg_try_advisory_lock({Key})");
            await using var slow = new NpgsqlCommand("select pg_sleep(600)", connection) { CommandTimeout = 1 };
            await Should.ThrowAsync<NpgsqlException>(() => slow.ExecuteScalarAsync());
        }

        await Until(async () => await bank.Number(Locks) == 0); // PostgreSQL notices in its own time
    }

    /// <summary>As when it could not be released in time: Wolverine gives up after a second, and the session goes on.</summary>
    [Fact]
    public async Task with_the_lock_of_the_leader_are_ended_so_that_somebody_leads()
    {
        await using var pool = NpgsqlDataSource.Create(bank.Database.ConnectionString); // one that nobody else asks
        await using (var connection = await pool.OpenConnectionAsync())
        {
            await Ask(connection, $"select pg_try_advisory_lock({(long)StorageSetup.Schema.GetDeterministicHashCode()})");
        }

        (await bank.Number(Locks)).ShouldBe(1, "it lies in the pool");
        var between = TimeSpan.FromSeconds(2);
        await using var node = Bank.Build(bank.Database.ConnectionString, workers: true, options: options => options.NodeTimeout = between);
        await node.Start();
        await Until(async () =>
        {
            node.Clock.Advance(between); // to the next look at who leads
            return await bank.Number("select count(*) from wolverine_node_assignments where id = 'wolverine://leader/'") == 1;
        });
    }

    /// <summary>A node that leads, handles messages, listens and stops.</summary>
    [Fact]
    public async Task keep_nothing_of_a_node_that_stopped()
    {
        var node = Bank.Build(bank.Database.ConnectionString, workers: true);
        await node.Start();
        await Until(async () => await bank.Number(Locks) > 0);

        await node.Stop();

        (await bank.Number(Locks)).ShouldBe(0);
        await using var connections = new Borrowed();
        while (await connections.Borrow(node.Database) is { } connection)
        {
            (await Ask(connection, "select count(*) from pg_listening_channels()")).ShouldBe(0L);
            (await Ask(connection, "select count(*) from pg_settings where source = 'session' and name <> 'application_name'")).ShouldBe(0L);
        }

        await node.DisposeAsync();
    }

    static async Task Until(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Bank.Patience);
        while (!await isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    static async Task<object?> Ask(NpgsqlConnection connection, string query)
    {
        await using var command = new NpgsqlCommand(query, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>All connections that lie in a pool, one after the other, without giving any back.</summary>
    sealed class Borrowed : IAsyncDisposable
    {
        readonly List<NpgsqlConnection> all = [];

        /// <returns>Null: what comes now is a new one.</returns>
        public async Task<NpgsqlConnection?> Borrow(NpgsqlDataSource pool)
        {
            var began = DateTime.UtcNow;
            var connection = await pool.OpenConnectionAsync();
            all.Add(connection);
            var since = (DateTime)(await Ask(connection, "select backend_start from pg_stat_activity where pid = pg_backend_pid()"))!;
            return since < began ? connection : null;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in all)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
