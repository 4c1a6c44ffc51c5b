using System.Diagnostics;
using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Campaigns.Server.Tests.Support;

/// <summary>The broker of the system's package, in a process and a folder of its own, gone at the end.</summary>
sealed class RabbitMq : IAsyncDisposable
{
    const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    const string User = "rabbitmq";

    readonly string folder = Path.Combine(Path.GetTempPath(), $"campaigns-rabbitmq-{Guid.NewGuid():N}"[..30]);
    readonly int port;
    readonly int names = ServerProcess.FreePort();
    readonly Process broker;

    RabbitMq(int port)
    {
        this.port = port;
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException($"There is no {Program}: apt-get install rabbitmq-server.");
        }

        Directory.CreateDirectory(folder);
        var asRoot = Environment.UserName == "root"; // which the broker refuses to run as
        if (asRoot)
        {
            Run("chown", User, folder);
        }

        string[] command = asRoot ? ["setpriv", "--reuid", User, "--regid", User, "--clear-groups", Program] : [Program];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["HOME"] = folder,
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_NODENAME"] = $"campaigns-{port}@localhost",
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{port}",
            ["RABBITMQ_DIST_PORT"] = $"{ServerProcess.FreePort()}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
            ["ERL_EPMD_PORT"] = $"{names}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        })
        {
            start.Environment[name] = value;
        }

        broker = Process.Start(start)!;
        broker.BeginOutputReadLine();
        broker.BeginErrorReadLine();
    }

    /// <summary>For <c>Messaging:RabbitMq</c>.</summary>
    public string Address => $"amqp://guest:guest@127.0.0.1:{port}";

    /// <summary>Starts one and returns once it takes connections.</summary>
    /// <param name="port">Null: one that is free.</param>
    public static async Task<RabbitMq> Start(int? port = null)
    {
        var started = new RabbitMq(port ?? ServerProcess.FreePort());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var factory = new ConnectionFactory { Uri = new Uri(started.Address) };
        while (true)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(patience.Token);
                return started;
            }
            catch (BrokerUnreachableException) when (!started.broker.HasExited && !patience.IsCancellationRequested)
            {
                // Not yet.
            }
        }
    }

    /// <summary>It keeps its connections, and says and does nothing.</summary>
    public void Stop() => Signal.Stop(Vm);

    /// <summary>It goes on where it was.</summary>
    public void Continue() => Signal.Continue(Vm);

    public async ValueTask DisposeAsync()
    {
        broker.Kill(entireProcessTree: true);
        await broker.WaitForExitAsync();
        broker.Dispose();
        Run("epmd", "-port", $"{names}", "-kill"); // it has left the tree
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The process of the broker itself, below those of its scripts.</summary>
    int Vm => int.Parse(File.ReadAllText(Path.Combine(folder, "pid")), CultureInfo.InvariantCulture);

    static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit();
    }
}
