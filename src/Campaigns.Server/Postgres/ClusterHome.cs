using System.Security.Cryptography;
using System.Text;

#pragma warning disable CA1416 // EmbeddedPostgres refuses Windows before anything here runs

namespace Campaigns.Server.Postgres;

/// <summary>
/// The folder that holds the cluster, its log and its socket, and the user they belong to. Normally the data folder itself;
/// for a server started as root whose data folder is closed to the unprivileged user, a folder below /var/lib/campaigns.
/// </summary>
sealed class ClusterHome : IDisposable
{
    const string Elsewhere = "/var/lib/campaigns";

    const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>For a folder of root's, through which PostgreSQL's user gets to the cluster. Nobody can look around in it.</summary>
    const UnixFileMode Passable = OnlyOwner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    const UnixFileMode OnlyOwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    static readonly string[] FoldersMade = ["postgres", "postgres.unfinished", "socket"];

    static readonly string[] FilesMade = ["postgres.log", "postgres.log.1", "LOCATION", ServerLock.FileName];

    /// <summary>What <see cref="Hosting.Development"/> keeps there.</summary>
    static readonly string[] FilesBeside = ["development-key", "secrets-key"];

    readonly List<ServerLock> locks = [];

    ClusterHome(string folder)
    {
        DataFolder = folder;
        Folder = folder;
    }

    /// <summary>What the caller asked for.</summary>
    public string DataFolder { get; }

    /// <summary>Where things really lie.</summary>
    public string Folder { get; private set; }

    public PostgresAccount Account { get; private set; } = PostgresAccount.Own;

    public string Cluster => Path.Combine(Folder, "postgres");

    public string Log => Path.Combine(Folder, "postgres.log");

    public bool HasCluster => File.Exists(Path.Combine(Cluster, "PG_VERSION"));

    /// <summary>Says that the data lie elsewhere, and is believed as long as it exists.</summary>
    string LocationFile => Path.Combine(DataFolder, "LOCATION");

    /// <summary>Takes the data folder for this server alone and finds the place and the user for its cluster.</summary>
    public static async Task<ClusterHome> Open(string dataFolder, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(dataFolder);
        Directory.CreateDirectory(folder);
        CloseToOthers(folder);
        var home = new ClusterHome(folder);
        try
        {
            home.locks.Add(ServerLock.Take(folder));
            await home.Settle(cancellationToken);
            return home;
        }
        catch
        {
            home.Dispose();
            throw;
        }
    }

    async Task Settle(CancellationToken cancellationToken)
    {
        var isElsewhere = File.Exists(LocationFile);
        if (isElsewhere)
        {
            Folder = File.ReadLines(LocationFile).FirstOrDefault()?.Trim() ?? "";
            if (!Directory.Exists(Folder))
            {
                throw new EmbeddedPostgresException(
                    $"The data of {DataFolder} should lie in {Folder}, as its file LOCATION says, but that folder is not there: "
                    + "bring it back, or delete the file LOCATION to start with an empty database.");
            }

            locks.Add(ServerLock.Take(Folder));
        }

        if (!Environment.IsPrivilegedProcess)
        {
            PrepareFolder();
            if (!await Account.CanWrite(Cluster, cancellationToken))
            {
                throw new EmbeddedPostgresException(
                    $"The folder {Cluster} belongs to somebody else (was the server started as root before?): "
                    + $"start it as that user, or give the folder to {Account.Name} with chown -R.");
            }

            EnsureOurs();
            return;
        }

        var owner = HasCluster ? await PostgresAccount.OwnerOf(Cluster, cancellationToken) : null;
        Account = owner ?? await PostgresAccount.Unprivileged(cancellationToken);
        PrepareFolder();
        EnsureOurs();
        GiveAll(owner is null);
        if (await Account.CanWrite(Cluster, cancellationToken))
        {
            return;
        }

        if (HasCluster || isElsewhere)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL runs as the user {Account.Name}, who cannot reach {Cluster}: "
                + "open the folders above it to that user (chmod o+x), or move the data folder to a place that is open.");
        }

        Directory.Delete(Cluster);
        await MoveElsewhere(cancellationToken);
    }

    /// <summary>The parents of the data folder are none of our business: their permissions stay, the cluster goes.</summary>
    async Task MoveElsewhere(CancellationToken cancellationToken)
    {
        Folder = Path.Combine(Elsewhere, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(DataFolder)))[..16]);
        foreach (var folder in new[] { Elsewhere, Folder })
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                File.SetUnixFileMode(folder, Passable); // the umask of the process may say otherwise
            }
        }

        locks.Add(ServerLock.Take(Folder));
        if (HasCluster)
        {
            // No LOCATION led here, so this belonged to an earlier data folder of the same name that was deleted. Its data must
            // not turn up in a new one, nor be lost.
            if (Postmaster.Of(Cluster) is { } left)
            {
                await left.Stop(cancellationToken);
            }

            Directory.Move(Cluster, $"{Cluster}.of-a-deleted-data-folder.{Guid.CreateVersion7():N}");
        }

        PrepareFolder();
        GiveAll(true);
        if (!await Account.CanWrite(Cluster, cancellationToken))
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL runs as the user {Account.Name}, who can reach neither {DataFolder} nor {Folder}: choose a data folder open to that user.");
        }

        await File.WriteAllTextAsync(
            LocationFile,
            $"""
            {Folder}

            The PostgreSQL data of this folder lie there, because the user {Account.Name}, as whom PostgreSQL runs when the
            server is started as root, cannot reach this folder. Deleting this file makes the next start begin with an
            empty database.

            """,
            cancellationToken);
    }

    public EmbeddedPostgresException Broken(string reason) => new(
        $"The folder {Cluster} is no PostgreSQL cluster: {reason}. "
        + "Restore it from a backup, or move it away to start with an empty database.");

    /// <summary>A folder of that name with something else in it is neither started on, nor handed over, nor deleted.</summary>
    void EnsureOurs()
    {
        if (!HasCluster && Directory.EnumerateFileSystemEntries(Cluster).Any())
        {
            throw Broken("it holds other files");
        }
    }

    void PrepareFolder()
    {
        if (!Directory.Exists(Cluster))
        {
            Directory.CreateDirectory(Cluster, OnlyOwner);
        }

        if (new FileInfo(Log) is { Exists: true, Length: > 10_000_000 })
        {
            // Nothing else bounds the log, and the last two starts are what anybody asks about.
            File.Move(Log, Log + ".1", overwrite: true);
        }

        if (!File.Exists(Log))
        {
            File.Create(Log).Dispose();
        }

        if (File.GetUnixFileMode(Log) != OnlyOwnersFile)
        {
            File.SetUnixFileMode(Log, OnlyOwnersFile); // what PostgreSQL refuses stands there with its values: people's addresses too
        }
    }

    /// <summary>Lets nobody else read the data folder, unless it is somebody's in which the data lie beside other things.</summary>
    static void CloseToOthers(string folder)
    {
        var mode = File.GetUnixFileMode(folder) & (Environment.IsPrivilegedProcess ? Passable : OnlyOwner);
        if (mode != File.GetUnixFileMode(folder)
            && Directory.EnumerateFileSystemEntries(folder).All(path => FoldersMade.Concat(FilesMade).Concat(FilesBeside).Contains(Path.GetFileName(path))))
        {
            File.SetUnixFileMode(folder, mode);
        }
    }

    void GiveAll(bool everything)
    {
        Account.Give(Log);
        if (everything) // also a copy made by root without its owners
        {
            Account.Give(Cluster);
            foreach (var path in Directory.EnumerateFileSystemEntries(Cluster, "*", new EnumerationOptions
            {
                RecurseSubdirectories = true,
                AttributesToSkip = FileAttributes.None,
                IgnoreInaccessible = false,
            }))
            {
                Account.Give(path);
            }
        }
    }

    /// <summary>
    /// An empty folder for the socket: beside the cluster where the path fits into a socket address, else a short one of its own.
    /// </summary>
    public async Task<string> SocketFolder(CancellationToken cancellationToken)
    {
        var beside = Path.Combine(Folder, "socket");
        if (FitsSocketAddress(beside))
        {
            if (Directory.Exists(beside))
            {
                // After a crash the socket's own lock file names a process id that may exist again; PostgreSQL would obey it.
                Directory.Delete(beside, recursive: true);
            }

            Directory.CreateDirectory(beside, OnlyOwner);
            Account.Give(beside);
            return beside;
        }

        foreach (var parent in new[] { Path.GetTempPath(), "/tmp", "/run" }.Where(Directory.Exists).Where(FitsSocketAddress))
        {
            // A name nobody can guess and prepare; mode 0700 from the first moment.
            var folder = Path.Combine(parent, "campaigns-" + Path.GetRandomFileName());
            Directory.CreateDirectory(folder, OnlyOwner);
            Account.Give(folder);
            if (FitsSocketAddress(folder) && await Account.CanWrite(folder, cancellationToken))
            {
                return folder;
            }

            Directory.Delete(folder);
        }

        throw new EmbeddedPostgresException(
            $"There is no place for PostgreSQL's socket: {beside} is too long, and no temporary folder is open to the user {Account.Name}. "
            + "Choose a data folder with a shorter path.");
    }

    static bool FitsSocketAddress(string folder)
    {
        const string socket = "/.s.PGSQL.5432";
        var longest = OperatingSystem.IsMacOS() ? 103 : 107;

        // A comma separates folders for PostgreSQL and hosts for Npgsql, quotes and backslashes need escaping: plain paths only.
        return folder.Length + socket.Length <= longest
            && folder.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '.' or '-' or '_');
    }

    /// <summary>Deletes what was made here, and the data folder with it unless something else lies in it.</summary>
    public void Delete()
    {
        if (Folder != DataFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }

        foreach (var folder in FoldersMade.Select(name => Path.Combine(DataFolder, name)).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var file in FilesMade)
        {
            File.Delete(Path.Combine(DataFolder, file));
        }

        if (!Directory.EnumerateFileSystemEntries(DataFolder).Any())
        {
            Directory.Delete(DataFolder);
        }
    }

    public void Dispose()
    {
        foreach (var held in locks)
        {
            held.Dispose();
        }
    }
}
