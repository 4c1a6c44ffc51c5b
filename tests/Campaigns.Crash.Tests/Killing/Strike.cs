namespace Campaigns.Crash.Tests.Killing;

enum StrikeKind
{
    /// <summary>SIGKILL of a node.</summary>
    KillNode,

    /// <summary>SIGTERM of a node in the middle of its work.</summary>
    StopNode,

    /// <summary>SIGSTOP of a node for longer than its claims last: it goes on believing that they are its own.</summary>
    FreezeNode,

    /// <summary>One connection of whomever, ended by the server.</summary>
    CutConnection,

    /// <summary>SIGKILL of one backend: PostgreSQL ends all others and recovers.</summary>
    KillBackend,

    /// <summary>Immediate shutdown of PostgreSQL.</summary>
    CrashPostgres,
}

/// <summary>Something that is killed.</summary>
/// <param name="After">How long after the strike before.</param>
/// <param name="Pick">Which of the nodes, or of the connections that there are.</param>
sealed record Strike(TimeSpan After, StrikeKind Kind, int Pick)
{
    /// <summary>The strikes of a seed, always the same: all kinds in every round, in random order.</summary>
    public static IEnumerable<Strike> Of(int seed)
    {
        var random = new Random(seed);
        while (true)
        {
            var round = Enum.GetValues<StrikeKind>();
            random.Shuffle(round);
            foreach (var kind in round)
            {
                yield return new Strike(TimeSpan.FromMilliseconds(random.Next(100, 1500)), kind, random.Next(1000));
            }
        }
    }
}
