namespace Campaigns.Engine.Messages;

/// <summary>When a message whose handler failed is handled again, and when it is given up.</summary>
public sealed record RetryPolicy
{
    /// <summary>Ten attempts, over about 17 minutes.</summary>
    public static readonly RetryPolicy Default = new();

    /// <summary>Dead at once: for errors that another attempt cannot mend.</summary>
    public static readonly RetryPolicy Never = new() { MaxAttempts = 1 };

    /// <summary>Attempts before a message is dead.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Wait before the second attempt; doubled for each further one.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>By which share a wait may be shorter or longer, at random, so that failures do not march in step.</summary>
    public double Jitter { get; init; } = 0.1;

    internal TimeSpan WaitAfter(int attempt, Random random)
    {
        var wait = Math.Min(FirstWait.Ticks * Math.Pow(2, attempt - 1), LongestWait.Ticks);
        return new TimeSpan((long)(wait * (1 - Jitter + (2 * Jitter * random.NextDouble()))));
    }
}

/// <summary>The policy for some errors, before that of the queue.</summary>
sealed record ErrorPolicy(Func<Exception, bool> Matches, RetryPolicy Policy);
