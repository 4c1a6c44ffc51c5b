using System.Globalization;

namespace Campaigns.Server.Postgres;

/// <summary>
/// The user PostgreSQL runs as: the server's own, or an unprivileged one when the server was started as root, because
/// PostgreSQL refuses to run as root.
/// </summary>
sealed record PostgresAccount(uint User, uint Group, string Name)
{
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(20);

    /// <summary>The server's own user: nothing to switch, nothing to hand over.</summary>
    public static readonly PostgresAccount Own = new(0, 0, Environment.UserName);

    bool IsOwn => User == 0;

    /// <summary>The usual user of a PostgreSQL package, or the one every system has.</summary>
    public static async Task<PostgresAccount> Unprivileged(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new EmbeddedPostgresException("PostgreSQL does not run as root: start the server as an ordinary user.");
        }

        foreach (var name in new[] { "postgres", "nobody" })
        {
            var user = await ExternalProgram.Run(["id", "-u", name], Moment, cancellationToken);
            var group = await ExternalProgram.Run(["id", "-g", name], Moment, cancellationToken);
            if (user.Succeeded && group.Succeeded && Number(user.Output) != 0)
            {
                return new PostgresAccount(Number(user.Output), Number(group.Output), name);
            }
        }

        throw new EmbeddedPostgresException(
            "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody: start the server as an ordinary user.");
    }

    /// <summary>The owner of what exists, so that data begun as an ordinary user stay that user's; null when it is root.</summary>
    public static async Task<PostgresAccount?> OwnerOf(string path, CancellationToken cancellationToken)
    {
        var result = await ExternalProgram.Run(["stat", "-L", "-c", "%u %g %U", path], Moment, cancellationToken);
        return result.Succeeded && result.Output.Trim().Split(' ') is [var user, var group, var name] && user != "0"
            ? new PostgresAccount(Number(user), Number(group), name)
            : null;
    }

    /// <summary>The same command, to be run as this user.</summary>
    public IReadOnlyList<string> Command(params IReadOnlyList<string> command)
    {
        if (IsOwn)
        {
            return command;
        }

        if (ExternalProgram.Find("setpriv") is { } setpriv)
        {
            return [setpriv, $"--reuid={User}", $"--regid={Group}", "--clear-groups", "--", .. command];
        }

        return ExternalProgram.Find("runuser") is { } runuser
            ? [runuser, "-u", Name, "--", .. command]
            : throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root, and neither setpriv nor runuser (package util-linux) is there to switch to "
                + $"the user {Name}: start the server as an ordinary user.");
    }

    /// <summary>Asked of the system as that very user: parents, mounts and access lists all have a say.</summary>
    public async Task<bool> CanWrite(string folder, CancellationToken cancellationToken) =>
        (await ExternalProgram.Run(Command("test", "-w", folder, "-a", "-x", folder), Moment, cancellationToken)).Succeeded;

    /// <summary>As for <see cref="CanWrite"/>.</summary>
    public async Task<bool> CanRun(string program, CancellationToken cancellationToken) =>
        (await ExternalProgram.Run(Command("test", "-x", program), Moment, cancellationToken)).Succeeded;

    /// <summary>Hands a file or folder over to this user.</summary>
    public void Give(string path)
    {
        if (!IsOwn)
        {
            Posix.ChangeOwner(path, User, Group);
        }
    }

    static uint Number(string text) => uint.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
