using System.Collections.Concurrent;
using Npgsql;

namespace Campaigns.Crash.Tests;

/// <summary>All the connections that a PostgreSQL has, as far as one can get hold of them: others lose theirs, and find none.</summary>
sealed class TakenConnections : IAsyncDisposable
{
    const string TooManyConnections = "53300";
    const int Takers = 4;

    readonly CancellationTokenSource stopping = new();
    readonly ConcurrentBag<NpgsqlConnection> held = [];
    Task[] takers = [];

    /// <summary>Completes when there is none left.</summary>
    public static async Task<TakenConnections> Take(string connectionString)
    {
        var taken = new TakenConnections();
        var name = new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false }.ConnectionString;
        var none = new TaskCompletionSource();
        taken.takers = [.. Enumerable.Range(0, Takers).Select(_ => taken.GoOnTaking(name, none))];
        await none.Task.WaitAsync(TimeSpan.FromSeconds(60));
        // Whoever has one already goes on with it: these are taken away, and are soon held here.
        await using var command = new NpgsqlCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname <> 'postgres'", taken.held.First());
        await command.ExecuteNonQueryAsync();
        return taken;
    }

    async Task GoOnTaking(string connectionString, TaskCompletionSource none)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!stopping.IsCancellationRequested)
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync(CancellationToken.None);
                held.Add(connection);
            }
            catch (NpgsqlException error) when (error.SqlState == TooManyConnections || error is not PostgresException)
            {
                await connection.DisposeAsync();
                none.TrySetResult();
                await pause.WaitForNextTickAsync(CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(takers);
        foreach (var connection in held)
        {
            await connection.DisposeAsync();
        }

        stopping.Dispose();
    }
}
