using Campaigns.Consent;

namespace Campaigns.Providers;

/// <summary>What a provider says about one message.</summary>
/// <param name="Recipient">Null when the entry carries no id of ours.</param>
/// <param name="Fact">Null when there is nothing to record.</param>
/// <param name="Suppresses">Why the address must not be written to any more, if it must not; unreachable: if that is said of several messages.</param>
/// <param name="Keys">Any of them seen before makes it a repeat.</param>
public sealed record ProviderFact(Guid? Recipient, object? Fact, SuppressionReason? Suppresses, string? Address, Guid[] Keys)
{
    /// <summary>The person said it, from the address: it concerns the last message that went there.</summary>
    public bool IsReply { get; init; }

    /// <summary>The person wants messages again. Undoes nothing but the wish to get none.</summary>
    public bool Reinstates { get; init; }

    /// <summary>When it was said, by the provider's clock; or when it came, where the provider names no time. Null: now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>The unsubscribe group of the provider's that it is said of; null: of all messages.</summary>
    public string? Group { get; init; }
}
