using System.Globalization;

namespace Campaigns.Benchmarks;

/// <summary>The CPU time of a PostgreSQL: of the postmaster, of the processes below it, and of those that have ended. Linux only; elsewhere nothing.</summary>
static class ClusterTime
{
    // The fields of /proc/<pid>/stat behind the name of the program, which may hold spaces: proc(5), less three.
    const int Parent = 1;
    const int User = 11;
    const int WaitedFor = 13;

    /// <summary>Of the kernel's clock, the same on every Linux.</summary>
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    public static TimeSpan Of(int postmaster)
    {
        if (!OperatingSystem.IsLinux())
        {
            return TimeSpan.Zero;
        }

        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process) || Fields(folder) is not { } fields)
            {
                continue;
            }

            if (process == postmaster)
            {
                ticks += Sum(fields, User) + Sum(fields, WaitedFor);
            }
            else if (fields[Parent] == postmaster.ToString(CultureInfo.InvariantCulture))
            {
                ticks += Sum(fields, User);
            }
        }

        return ticks * Tick;
    }

    /// <summary>In user mode and in the kernel.</summary>
    static long Sum(string[] fields, int first) =>
        long.Parse(fields[first], CultureInfo.InvariantCulture) + long.Parse(fields[first + 1], CultureInfo.InvariantCulture);

    static string[]? Fields(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // has ended meanwhile
        }
    }
}
