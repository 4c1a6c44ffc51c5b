using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Campaigns.Server.Postgres;

/// <summary>
/// A private PostgreSQL, run from the binaries found on the machine, so that one command starts everything. It is reached
/// through a unix socket only and lives exactly as long as its owner lets it.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    const string User = "campaigns";

    const string Database = "campaigns";

    readonly ClusterHome home;
    readonly Postmaster postmaster;
    readonly string socketFolder;
    bool stopped;

    EmbeddedPostgres(ClusterHome home, Postmaster postmaster, string socketFolder)
    {
        this.home = home;
        this.postmaster = postmaster;
        this.socketFolder = socketFolder;
    }

    /// <summary>Of the database "campaigns".</summary>
    public string ConnectionString => ConnectionTo(socketFolder, Database);

    /// <summary>Where the cluster really lies; not always below the data folder that was asked for.</summary>
    public string DataFolder => home.Cluster;

    /// <summary>Of the postmaster, the parent of all other PostgreSQL processes.</summary>
    public int ProcessId => postmaster.ProcessId;

    /// <summary>Creates the cluster when there is none, starts it and returns when it accepts connections.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot run; the message says why and what to do.</exception>
    public static async Task<EmbeddedPostgres> Start(EmbeddedPostgresOptions options, CancellationToken cancellationToken = default)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new EmbeddedPostgresException(
                "The private PostgreSQL runs on Linux and macOS only: pass a connection string in ConnectionStrings__Campaigns.");
        }

        try
        {
            var home = await ClusterHome.Open(options.DataFolder, cancellationToken);
            try
            {
                return await Start(home, options, cancellationToken);
            }
            catch
            {
                home.Dispose();
                throw;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {Path.GetFullPath(options.DataFolder)} cannot be used: {error.Message.TrimEnd('.')}. "
                + "Make it writable and see that the disk has room, or choose another data folder.",
                error);
        }
    }

    /// <summary>
    /// Stops what an earlier server may have left running on this data folder, and deletes its data. Does nothing to a folder
    /// that no server has used.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">A running server uses it.</exception>
    public static async Task Remove(string dataFolder, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(Path.Combine(dataFolder, ServerLock.FileName)))
        {
            return;
        }

        using var home = await ClusterHome.Open(dataFolder, cancellationToken);
        await StopLeftover(home, cancellationToken);
        home.Delete();
    }

    /// <summary>Creates a database of this name and returns the connection string to it.</summary>
    public async Task<string> CreateDatabase(string name, CancellationToken ct)
    {
        await CreateDatabase(socketFolder, name, ct);
        return ConnectionTo(socketFolder, name);
    }

    /// <summary>Stops PostgreSQL: sessions are ended, everything is written. Returns when the process is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopped)
        {
            return;
        }

        stopped = true;
        await postmaster.Stop(CancellationToken.None);
        DeleteSocketFolder(home, socketFolder);
        home.Dispose(); // last: whoever takes the lock next must find nothing running
    }

    static async Task<EmbeddedPostgres> Start(ClusterHome home, EmbeddedPostgresOptions options, CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.Find(options.BinariesFolder, home.Cluster, MajorVersionOf(home), cancellationToken);
        if (!await home.Account.CanRun(binaries.InitDb, cancellationToken))
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL runs as the user {home.Account.Name}, who cannot run the programs in {binaries.Folder}: "
                + "install PostgreSQL in a place that is open to all, or start the server as an ordinary user.");
        }

        await StopLeftover(home, cancellationToken);
        if (!home.HasCluster)
        {
            await Create(home, binaries, options.Durable, cancellationToken);
        }

        Postmaster.ForgetStalePidFile(home.Cluster);
        var socketFolder = await home.SocketFolder(cancellationToken);
        try
        {
            ClusterSettings.Write(home.Cluster, socketFolder, options.Durable, home.Account);
            var postmaster = await Launch(home, binaries, cancellationToken);
            await AcceptsConnections(home, postmaster, socketFolder, cancellationToken);
            return new EmbeddedPostgres(home, postmaster, socketFolder);
        }
        catch
        {
            if (Postmaster.Of(home.Cluster) is { } started)
            {
                await started.Stop(CancellationToken.None);
            }

            DeleteSocketFolder(home, socketFolder);
            throw;
        }
    }

    /// <summary>
    /// The lock is ours, so the server that started this PostgreSQL is gone, killed most likely. Stopping it and starting anew
    /// costs a second, and gives certainty where reuse would not: the settings and binaries are those of today, and the sessions
    /// of the dead server, with the locks they may still hold, are over.
    /// </summary>
    static async Task StopLeftover(ClusterHome home, CancellationToken cancellationToken)
    {
        if (Postmaster.Of(home.Cluster) is { } left && !await left.Stop(cancellationToken))
        {
            throw new EmbeddedPostgresException(
                $"A PostgreSQL left behind by an earlier server (process {left.ProcessId}) still uses {home.Cluster} and does not stop: end it and start again.");
        }
    }

    static int? MajorVersionOf(ClusterHome home)
    {
        if (!home.HasCluster)
        {
            return null;
        }

        var version = File.ReadAllText(Path.Combine(home.Cluster, "PG_VERSION")).Trim();
        return int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            ? major
            : throw home.Broken("its file PG_VERSION is damaged");
    }

    /// <summary>Makes the cluster beside its place and moves it there when complete: a start cut short leaves no half of one.</summary>
    static async Task Create(ClusterHome home, PostgresBinaries binaries, bool durable, CancellationToken cancellationToken)
    {
        // The user may not be allowed to create folders in the data folder, so the new one begins where the cluster's is to be.
        var unfinished = home.Cluster + ".unfinished";
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        Directory.Move(home.Cluster, unfinished);
        ProgramResult? result = null;
        foreach (var locale in new[] { "C.UTF-8", "C" }) // the first is not known everywhere; it sorts alike and knows letters
        {
            List<string> command =
            [
                binaries.InitDb,
                $"--pgdata={unfinished}",
                "--encoding=UTF8",
                $"--locale={locale}",
                "--auth-local=trust", // the folder of the socket lets nobody else in
                "--auth-host=reject", // should anybody ever turn the network on
                $"--username={User}",
            ];
            if (!durable)
            {
                command.Add("--no-sync");
            }

            result = await ExternalProgram.Run(home.Account.Command(command), TimeSpan.FromMinutes(3), cancellationToken);
            if (result.Succeeded || !result.Output.Contains("invalid locale", StringComparison.Ordinal))
            {
                break;
            }
        }

        if (!result!.Succeeded)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL could not create its data in {home.Cluster}: {LastError(result.Output)}. "
                + "See that the disk has room and the folder is writable, or choose another data folder.");
        }

        Directory.Move(unfinished, home.Cluster);
        if (durable)
        {
            Posix.SyncFolder(home.Folder);
        }
    }

    static async Task<Postmaster> Launch(ClusterHome home, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // pg_ctl gives PostgreSQL a session of its own, so that Ctrl-C in the terminal reaches the server alone, which still has
        // work in hand to commit before it stops PostgreSQL. It also sees at once when PostgreSQL ends instead of starting. Folder
        // and log are passed as environment and relative path because pg_ctl itself would put them into a shell's command line.
        var command = home.Account.Command(binaries.PgCtl, "start", "--wait", "--timeout=60", "--silent", "--log=../postgres.log");
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var logged = new FileInfo(home.Log).Length;
            var result = await ExternalProgram.Run(
                command, TimeSpan.FromSeconds(90), cancellationToken, home.Cluster, ("PGDATA", home.Cluster));
            if (Postmaster.Of(home.Cluster) is { } postmaster)
            {
                return postmaster; // ready, or still recovering
            }

            // After a kill of the postmaster its children take a moment to notice, and the data are theirs until then.
            var reason = LastError(ReadLog(home, logged));
            if (!reason.Contains("shared memory block", StringComparison.Ordinal)
                || Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30))
            {
                throw NotStarted(home, logged, result.LastLine);
            }

            await Task.Delay(200, cancellationToken);
        }
    }

    /// <summary>
    /// Connects until that works, and creates the database when it is missing. Recovery after a crash may take minutes where
    /// much was written: as long as PostgreSQL says it is busy with that, giving up would only make it begin again.
    /// </summary>
    static async Task AcceptsConnections(
        ClusterHome home, Postmaster postmaster, string socketFolder, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var logged = new FileInfo(home.Log).Length;
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionTo(socketFolder, "postgres", pooling: false));
                await connection.OpenAsync(cancellationToken);
                await using var command = new NpgsqlCommand("select exists (select from pg_database where datname = $1)", connection)
                {
                    Parameters = { new() { Value = Database } },
                };
                if (await command.ExecuteScalarAsync(cancellationToken) is false)
                {
                    await CreateDatabase(socketFolder, Database, cancellationToken);
                }

                return;
            }
            catch (NpgsqlException error)
            {
                var patience = error.SqlState == PostgresErrorCodes.CannotConnectNow ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(60);
                if (!postmaster.IsAlive || Stopwatch.GetElapsedTime(started) > patience)
                {
                    throw NotStarted(home, logged, error.Message);
                }
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    static async Task CreateDatabase(string socketFolder, string name, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(socketFolder, "postgres", pooling: false));
        await connection.OpenAsync(cancellationToken);
        var quoted = "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
#pragma warning disable CA2100 // the name of a database cannot be a parameter; it is quoted
        await using var command = new NpgsqlCommand($"create database {quoted}", connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static string ConnectionTo(string socketFolder, string database, bool pooling = true) => new NpgsqlConnectionStringBuilder
    {
        Host = socketFolder,
        Username = User,
        Database = database,
        Pooling = pooling,
        SslMode = SslMode.Disable, // a socket has neither, and asking costs a round trip per connection
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    static EmbeddedPostgresException NotStarted(ClusterHome home, long logged, string otherwise)
    {
        var reason = LastError(ReadLog(home, logged)) is { Length: > 0 } line ? line : otherwise.TrimEnd('.');
        var advice = reason switch
        {
            _ when reason.Contains("No space left", StringComparison.Ordinal) => "Free some space on the disk and start again.",
            _ when reason.Contains("ermission", StringComparison.Ordinal) =>
                $"The folder must belong to the user {home.Account.Name} and be closed to others (chown -R, chmod 0700).",
            _ => "Restore the folder from a backup, or move it away to start with an empty database.",
        };
        return new EmbeddedPostgresException($"PostgreSQL did not start on {home.Cluster}: {reason}. {advice} Its log is {home.Log}.");
    }

    static string ReadLog(ClusterHome home, long from)
    {
        using var log = new FileStream(home.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(Math.Min(from, log.Length), SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }

    /// <summary>The last line that names an error, else the last line at all; without time stamp and final period.</summary>
    static string LastError(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var severity in new[] { "PANIC:", "FATAL:", "error:" })
        {
            if (lines.LastOrDefault(line => line.Contains(severity, StringComparison.Ordinal)) is { } line)
            {
                return line[(line.IndexOf(severity, StringComparison.Ordinal) + severity.Length)..].Trim().TrimEnd('.');
            }
        }

        return lines.LastOrDefault()?.TrimEnd('.') ?? "";
    }

    /// <summary>The one beside the cluster stays; a short one in a temporary folder goes with the server.</summary>
    static void DeleteSocketFolder(ClusterHome home, string socketFolder)
    {
        if (!socketFolder.StartsWith(home.Folder, StringComparison.Ordinal) && Directory.Exists(socketFolder))
        {
            Directory.Delete(socketFolder, recursive: true);
        }
    }
}
