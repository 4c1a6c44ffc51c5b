using System.Text.RegularExpressions;

namespace Campaigns.Server.Postgres;

/// <summary>One installation of PostgreSQL's server programs.</summary>
sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The SQL of the engine is written for, and tested with, this version and newer ones.</summary>
    const int OldestSupported = 15;

    const string HowToGetThem =
        "Install it (Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; "
        + "macOS: brew install postgresql@17 or Postgres.app), "
        + "or pass a connection string to a PostgreSQL you have in ConnectionStrings__Campaigns.";

    static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    /// <summary>Patterns of folders; a star stands for the part that holds the version.</summary>
    static readonly string[] UsualFolders =
    [
        "/usr/lib/postgresql/*/bin", // Debian, Ubuntu
        "/usr/pgsql-*/bin", // PostgreSQL's own packages for Fedora and Red Hat
        "/usr/libexec/postgresql*", // Alpine
        "/opt/homebrew/opt/postgresql*/bin", // Homebrew on Apple silicon
        "/usr/local/opt/postgresql*/bin", // Homebrew on Intel
        "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
        "/usr/local/pgsql/bin", // built from source
        "/usr/local/bin",
        "/usr/bin", // Fedora, Arch
    ];

    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>The newest installation, or for an existing cluster one of exactly its major version.</summary>
    public static async Task<PostgresBinaries> Find(string? only, string cluster, int? majorOfCluster, CancellationToken cancellationToken)
    {
        var folders = only is null ? FoldersOnPath().Concat(UsualFolders.SelectMany(Expand)) : [Path.GetFullPath(only)];
        var found = new List<PostgresBinaries>();
        foreach (var folder in folders.Distinct().Where(IsComplete))
        {
            if (await MajorVersion(folder, cancellationToken) is { } major)
            {
                found.Add(new PostgresBinaries(folder, major));
            }
        }

        var usable = found.Where(binaries => binaries.Major >= OldestSupported).OrderByDescending(binaries => binaries.Major).ToList();
        if (usable.Count == 0)
        {
            var where = only is null ? "on this machine" : $"in {only}";
            var older = found.Count == 0 ? "" : $" (only version {found.Max(binaries => binaries.Major)}, in {found[0].Folder})";
            throw new EmbeddedPostgresException($"No PostgreSQL {OldestSupported} or newer was found {where}{older}. {HowToGetThem}");
        }

        return majorOfCluster is null
            ? usable[0]
            : usable.Find(binaries => binaries.Major == majorOfCluster)
                ?? throw new EmbeddedPostgresException(
                    $"The data in {cluster} were written by PostgreSQL {majorOfCluster}, but only version "
                    + $"{string.Join(", ", usable.Select(binaries => binaries.Major).Distinct())} was found. Install PostgreSQL "
                    + $"{majorOfCluster}, convert the data with pg_upgrade, or move the folder away to start with an empty database.");
    }

    static bool IsComplete(string folder) =>
        Programs.All(program => File.Exists(Path.Combine(folder, program)));

    static IEnumerable<string> FoldersOnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(Path.TrimEndingDirectorySeparator);

    static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return [pattern];
        }

        var parent = pattern[..pattern.LastIndexOf('/', star)];
        var below = pattern.IndexOf('/', star) is var end and >= 0 ? pattern[(end + 1)..] : "";
        var name = pattern[(parent.Length + 1)..^(below.Length == 0 ? 0 : below.Length + 1)];
        return Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, name).Select(folder => Path.Combine(folder, below))
            : [];
    }

    static async Task<int?> MajorVersion(string folder, CancellationToken cancellationToken)
    {
        try
        {
            var result = await ExternalProgram.Run(
                [Path.Combine(folder, "postgres"), "--version"], TimeSpan.FromSeconds(10), cancellationToken);
            var version = VersionPattern.Match(result.Output);
            return version.Success ? int.Parse(version.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : null;
        }
        catch (EmbeddedPostgresException)
        {
            return null; // built for another processor, or not executable: as good as not there
        }
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    static partial Regex VersionPattern { get; }
}
