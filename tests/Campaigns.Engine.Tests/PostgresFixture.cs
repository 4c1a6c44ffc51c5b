using Campaigns.Server.Postgres;
using Npgsql;

namespace Campaigns; // encloses the namespaces of both test assemblies that compile this file

/// <summary>The classes marked <c>[Collection("postgres")]</c> share one PostgreSQL, and get a schema or database each.</summary>
[CollectionDefinition("postgres")]
public sealed class PostgresCollection : ICollectionFixture<PostgresFixture>;

/// <summary>One PostgreSQL per test assembly, fast instead of durable, removed at the end.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    const string Prefix = "campaigns-tests-";

    // Not .NET's own temporary folders: those are closed to the unprivileged user PostgreSQL runs as when the tests run as root.
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Path.GetRandomFileName()}");
    EmbeddedPostgres? _postgres;
    int _handedOut;

    EmbeddedPostgres Postgres => _postgres ?? throw new InvalidOperationException("PostgreSQL has not been started.");

    public async Task InitializeAsync()
    {
        await RemoveWhatKilledRunsLeft();
        _postgres = await EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = _folder, Durable = false });
    }

    /// <summary>The connection string to a new, empty schema, which is the whole search path.</summary>
    public async Task<string> NewSchema()
    {
        var schema = $"schema_{Interlocked.Increment(ref _handedOut)}";
        await using var connection = new NpgsqlConnection(Postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"create schema {schema}", connection);
        await command.ExecuteNonQueryAsync();
        return Modest(Postgres.ConnectionString, schema);
    }

    /// <summary>The connection string to a new, empty database.</summary>
    public async Task<string> NewDatabase() =>
        Modest(await Postgres.CreateDatabase($"database_{Interlocked.Increment(ref _handedOut)}", CancellationToken.None));

    public async Task DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        await EmbeddedPostgres.Remove(_folder);
    }

    /// <summary>Many classes with a pool each share the 200 connections: idle ones are given back soon.</summary>
    static string Modest(string connectionString, string? schema = null) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        SearchPath = schema,
        ConnectionIdleLifetime = 5,
        ConnectionPruningInterval = 1,
    }.ConnectionString;

    /// <summary>A test run that was killed could not clean up: its PostgreSQL still runs, with its lock free.</summary>
    static async Task RemoveWhatKilledRunsLeft()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                if (DateTime.UtcNow - Directory.GetCreationTimeUtc(folder) > TimeSpan.FromMinutes(10)) // not one that is just beginning
                {
                    await EmbeddedPostgres.Remove(folder);
                }
            }
            catch (Exception error) when (error is EmbeddedPostgresException or IOException or UnauthorizedAccessException)
            {
                // In use, or another user's: theirs to remove.
            }
        }
    }
}
