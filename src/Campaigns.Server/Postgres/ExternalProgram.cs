using System.ComponentModel;
using System.Diagnostics;

namespace Campaigns.Server.Postgres;

/// <summary>What a finished program left: its exit code and everything it printed.</summary>
sealed record ProgramResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;

    public string LastLine => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}

/// <summary>Runs a program with a list of arguments, never through a shell, and never for ever.</summary>
static class ExternalProgram
{
    public static async Task<ProgramResult> Run(
        IReadOnlyList<string> command,
        TimeSpan timeout,
        CancellationToken cancellationToken,
        string workingFolder = "/", // a working folder that is closed to the unprivileged user makes PostgreSQL's programs fail
        params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // PGHOST, PGPORT, PGDATA and the like of whoever started the server must not leak into the private cluster.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C"; // messages in one language, and macOS insists on a valid locale
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new EmbeddedPostgresException($"{command[0]} could not be run: {error.Message}.", error);
        }

        using (process)
        {
            process.StandardInput.Close();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout);
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(limit.Token);
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return new ProgramResult(process.ExitCode, await output + await errors);
            }
            catch (OperationCanceledException)
            {
                await End(process);
                cancellationToken.ThrowIfCancellationRequested();
                throw new EmbeddedPostgresException($"{command[0]} did not finish within {timeout.TotalSeconds:0} seconds.");
            }
        }
    }

    /// <summary>Asks first: pg_ctl then takes back the start of PostgreSQL, and initdb removes what it made.</summary>
    static async Task End(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        Posix.Signal(process.Id, Posix.Interrupt);
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }

    /// <summary>The full path of a program on PATH or in the system's own folders, which PATH often leaves out.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
