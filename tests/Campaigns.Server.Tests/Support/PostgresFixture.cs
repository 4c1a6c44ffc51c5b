using Campaigns.Handlers;
using Campaigns.Server.Postgres;
using Campaigns.Storage.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Server.Tests.Support;

/// <summary>One PostgreSQL per collection of tests, fast instead of durable, removed at the end.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    const string Prefix = "campaigns-tests-";

    const string Template = "template_migrated";

    // Not .NET's own temporary folders: those are closed to the unprivileged user PostgreSQL runs as when the tests run as root.
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Path.GetRandomFileName()}");
    EmbeddedPostgres? _postgres;
    int _handedOut;
    Task? template;

    EmbeddedPostgres Postgres => _postgres ?? throw new InvalidOperationException("PostgreSQL has not been started.");

    public async Task InitializeAsync()
    {
        await RemoveWhatKilledRunsLeft();
        _postgres = await EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = _folder, Durable = false });
    }

    /// <summary>The connection string to a new database that is migrated: a copy of one that was migrated once.</summary>
    public async Task<string> NewDatabase()
    {
        await (template ??= MigrateTemplate());
        var name = $"database_{Interlocked.Increment(ref _handedOut)}";
        await Run($"create database {name} template {Template}");
        return Modest(new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Database = name }.ConnectionString);
    }

    /// <summary>The connection string to a new, empty database.</summary>
    public async Task<string> NewEmptyDatabase() =>
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
    static string Modest(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ConnectionIdleLifetime = 5,
        ConnectionPruningInterval = 1,
    }.ConnectionString;

    async Task MigrateTemplate()
    {
        // Nobody may be connected to it while it is copied: no pool.
        var connectionString = new NpgsqlConnectionStringBuilder(await Postgres.CreateDatabase(Template, CancellationToken.None)) { Pooling = false }.ConnectionString;
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        CampaignsModule.Add(builder, connectionString, HandlerCode.Assembly, workers: false);
        await using var app = builder.Build();
        await app.Services.GetRequiredService<Migrator>().Migrate(CancellationToken.None);
    }

    async Task Run(string statement)
    {
        // A test may have ended all the sessions there were: none is kept.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

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
