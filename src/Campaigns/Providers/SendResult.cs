using Campaigns.Consent;
using Campaigns.Sending;

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
    }

    /// <summary>Nobody knows whether the provider has it.</summary>
    public sealed record InDoubt(string Why) : SendResult;
}
