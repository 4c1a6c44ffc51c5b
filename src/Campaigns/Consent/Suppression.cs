using Campaigns.Storage;
using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Campaigns.Consent;

// The stored facts of one address in one organisation.

/// <param name="Source">
/// Who said so: <c>recipient ID</c> (by link, answer or webhook), <c>a reply</c> or <c>webhook</c> where we do not know the message, <c>api: NAME</c> of
/// a key, or <c>sendgrid LIST</c>.
/// </param>
/// <param name="Group">
/// The unsubscribe group of the provider's, such as <c>sendgrid 7</c>, that the person left; null where it was said of all messages. Joining the same
/// group again takes it back.
/// </param>
/// <param name="At">When the person said it, by the provider's clock; null: when it was recorded.</param>
public sealed record AddressSuppressed(
    string Address,
    SuppressionReason Reason,
    string Source,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Group = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? At = null);

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

    /// <summary>The unsubscribe group that the person left; null where it was said of all messages, or of several groups.</summary>
    public string? Group { get; init; }

    /// <summary>When the person last asked for nothing more. Null: nobody did, or it is not known when.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <inheritdoc/>
    public static Suppression Begin(Guid id) => Initial with { Id = id };

    public Suppression Evolve(object fact) => fact switch
    {
        AddressSuppressed { Reason: var reason, Group: var group } said =>
            (Covers(reason, group) ? this : this with { Reason = reason, Group = Reason == reason ? null : group })
            with { AskedAt = reason != SuppressionReason.Unsubscribed || AskedAt > said.At ? AskedAt : said.At ?? AskedAt },
        AddressReinstated => Begin(Id),
        AddressUnreachable failure => this with { Failures = Failures.SetItem(failure.Recipient, failure.At) },
        AddressReached reached => this with
        {
            Failures = Failures.RemoveRange(Failures.Where(failure => failure.Value <= reached.At).Select(failure => failure.Key)),
        },
        _ => this,
    };

    /// <summary>Whether nothing new is said: it is suppressed for a stronger reason, or for this one, of all messages or of the same group.</summary>
    public bool Covers(SuppressionReason reason, string? group = null) => Reason > reason || (Reason == reason && (Group is null || Group == group));

    /// <summary>
    /// Whether the person who asks for messages again meant it after all they said against them. Webhooks come late and in any order: what was asked
    /// for before is no answer to it.
    /// </summary>
    public bool MayBeTakenBack(DateTimeOffset? at) => Reason == SuppressionReason.Unsubscribed && !(at < AskedAt);

    /// <summary>The stream of an address.</summary>
    public static Guid StreamId(string tenantId, string address) => DerivedId.Named("suppression", tenantId, address);
}
