using System.Collections.Concurrent;
using System.Diagnostics;

namespace Campaigns.Crash.Tests.Running;

/// <summary>A node in a process of its own, which can be killed, stopped, frozen and started again.</summary>
sealed class NodeProcess(string name, string connectionString) : IAsyncDisposable
{
    const int LinesKept = 60;

    readonly ConcurrentQueue<string> said = new();
    Process? process;
    TaskCompletionSource started = new();

    public string Name => name;

    public bool IsRunning => process is { HasExited: false };

    /// <summary>Its last lines, for a test that fails.</summary>
    public string Said => string.Join('\n', said.Select(line => $"{name}: {line}"));

    public void Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardInput = true, // which ends with this process, and the node with it
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { typeof(NodeProcess).Assembly.Location, "node", name, connectionString },
        };
        process = new Process { StartInfo = start };
        var ready = started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => Hear(line.Data, ready);
        process.ErrorDataReceived += (_, line) => Hear(line.Data, ready);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Waits until its workers run.</summary>
    public Task Started() => started.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Signal(int signal)
    {
        if (IsRunning)
        {
            Signals.Send(process!.Id, signal);
        }
    }

    /// <summary>SIGKILL: it gets no chance to do anything any more.</summary>
    public async Task Kill()
    {
        Signal(Signals.Kill);
        await Exit();
    }

    /// <summary>SIGTERM in the middle of whatever it does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> Stop()
    {
        Signal(Signals.Terminate);
        return await Exit();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await Kill();
            process.Dispose();
        }
    }

    async Task<int> Exit()
    {
        await process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return process.ExitCode;
    }

    void Hear(string? line, TaskCompletionSource ready)
    {
        if (line is null)
        {
            return;
        }

        if (line.Contains(Node.Started, StringComparison.Ordinal))
        {
            ready.TrySetResult();
        }

        said.Enqueue(line);
        if (said.Count > LinesKept)
        {
            said.TryDequeue(out _);
        }
    }
}
