namespace Campaigns.Server.Tests.Support;

/// <summary>The clock of one process, moved by what a file says (libfaketime): <c>+2h</c>, <c>-3d</c>, <c>+0</c>.</summary>
static class FakeClock
{
    public static (string Name, string Value)[] Settings(string file) =>
    [
        ("LD_PRELOAD", Library()),
        ("FAKETIME_TIMESTAMP_FILE", file),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), // nobody can set that counter
    ];

    /// <summary>Moves it in one step: who reads the file meanwhile never finds it empty.</summary>
    public static async Task Set(string file, string to)
    {
        await File.WriteAllTextAsync(file + ".new", to);
        File.Move(file + ".new", file, overwrite: true);
    }

    static string Library() => Directory.EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
        .FirstOrDefault() ?? throw new InvalidOperationException("libfaketime was not found: install it (Debian: apt-get install faketime).");
}
