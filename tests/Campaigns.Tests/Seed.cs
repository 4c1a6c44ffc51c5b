using System.Globalization;
using Xunit.Abstractions;

namespace Campaigns.Tests;

/// <summary>The seed of a random test: another one each time, the same again with the environment variable SEED.</summary>
static class Seed
{
    public static int Of(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"SEED={seed}");
        return seed;
    }
}
