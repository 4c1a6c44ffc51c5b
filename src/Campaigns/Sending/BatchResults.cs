using Campaigns.Consent;
using Campaigns.Recipients;
using Campaigns.Sending.Accounts;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Sending;

/// <summary>What became of the recipients of one batch.</summary>
public sealed class BatchResults
{
    readonly List<(Guid Recipient, object? Fact)> facts = [];

    /// <summary>The fact to record about each; null for who was proven sent by the provider's word meanwhile.</summary>
    public IReadOnlyList<(Guid Recipient, object? Fact)> Facts => facts;

    /// <summary>Why the campaign must be paused: the fault is with the provider, our account or what we send.</summary>
    public string? Breaker { get; init; }

    /// <summary>How the accounts at the providers do by now.</summary>
    public ProviderAccounts Accounts { get; init; } = ProviderAccounts.Unknown;

    /// <summary>Addresses that must not be written to any more, by the provider's refusal.</summary>
    public IReadOnlyList<(Guid Recipient, string Address, SuppressionReason Reason)> Suppressed { get; init; } = [];

    /// <summary>Those whose address the batch claimed, and who for certain got nothing: others with the same one need not wait for them.</summary>
    public IReadOnlyList<QueuedRecipient> Unclaimed { get; init; } = [];

    /// <summary>A limit left no room for a larger batch: it is what the next one keeps its distance from.</summary>
    public bool IsCut { get; init; }

    /// <summary>There are texts among the sent ones, about which no word may come by itself.</summary>
    public bool HasTexts { get; init; }

    /// <summary>When the last answer had come; null: at the latest when this is recorded.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Permits that were claimed and come back at once, by limit.</summary>
    public IReadOnlyDictionary<string, int> UnusedPermits { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    public int Sent => facts.Count(result => result.Fact is null or MessageSent);

    public int Failed => facts.Count(result => result.Fact is MessageFailed);

    public int InDoubt => facts.Count(result => result.Fact is MessageInDoubt);

    public int Returned => facts.Count(result => result.Fact is MessageReturned);

    /// <summary>To be tried again at a time of their own.</summary>
    public int Deferred => facts.Count(result => result.Fact is AttemptFailed);

    /// <summary>Adds to the commit which addresses must not be written to any more.</summary>
    internal static void Suppress(IDocumentSession session, IEnumerable<(Guid Recipient, string Address, SuppressionReason Reason)> addresses)
    {
        foreach (var (recipient, address, reason) in addresses)
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any, new AddressSuppressed(address, reason, $"recipient {recipient}"));
        }
    }

    public void Add(Guid recipient, object? fact) => facts.Add((recipient, fact));
}
