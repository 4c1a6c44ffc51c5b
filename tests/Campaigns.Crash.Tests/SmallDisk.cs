using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Campaigns.Crash.Tests;

/// <summary>A disk in memory that is soon full, for one database.</summary>
sealed class SmallDisk : IAsyncDisposable
{
    const int Megabytes = 64;

    readonly string folder = Path.Combine(Path.GetTempPath(), $"campaigns-disk-{Guid.NewGuid():N}"[..24]);
    string? connectionString;

    string Filler => Path.Combine(folder, "filler");

    public static bool CanBeMounted()
    {
        var folder = Directory.CreateTempSubdirectory("campaigns-disk-").FullName;
        try
        {
            var isMounted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder);
            return isMounted && Run("umount", folder);
        }
        catch (Win32Exception)
        {
            return false; // no such program
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    public static SmallDisk Mount()
    {
        var disk = new SmallDisk();
        Directory.CreateDirectory(disk.folder);
        Run("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m,mode=0755", "tmpfs", disk.folder).ShouldBeTrue();
        return disk;
    }

    /// <summary>Puts the tables of a database there to which nobody is connected. The log of all changes stays where it is: a server without room for that stops.</summary>
    public async Task Move(string database)
    {
        connectionString = database;
        var tables = Directory.CreateDirectory(Path.Combine(folder, "tables")).FullName;
        await using var connection = await Connect();
        var data = (string)(await new NpgsqlCommand("show data_directory", connection).ExecuteScalarAsync())!;
        Run("chown", $"--reference={data}", tables).ShouldBeTrue();
        await Execute(connection, $"create tablespace small location '{tables}'");
        NpgsqlConnection.ClearAllPools();
        await Execute(connection, $"alter database {new NpgsqlConnectionStringBuilder(database).Database} set tablespace small");
    }

    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            for (var written = 0L; written < 2L * Megabytes * 1024 * 1024; written += block.Length)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            return; // there is no room left
        }

        throw new InvalidOperationException($"{folder} is no small disk.");
    }

    public void Empty() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Filler))
        {
            Empty();
        }

        if (connectionString is { } database)
        {
            NpgsqlConnection.ClearAllPools();
            await using var connection = await Connect();
            await Execute(connection, $"drop database if exists {new NpgsqlConnectionStringBuilder(database).Database} with (force)");
            await Execute(connection, "drop tablespace if exists small");
        }

        Run("umount", folder).ShouldBeTrue();
        Directory.Delete(folder);
    }

    async Task<NpgsqlConnection> Connect()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
