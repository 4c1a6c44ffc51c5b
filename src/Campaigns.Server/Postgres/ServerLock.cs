#pragma warning disable CA1416 // EmbeddedPostgres refuses Windows before anything here runs

namespace Campaigns.Server.Postgres;

/// <summary>
/// A file held open exclusively by the running server. The system lets go of it when the process ends, however it ends, so it
/// cannot be left behind, unlike a file with a process id in it.
/// </summary>
sealed class ServerLock(FileStream file) : IDisposable
{
    public const string FileName = "server.lock";

    public static ServerLock Take(string folder)
    {
        try
        {
            return new ServerLock(new FileStream(Path.Combine(folder, FileName), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }));
        }
        catch (IOException error) when (error.HResult is 11 or 35) // EWOULDBLOCK, on Linux and on macOS
        {
            throw new EmbeddedPostgresException(
                $"Another server is already using the data folder {folder}: stop it first, or give this one a data folder of its own. "
                + "Commands can work beside it: docs/operations.md, The private PostgreSQL, says how.", error);
        }
    }

    public void Dispose() => file.Dispose();
}
