using System.Runtime.InteropServices;

namespace Campaigns.Server.Postgres;

/// <summary>The few system calls that .NET has no words for.</summary>
static class Posix
{
    /// <summary>PostgreSQL's fast shutdown: sessions are ended, everything is written, the next start needs no recovery.</summary>
    public const int Interrupt = 2;

    /// <summary>PostgreSQL's immediate shutdown: nothing is lost, the next start recovers.</summary>
    public const int Quit = 3;

    public static void Signal(int processId, int signal) => _ = kill(processId, signal);

    public static bool Exists(int processId)
    {
        const int noSuchProcess = 3; // ESRCH, on Linux and on macOS; "not permitted" means that it exists
        return kill(processId, 0) == 0 || Marshal.GetLastPInvokeError() != noSuchProcess;
    }

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
        {
            throw new EmbeddedPostgresException(
                $"The owner of {path} cannot be changed ({Marshal.GetLastPInvokeErrorMessage()}): "
                + "start the server as an ordinary user, or put the data folder on a disk that knows owners.");
        }
    }

    /// <summary>Makes a rename or a new file in this folder survive a power failure.</summary>
    public static void SyncFolder(string folder)
    {
        var descriptor = open(folder, 0);
        if (descriptor < 0)
        {
            return;
        }

        _ = fsync(descriptor);
        _ = close(descriptor);
    }

#pragma warning disable IDE1006, CA2101 // the names are those of the C library; paths are passed as UTF-8
    [DllImport("libc", SetLastError = true)]
    static extern int kill(int pid, int sig);

    [DllImport("libc", SetLastError = true)]
    static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);

    [DllImport("libc", SetLastError = true)]
    static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    static extern int close(int descriptor);
#pragma warning restore IDE1006, CA2101
}
