using System.Runtime.InteropServices;

namespace Campaigns.Crash.Tests.Running;

/// <summary>What one process can do to another.</summary>
static class Signals
{
    /// <summary>To the postmaster: immediate shutdown, nothing is written any more.</summary>
    public const int Quit = 3;

    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Send(int processId, int signal) => _ = kill(processId, signal);

#pragma warning disable IDE1006 // the name is that of the C library
    [DllImport("libc")]
    static extern int kill(int pid, int sig);
#pragma warning restore IDE1006
}
