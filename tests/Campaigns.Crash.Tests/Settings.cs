using System.Globalization;

namespace Campaigns.Crash.Tests;

/// <summary>From the environment: CRASH_SEED for the strikes of an earlier run again, CRASH_SECONDS for how long they go on.</summary>
static class Settings
{
    public static int Seed => Number("CRASH_SEED") ?? Random.Shared.Next();

    public static TimeSpan Length => TimeSpan.FromSeconds(Number("CRASH_SECONDS") ?? 12);

    static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
}
