using System.Diagnostics;

namespace Campaigns.Benchmarks;

/// <summary>This program once more, in a process of its own, which answers each line with one line. It ends with its standard input.</summary>
public sealed class Companion : IAsyncDisposable
{
    readonly Process process;
    bool hasEnded;

    Companion(Process process) => this.process = process;

    /// <summary>In bytes, at this moment.</summary>
    public long WorkingSet
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public TimeSpan CpuTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public bool HasEnded => hasEnded || process.HasExited;

    /// <summary>Of whatever version of <c>dotnet</c> runs this program.</summary>
    public static string Dotnet => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    /// <param name="serverGc">With the garbage collector of the server instead of that of the benchmarks.</param>
    public static Companion Start(string role, string argument, bool serverGc = false)
    {
        var start = new ProcessStartInfo(Dotnet)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { typeof(Companion).Assembly.Location, role, argument },
        };
        if (serverGc)
        {
            start.Environment["DOTNET_gcServer"] = "1";
        }

        return new Companion(Process.Start(start)!);
    }

    public Task Tell(string line) => process.StandardInput.WriteLineAsync(line);

    /// <returns>Its answer.</returns>
    public async Task<string> Ask(string line)
    {
        await Tell(line);
        await process.StandardInput.FlushAsync();
        return await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The process beside the benchmark has ended.");
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        hasEnded = true;
        process.Dispose();
    }
}
