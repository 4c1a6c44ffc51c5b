using Campaigns.Server.Postgres;
using Npgsql;

namespace Campaigns.Server.Tests.Support;

/// <summary>A data folder for one test.</summary>
sealed class TestFolder
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"campaigns-{Guid.NewGuid():N}"[..22]);

    public string Cluster => System.IO.Path.Combine(Path, "postgres");

    public Task<EmbeddedPostgres> Start(bool durable = true) =>
        EmbeddedPostgres.Start(new EmbeddedPostgresOptions { DataFolder = Path, Durable = durable });

    public async Task Remove()
    {
        await EmbeddedPostgres.Remove(Path);
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true); // what a test put there itself
        }
    }

    public static async Task<object?> Query(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public static bool IsRunning(int processId) =>
        File.Exists($"/proc/{processId}/stat") && !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);
}
