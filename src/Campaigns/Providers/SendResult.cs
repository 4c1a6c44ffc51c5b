using Campaigns.Consent;
using Campaigns.Recipients;

namespace Campaigns.Providers;

/// <summary>What is certain about a message after it was handed to a provider.</summary>
public abstract record SendResult
{
    SendResult()
    {
    }

    /// <summary>The provider has it.</summary>
    public sealed record Accepted(string? ProviderMessageId) : SendResult;

    /// <summary>The provider does not have it and says why.</summary>
    /// <param name="RetryAfter">When the provider asks to be asked again.</param>
    public sealed record Refused(FailureCategory Category, string Code, string Text, TimeSpan? RetryAfter = null) : SendResult
    {
        /// <summary>It was too many at once, which concerns everything sent through this account.</summary>
        public bool IsThrottled { get; init; }

        /// <summary>Why the address must not be written to any more, if it must not.</summary>
        public SuppressionReason? Suppresses { get; init; }

        /// <param name="retryAfter">Believed of what passes by itself.</param>
        public static Refused By(AnswerMeaning meaning, string code, string text, TimeSpan? retryAfter) =>
            new(meaning.Category, code, text, meaning.Category == FailureCategory.Temporary ? retryAfter : null)
            {
                IsThrottled = meaning.Throttles, Suppresses = meaning.Suppresses,
            };
    }

    /// <summary>The node stops, and nothing was handed over.</summary>
    public sealed record Stopped : SendResult
    {
        /// <summary>For people.</summary>
        public const string Why = "The node stopped";
    }

    /// <summary>Nobody knows whether the provider has it.</summary>
    public sealed record InDoubt(string Why) : SendResult;
}
