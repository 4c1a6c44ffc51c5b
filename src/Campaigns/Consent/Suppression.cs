using Campaigns.Storage;
using System.Collections.Immutable;

namespace Campaigns.Consent;

// The stored facts of one address in one organisation.

/// <param name="Source">
/// Who said so: <c>recipient ID</c> (by link, answer or webhook), <c>a reply</c> or <c>webhook</c> where we do not know the message, <c>api: NAME</c> of
/// a key, or <c>sendgrid LIST</c>.
/// </param>
public sealed record AddressSuppressed(string Address, SuppressionReason Reason, string Source);

public sealed record AddressReinstated(string Address, string Why);

/// <summary>A message did not get there, for a reason that may pass.</summary>
/// <param name="Recipient">Whose message it was: tried again, it fails no second time.</param>
/// <param name="At">When it happened, by the provider's clock.</param>
/// <param name="Code">The provider's word for the reason.</param>
public sealed record AddressUnreachable(Guid Recipient, DateTimeOffset At, string Code);

/// <summary>A message got there, which ends the row of those before it that did not.</summary>
/// <param name="At">When it happened, by the provider's clock.</param>
public sealed record AddressReached(DateTimeOffset At);

/// <summary>
/// Why an address gets nothing, the weakest first: of several the strongest counts. A wish is more than being out of reach, since who utters
/// it is not; and less than the rest, which it does not undo when it is taken back.
/// </summary>
public enum SuppressionReason { Unreachable, Unsubscribed, InvalidAddress, Complaint, Manual }

/// <param name="Reason">Null for an address that may be written to.</param>
/// <param name="Failures">When which recipient's message did not get there, since the last one that did.</param>
public sealed record Suppression(SuppressionReason? Reason, ImmutableDictionary<Guid, DateTimeOffset> Failures) : IStreamState<Suppression>
{
    public static readonly Suppression Initial = new(null, ImmutableDictionary<Guid, DateTimeOffset>.Empty);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    public bool IsSuppressed => Reason is not null;

    /// <inheritdoc/>
    public static Suppression Begin(Guid id) => Initial with { Id = id };

    public Suppression Evolve(object fact) => fact switch
    {
        AddressSuppressed { Reason: var reason } => IsFor(reason) ? this : this with { Reason = reason },
        AddressReinstated => Begin(Id),
        AddressUnreachable failure => this with { Failures = Failures.SetItem(failure.Recipient, failure.At) },
        AddressReached reached => this with
        {
            Failures = Failures.RemoveRange(Failures.Where(failure => failure.Value <= reached.At).Select(failure => failure.Key)),
        },
        _ => this,
    };

    /// <summary>Whether it is suppressed for this reason or a stronger one.</summary>
    public bool IsFor(SuppressionReason reason) => Reason >= reason;

    /// <summary>The stream of an address.</summary>
    public static Guid StreamId(string tenantId, string address) => DerivedId.Named("suppression", tenantId, address);
}
