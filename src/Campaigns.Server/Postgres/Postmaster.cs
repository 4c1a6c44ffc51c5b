using System.Diagnostics;
using System.Globalization;

namespace Campaigns.Server.Postgres;

/// <summary>The main process of a running PostgreSQL, known by its process id only.</summary>
sealed record Postmaster(int ProcessId)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public bool IsAlive => IsRunning(ProcessId);

    /// <summary>The postmaster that really serves this cluster now; null when there is none.</summary>
    public static Postmaster? Of(string cluster) =>
        PidIn(PidFile(cluster)) is { } pid && IsRunning(pid) && Serves(pid, cluster) ? new Postmaster(pid) : null;

    /// <summary>
    /// Removes a pid file whose process id now belongs to something else. PostgreSQL overwrites the file of a process that is
    /// gone, but gives up when the number is taken again, which is the rule rather than the exception after the restart of a container.
    /// </summary>
    public static void ForgetStalePidFile(string cluster)
    {
        if (Of(cluster) is null && PidIn(PidFile(cluster)) is { } pid && Posix.Exists(pid))
        {
            File.Delete(PidFile(cluster));
        }
    }

    /// <summary>Fast shutdown; should that take too long, immediate shutdown. False when the process is still there after both.</summary>
    public async Task<bool> Stop(CancellationToken cancellationToken)
    {
        Posix.Signal(ProcessId, Posix.Interrupt);
        if (await IsGone(TimeSpan.FromSeconds(60), cancellationToken))
        {
            return true;
        }

        Posix.Signal(ProcessId, Posix.Quit);
        return await IsGone(TimeSpan.FromSeconds(15), cancellationToken);
    }

    async Task<bool> IsGone(TimeSpan patience, CancellationToken cancellationToken)
    {
        // PostgreSQL is no child of this process (pg_ctl detaches it), so there is nothing to wait for but its absence.
        var started = Stopwatch.GetTimestamp();
        while (IsAlive)
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return false;
            }

            await Task.Delay(Pause, cancellationToken);
        }

        return true;
    }

    static string PidFile(string cluster) => Path.Combine(cluster, "postmaster.pid");

    static int? PidIn(string file)
    {
        try
        {
            return int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var pid) && pid > 0
                ? pid
                : null;
        }
        catch (IOException)
        {
            return null; // not there, or just being removed
        }
    }

    static bool Serves(int pid, string cluster)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var process = Process.GetProcessById(pid);
                return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
            }

            // A postmaster's working folder is its cluster. Comparing the pid file seen from there with ours, instead of the
            // two paths, is right also when one of them goes through a symbolic link.
            var name = File.ReadAllText($"/proc/{pid}/comm");
            return (name.StartsWith("postgres", StringComparison.Ordinal) || name.StartsWith("postmaster", StringComparison.Ordinal))
                && File.ReadAllText($"/proc/{pid}/cwd/postmaster.pid") == File.ReadAllText(PidFile(cluster));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    static bool IsRunning(int pid)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Posix.Exists(pid);
        }

        try
        {
            // A dead process that its parent never asked for (the first process of a container seldom does) still exists, as a zombie.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..] is not ['Z' or 'X', ..];
        }
        catch (IOException)
        {
            return false;
        }
    }
}
