using System.Runtime.InteropServices;

namespace Campaigns.Server.Tests.Support;

/// <summary>What is sent to processes beside SIGKILL, which .NET has itself.</summary>
static class Signal
{
    /// <summary>SIGTERM, as an operating system or a container does it.</summary>
    public static void Terminate(int process) => _ = kill(process, 15);

    /// <summary>SIGINT, as a terminal sends it for Ctrl-C.</summary>
    public static void Interrupt(int process) => _ = kill(process, 2);

    /// <summary>SIGSTOP: it stands still, and does not know.</summary>
    public static void Stop(int process) => _ = kill(process, 19);

    /// <summary>SIGCONT: it goes on as if nothing had been.</summary>
    public static void Continue(int process) => _ = kill(process, 18);

#pragma warning disable IDE1006 // the name is that of the C library
    [DllImport("libc")]
    static extern int kill(int pid, int sig);
#pragma warning restore IDE1006
}
