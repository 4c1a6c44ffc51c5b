using Campaigns.Storage;
using System.Text.Json.Serialization;

namespace Campaigns.Recipients;

// The stored facts of one contact in one campaign, over one channel. These shapes are the storage format: fields may be added, never renamed
// or removed. No address stands in them: it is in the contact.

/// <param name="Step">Of the campaign; 1 where it has no plan.</param>
/// <param name="Offers">What the message is about, as it will stand in it; null where the campaign is about no offers.</param>
public sealed record RecipientQueued(
    Guid CampaignId, Guid ContactId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] Channel Channel = Channel.Email,
    int Step = 1, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<QuotedOffer>? Offers = null);

/// <summary>An offer of a contact as it was when the campaign began, with the values that its formula came to.</summary>
/// <param name="Fields">By name.</param>
public sealed record QuotedOffer(Guid Id, string Reference, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>The field under which templates find the reference, where the offer has none of that name.</summary>
    public const string ReferenceField = "reference";
}

/// <summary>Never queued: the campaign begins with this person left out.</summary>
public sealed record RecipientSkipped(
    Guid CampaignId, Guid ContactId, SkipReason Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] Channel Channel = Channel.Email,
    int Step = 1);

/// <summary>Was queued, and taken off the queue before a message was handed over.</summary>
/// <param name="SameAs">For <see cref="SkipReason.SameAddress"/>: the recipient whose message goes to that address.</param>
public sealed record RecipientWithdrawn(
    SkipReason Reason, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? SameAs = null);

/// <param name="ProviderMessageId">What the provider calls it.</param>
public sealed record MessageSent(int Batch, string? ProviderMessageId);

/// <param name="Code">The provider's status or our own word.</param>
/// <param name="Attempt">Which attempt it was; 1 for the first.</param>
public sealed record MessageFailed(int Batch, FailureCategory Category, string Code, string Text, int Attempt = 1);

/// <summary>For certain not handed over, for a reason that passes: queued again, to be tried once more at a time of its own.</summary>
/// <param name="Attempt">Which attempt it was; 1 for the first.</param>
public sealed record AttemptFailed(int Batch, int Attempt, FailureCategory Category, string Code, string Text, DateTimeOffset RetryAt);

/// <summary>Still queued, but not to get the message before a time.</summary>
/// <param name="LimitKey">The line in which it stands, at the limit that has no room for it; null for other reasons.</param>
public sealed record RecipientDeferred(DeferralReason Reason, DateTimeOffset Until, string Why, string? LimitKey = null);

/// <summary>Perhaps handed over, perhaps not: never simply sent again.</summary>
public sealed record MessageInDoubt(int Batch, string Why);

/// <summary>For certain not handed over: queued again.</summary>
/// <param name="Code">The provider's status, where it was the provider who would not have it.</param>
public sealed record MessageReturned(int Batch, string Why, string? Code = null);

/// <summary>A person had it tried again: queued again, whatever was recorded about the attempt before.</summary>
public sealed record RecipientRequeued(RequeueReason Reason);

/// <summary>The provider's word that it has the message.</summary>
/// <param name="At">When it happened, by the provider's clock.</param>
public sealed record MessageAccepted(DateTimeOffset At) : IProofOfHandover;

public sealed record MessageDelivered(DateTimeOffset At) : IProofOfHandover;

/// <summary>The provider keeps trying.</summary>
public sealed record MessageDeferred(DateTimeOffset At, string? Response) : IProofOfHandover;

/// <param name="Machine">Opened by a mail program's prefetching rather than by a person, as far as the provider can tell.</param>
public sealed record MessageOpened(DateTimeOffset At, bool Machine) : IProofOfHandover;

public sealed record LinkClicked(DateTimeOffset At, string? Url) : IProofOfHandover;

/// <param name="Type"><c>bounce</c> for a permanent one, <c>blocked</c> for a refusal that may be temporary.</param>
/// <param name="Category">Whose fault it was by the table of that time; absent in old events.</param>
public sealed record MessageBounced(
    DateTimeOffset At, string? Type, string? Classification, string? Status, string? Reason, FailureCategory? Category = null) : IProofOfHandover;

/// <summary>The provider accepted it and then did not try.</summary>
/// <param name="Category">As of a bounce.</param>
public sealed record MessageDropped(DateTimeOffset At, string? Reason, FailureCategory? Category = null) : IProofOfHandover;

/// <summary>A text message that came to nothing after the provider had taken it.</summary>
/// <param name="Code">The provider's; its own word where it gives none.</param>
/// <param name="Text">What the code means, for people; null where nobody knows.</param>
public sealed record MessageUndelivered(
    DateTimeOffset At,
    string Code,
    FailureCategory Category,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null) : IProofOfHandover;

public sealed record SpamReported(DateTimeOffset At) : IProofOfHandover;

public sealed record RecipientUnsubscribed(DateTimeOffset At) : IProofOfHandover;

/// <summary>The person answered the message. What was said is kept with the webhook alone, and not for ever.</summary>
/// <param name="ProviderMessageId">Of the answer.</param>
public sealed record ReplyReceived(DateTimeOffset At, string ProviderMessageId);

/// <summary>Not opened within the campaign's time.</summary>
public sealed record OpenTimedOut;

/// <summary>
/// Why somebody gets nothing. No address: none for the channel. Frequency cap: other messages were enough. Same address: the message goes there
/// already, as that of another contact who has it too. Excepted: the campaign leaves them out. No offer: it is about offers, and none is left of theirs.
/// </summary>
public enum SkipReason { Suppressed, ContactDeleted, CampaignCancelled, OutsideHours, NoAddress, FrequencyCap, SameAddress, Excepted, NoOffer }

public enum DeferralReason { DeliveryHours, Limit }

/// <summary>What became of the attempt before. In doubt: whoever asked took the risk that it arrives twice.</summary>
public enum RequeueReason { Failed, InDoubt }

/// <summary>Whose fault a failure is, which decides what follows from it.</summary>
public enum FailureCategory
{
    /// <summary>Would have worked at another time, but not within the attempts.</summary>
    Temporary,

    /// <summary>The address is at fault.</summary>
    Recipient,

    /// <summary>The message is at fault, or its sender's reputation.</summary>
    Content,

    /// <summary>Our account, key or sender is at fault.</summary>
    Configuration,

    /// <summary>The provider's words are not in our table.</summary>
    Unknown,
}

public enum RecipientStatus { Queued, Skipped, Sending, Sent, Failed, InDoubt }

/// <summary>One person in one campaign, as far as decisions need it. Lists and counts come from the ledger.</summary>
public sealed record Recipient(RecipientStatus Status) : IStreamState<Recipient>
{
    public static readonly Recipient Initial = new(RecipientStatus.Queued);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public static Recipient Begin(Guid id) => Initial with { Id = id };

    public Recipient Evolve(object fact) => fact switch
    {
        _ when Status == RecipientStatus.Sent => this, // final: what has reached the provider is not unsent by a later record
        RecipientQueued or RecipientRequeued or MessageReturned or AttemptFailed or RecipientDeferred => this with { Status = RecipientStatus.Queued },
        RecipientSkipped or RecipientWithdrawn => this with { Status = RecipientStatus.Skipped },
        MessageSent => this with { Status = RecipientStatus.Sent },
        MessageFailed => this with { Status = RecipientStatus.Failed },
        MessageInDoubt => this with { Status = RecipientStatus.InDoubt },
        IProofOfHandover => this with { Status = RecipientStatus.Sent },
        _ => this,
    };
}

/// <summary>A fact that only a message can have which reached the provider: it settles a doubt.</summary>
public interface IProofOfHandover
{
    /// <summary>When it happened, by the provider's clock.</summary>
    DateTimeOffset At { get; }
}
