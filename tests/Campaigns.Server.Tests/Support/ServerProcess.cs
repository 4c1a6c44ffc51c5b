using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Campaigns.Server.Tests.Support;

/// <summary>The real executable in a process of its own, as somebody would start it.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Held until this process ends: the same port is nobody else's.</summary>
    static readonly ConcurrentBag<FileStream> Taken = [];

    static int ports;

    readonly Process process;
    readonly Output said = new();
    readonly Output complained = new();

    bool isDisposed;

    ServerProcess(Process process) => this.process = process;

    public string Said => said.Text;

    public string Complained => complained.Text;

    /// <summary>Where it listens, once it has said so.</summary>
    public Uri Address => new(Told("Dashboard"));

    /// <summary>What it said under this name when it had started, such as "API key".</summary>
    public string Told(string name) => Regex.Match(Said, $@"^\s*{name}\s+(\S+)", RegexOptions.Multiline).Groups[1].Value;

    /// <summary>Starts it and returns at once.</summary>
    /// <param name="settings">As in the environment, with colons; nothing else of this process's own environment that concerns it.</param>
    /// <param name="folder">Its current folder.</param>
    public static ServerProcess Begin(string[] arguments, IReadOnlyDictionary<string, string?> settings, string? folder = null)
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        return Begin(dotnet, [Path.Combine(AppContext.BaseDirectory, "Campaigns.Server.dll"), .. arguments], NoLimits.Settings.Concat(settings), folder);
    }

    /// <summary>Starts it by a command, as somebody types it in a shell, and returns at once.</summary>
    /// <param name="settings">In its environment, as above.</param>
    /// <param name="folder">Where the shell stands.</param>
    public static ServerProcess Type(string command, IReadOnlyDictionary<string, string?> settings, string folder) =>
        Begin("bash", ["-c", $"exec {command}"], settings, folder); // so that signals reach what was typed and not the shell

    static ServerProcess Begin(string program, string[] arguments, IEnumerable<KeyValuePair<string, string?>> settings, string? folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var server = new ServerProcess(new Process { StartInfo = start });
        server.process.OutputDataReceived += (_, line) => server.said.Add(line.Data);
        server.process.ErrorDataReceived += (_, line) => server.complained.Add(line.Data);
        server.process.Start();
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Starts a server and returns once it answers.</summary>
    public static async Task<ServerProcess> Start(IReadOnlyDictionary<string, string?> settings, string? folder = null)
    {
        var server = Begin([], settings, folder);
        if (!await server.Started())
        {
            var complaint = $"The server did not start: {server.Said} {server.Complained}";
            await server.DisposeAsync();
            throw new InvalidOperationException(complaint);
        }

        return server;
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>The exit code, standard output and standard error.</returns>
    public static async Task<(int Code, string Output, string Error)> Run(
        string[] arguments, IReadOnlyDictionary<string, string?> settings, string? folder = null)
    {
        await using var server = Begin(arguments, settings, folder);
        return (await server.Exit(withinSeconds: 180), server.Said, server.Complained); // of a demo beside other work on the machine 55 s
    }

    /// <summary>
    /// A port that is free, and that no other test of any run gets while this process lives. Below those that the system gives to connections: a server
    /// that starts again finds it free again.
    /// </summary>
    public static int FreePort()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "campaigns-ports")).FullName;
        while (true)
        {
            var port = 20_000 + ((Environment.ProcessId + Interlocked.Increment(ref ports)) % 12_000);
            try
            {
                var mark = File.Open(Path.Combine(folder, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                Taken.Add(mark);
                return port;
            }
            catch (Exception taken) when (taken is SocketException or IOException or UnauthorizedAccessException)
            {
                // The next one.
            }
        }
    }

    public HttpClient Client(string key) => new()
    {
        BaseAddress = new Uri(Address, "/api/v1/"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    /// <returns>False when it ended instead.</returns>
    public Task<bool> Started(int withinSeconds = 180) => said.Contains("Stop with Ctrl-C", withinSeconds);

    public bool HasExited => process.HasExited;

    /// <summary>SIGKILL: it gets no chance to do anything any more.</summary>
    public void Kill() => process.Kill();

    /// <summary>SIGTERM, as an operating system or a container does it.</summary>
    public void Terminate() => Signal.Terminate(process.Id);

    /// <summary>SIGINT, as a terminal sends it for Ctrl-C.</summary>
    public void Interrupt() => Signal.Interrupt(process.Id);

    /// <summary>SIGSTOP: it stands still, and does not know.</summary>
    public void Stop() => Signal.Stop(process.Id);

    /// <summary>SIGCONT: it goes on as if nothing had been.</summary>
    public void Continue() => Signal.Continue(process.Id);

    /// <returns>False when it ended without saying so on standard output.</returns>
    public Task<bool> Says(string text) => said.Contains(text);

    /// <returns>False when it ended without saying so on standard error.</returns>
    public Task<bool> Complains(string text) => complained.Contains(text);

    /// <returns>The exit code.</returns>
    public async Task<int> Exit(int withinSeconds = 180)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(withinSeconds));
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return; // the next start failed: that failure is the one to be told
        }

        isDisposed = true;
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    /// <summary>What came so far, and who waits for what.</summary>
    sealed class Output
    {
        readonly StringBuilder text = new();
        readonly List<(string Wanted, TaskCompletionSource<bool> Waiting)> waiting = [];
        bool ended;

        public string Text
        {
            get
            {
                lock (text)
                {
                    return text.ToString();
                }
            }
        }

        public void Add(string? line)
        {
            lock (text)
            {
                ended = line is null;
                text.AppendLine(line);
                foreach (var (_, waiter) in waiting.Where(some => ended || line!.Contains(some.Wanted, StringComparison.Ordinal)))
                {
                    waiter.TrySetResult(!ended);
                }
            }
        }

        /// <returns>False when the output ended without it.</returns>
        public async Task<bool> Contains(string wanted, int withinSeconds = 180)
        {
            var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (text)
            {
                if (text.ToString().Contains(wanted, StringComparison.Ordinal))
                {
                    return true;
                }

                if (ended)
                {
                    return false;
                }

                waiting.Add((wanted, waiter));
            }

            return await waiter.Task.WaitAsync(TimeSpan.FromSeconds(withinSeconds));
        }
    }
}
