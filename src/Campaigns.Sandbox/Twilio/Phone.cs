namespace Campaigns.Sandbox.Twilio;

/// <summary>What one number does with every text message it gets: by chance, or as its ending says.</summary>
/// <param name="ErrorCode">What its messages end with; null where they are delivered.</param>
/// <param name="Reply">What it answers to a delivered message.</param>
/// <param name="IsMute">Whether nothing is ever heard of a message to it.</param>
/// <param name="Temper">A number of its own that varies the delays.</param>
sealed record Phone(int? ErrorCode, string? Reply, bool IsMute, uint Temper)
{
    // Spelled on a phone's keys, so that they can be remembered, and at the end of few numbers by accident.
    static readonly (string Ending, string Reply)[] replies =
    [
        ("7867", "STOP"),
        ("78278", "START"),
        ("4357", "HELP"),
        ("78677", "stop please"),
        ("8398", "Who is this?"),
    ];

    const string Silent = "6883";
    const string Gone = "4663";

    public static Phone Decide(int seed, string number)
    {
        var chance = new Chance(seed, number);
        var temper = chance.Roll(7);
        if (ErrorCodes.Failure(number) is { } code)
        {
            return new(code, null, false, temper);
        }

        foreach (var (ending, reply) in replies)
        {
            if (number.EndsWith(ending, StringComparison.Ordinal))
            {
                return new(null, reply, false, temper);
            }
        }

        return number.EndsWith(Silent, StringComparison.Ordinal) ? new(null, null, false, temper)
            : number.EndsWith(Gone, StringComparison.Ordinal) ? new(null, null, true, temper)
            : ByChance(chance, temper);
    }

    /// <summary>How long after the step before it a step happens; a reply takes longer than a status.</summary>
    public TimeSpan Delay(int step, bool isReply, TimeSpan pace) =>
        pace * ((isReply ? 10 : 2) * (0.5 + (Temper * (step + 1u) * 2654435761u >> 8) % 1024 / 1024.0));

    static Phone ByChance(Chance chance, uint temper)
    {
        int? code = chance.Share(0) switch
        {
            < 0.01 => 30003,
            < 0.017 => 30005,
            < 0.022 => 30006,
            < 0.025 => 30007,
            _ => null,
        };
        var reply = code is not null ? null : chance.Share(1) switch
        {
            < 0.01 => "STOP",
            < 0.012 => "stop please",
            < 0.015 => "HELP",
            < 0.035 => "Who is this?",
            _ => null,
        };
        return new(code, reply, false, temper);
    }
}
