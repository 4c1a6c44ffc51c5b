using System.Globalization;
using Campaigns.Server.Postgres;
using Npgsql;

namespace Campaigns.Crash.Tests.Running;

/// <summary>The classes marked <c>[Collection("crash")]</c> run one after the other on this PostgreSQL, which loses nothing when it is killed.</summary>
[CollectionDefinition("crash")]
public sealed class CrashCollection : ICollectionFixture<Cluster>;

/// <summary>A durable PostgreSQL that can be killed and started again, removed at the end.</summary>
public sealed class Cluster : IAsyncLifetime
{
    const string Prefix = "campaigns-crash-";

    readonly string folder = Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Path.GetRandomFileName()}");
    EmbeddedPostgres? postgres;
    int handedOut;

    public async Task InitializeAsync()
    {
        foreach (var left in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(IsLeft))
        {
            await EmbeddedPostgres.Remove(left);
        }

        postgres = await Start();
    }

    /// <summary>The connection string to a new, empty database.</summary>
    public Task<string> NewDatabase() => postgres!.CreateDatabase($"database_{++handedOut}", CancellationToken.None);

    /// <summary>Immediate shutdown: no session ends in order, nothing is written any more; the next start recovers from the log.</summary>
    public async Task CrashAndRecover()
    {
        Signals.Send(postgres!.ProcessId, Signals.Quit);
        await postgres.DisposeAsync();
        postgres = await Start();
    }

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
        }

        await EmbeddedPostgres.Remove(folder);
    }

    Task<EmbeddedPostgres> Start() => EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = folder });

    // Of a test run that was killed and could not clean up: the process in the name is gone.
    static bool IsLeft(string folder) =>
        int.TryParse(Path.GetFileName(folder)[Prefix.Length..].Split('-')[0], CultureInfo.InvariantCulture, out var pid)
        && !System.Diagnostics.Process.GetProcesses().Any(process => process.Id == pid);
}
