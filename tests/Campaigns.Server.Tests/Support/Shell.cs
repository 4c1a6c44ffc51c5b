using System.Diagnostics;
using System.Globalization;

namespace Campaigns.Server.Tests.Support;

/// <summary>Runs commands in a real shell with a real curl, and notes what each call was answered.</summary>
sealed class Shell : IDisposable
{
    /// <summary>The longest that commands take: the walk-through sends a thousand messages at the pace of its document.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    // Beside what curl writes for its reader, the head of each answer goes to a file. The files are named by time.
    const string Prelude = """
        curl() {
          local call; call=$CALLS/$(date +%s%N)-$BASHPID; mkdir "$call"
          printf '%s ' "$@" > "$call/arguments"
          command curl --dump-header "$call/head" "$@"
          local code=$?; echo $code > "$call/code"; return $code
        }
        dotnet() {
          [[ "$*" =~ ^run( -c Release)?\ --project\ ([^ ]+)( -- (.*))?$ && -f ${BASH_REMATCH[2]}/${BASH_REMATCH[2]##*/}.csproj ]] || { echo "no such project: $*" >&2; return 1; }
          command dotnet "$SERVER" ${BASH_REMATCH[4]}
        }

        """;

    readonly DirectoryInfo calls = Directory.CreateTempSubdirectory("campaigns-calls-");

    /// <summary>What was called so far, in this order.</summary>
    public IReadOnlyList<Call> Calls =>
    [
        .. from folder in calls.EnumerateDirectories().OrderBy(folder => folder.Name, StringComparer.Ordinal)
           let head = Path.Combine(folder.FullName, "head")
           let code = Path.Combine(folder.FullName, "code")
           select new Call(
               File.ReadAllText(Path.Combine(folder.FullName, "arguments")),
               File.Exists(head) && File.ReadLines(head).LastOrDefault(line => line.StartsWith("HTTP/", StringComparison.Ordinal)) is { } line
                   ? int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) : 0,
               File.Exists(code) ? int.Parse(File.ReadAllText(code), CultureInfo.InvariantCulture) : null),
    ];

    /// <summary>Runs them where their readers stand, to their end.</summary>
    /// <param name="commands">Of <c>dotnet run</c> they get the server as it was built for the tests.</param>
    public async Task<(int Code, string Output, string Error)> Run(string commands, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("bash", ["-c", Prelude + commands])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Document.Root,
        };
        start.Environment["CALLS"] = calls.FullName;
        start.Environment["SERVER"] = Path.Combine(AppContext.BaseDirectory, "Campaigns.Server.dll");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var shell = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Longest);
        var (output, error) = (shell.StandardOutput.ReadToEndAsync(patience.Token), shell.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await shell.WaitForExitAsync(patience.Token);
            return (shell.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            throw new TimeoutException($"It never ended. The last calls were {string.Join('\n', Calls.TakeLast(5))}");
        }
    }

    public void Dispose() => calls.Delete(recursive: true);

    /// <param name="Arguments">Of curl.</param>
    /// <param name="Status">Of the answer; 0 without one.</param>
    /// <param name="Code">What curl ended with; null while it runs.</param>
    public sealed record Call(string Arguments, int Status, int? Code);
}
