using System.Globalization;

#pragma warning disable CA1416 // EmbeddedPostgres refuses Windows before anything here runs

namespace Campaigns.Server.Postgres;

/// <summary>The settings that differ from PostgreSQL's own defaults, written anew at every start.</summary>
static class ClusterSettings
{
    const string FileName = "campaigns.conf";

    const string Include = $"include '{FileName}'";

    public static void Write(string cluster, string socketFolder, bool durable, PostgresAccount account)
    {
        var file = Path.Combine(cluster, FileName);
        File.WriteAllText(file, Text(socketFolder, durable));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        account.Give(file);

        var main = Path.Combine(cluster, "postgresql.conf");
        if (!File.ReadLines(main).Any(line => line.Trim() == Include))
        {
            File.AppendAllText(main, $"\n# Last, so that it wins over everything above.\n{Include}\n");
        }
    }

    static string Text(string socketFolder, bool durable) => string.Create(CultureInfo.InvariantCulture, $"""
        # Written by the Campaigns server at every start: changes made here are lost.

        # Reached through the socket in a folder of its own only; nothing on the network.
        listen_addresses = ''
        port = 5432
        unix_socket_directories = '{socketFolder}'
        # The owner of the folder, and root. Nobody else needs to talk to this cluster.
        unix_socket_permissions = 0700

        # Every node keeps a pool, and so do tests; an idle connection costs little.
        max_connections = 200

        # Hot tables and indexes of a large campaign, on a machine with a few gigabytes.
        shared_buffers = 256MB

        # A bulk send writes gigabytes of log: checkpoints far apart write each page once instead of many times,
        # and log files are kept for reuse instead of being created anew.
        max_wal_size = 4GB
        min_wal_size = 1GB
        checkpoint_timeout = 15min
        # Full pages after a checkpoint compress well; the time saved on the disk is worth the processor's. Where none are written there is little to compress.
        wal_compression = {(durable ? "on" : "off")}

        # What was committed survives a power failure: a message sent but forgotten would be sent twice.
        fsync = {(durable ? "on" : "off")}
        synchronous_commit = {(durable ? "on" : "off")}
        full_page_writes = {(durable ? "on" : "off")}

        # Solid-state disks: reading at random costs hardly more than reading in order.
        random_page_cost = 1.1

        # Statements are short: compiling one takes longer than running it.
        jit = off

        # Tables of messages and progress turn over quickly: look at them four times as often as by default.
        autovacuum_naptime = 15s

        # Everything goes to standard error, which the start redirects to the log file: no further process.
        logging_collector = off
        log_destination = 'stderr'
        log_line_prefix = '%m [%p] '
        # The details of what is refused are its values: addresses of people.
        log_error_verbosity = terse
        # The server reads the reason of a failed start in it, and so should everybody else: one language, one time zone.
        lc_messages = 'C'
        log_timezone = 'UTC'
        timezone = 'UTC'

        """);
}
