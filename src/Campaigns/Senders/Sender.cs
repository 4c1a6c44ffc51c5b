using System.Text.Json.Serialization;
using Campaigns.Limits;
using Campaigns.Storage;

namespace Campaigns.Senders;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record SenderAdded(SenderSettings Settings);

public sealed record SenderChanged(SenderSettings Settings);

/// <summary>A link that confirms the address was made, to be sent there.</summary>
/// <param name="Hash">Of the link's token, which itself is kept nowhere.</param>
/// <param name="Until">When it ceases to work.</param>
public sealed record SenderConfirmationAsked(string Hash, DateTimeOffset At, DateTimeOffset Until);

public sealed record SenderVerified(VerifiedBy By, DateTimeOffset At);

/// <param name="By">Whether a person asked for it or a breaker tripped.</param>
public sealed record SenderPaused(PausedBy By, string Reason);

/// <param name="At">Absent in old ones.</param>
public sealed record SenderResumed(DateTimeOffset? At = null);

public sealed record SenderRetired;

/// <summary>Link: somebody who reads the mail of the address confirmed it. Provider: it vouches for the address or for its domain.</summary>
public enum VerifiedBy { Link, Provider }

/// <summary>Somebody in whose name an organisation writes, and what decisions about sending need to know of him.</summary>
public sealed record Sender : IStreamState<Sender>
{
    public static readonly Sender Initial = new();

    /// <inheritdoc/>
    public Guid Id { get; init; }

    public SenderSettings Settings { get; init; } = new("");

    /// <summary>When the e-mail address was verified; null while it is not. Another address is verified anew.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    public VerifiedBy? VerifiedBy { get; init; }

    /// <summary>The link that was sent last and not used yet.</summary>
    public Confirmation? Confirmation { get; init; }

    public PausedBy? PausedBy { get; init; }

    /// <summary>Why it is paused.</summary>
    public string? Reason { get; init; }

    /// <summary>What was sent before says nothing about its health any more.</summary>
    public DateTimeOffset? ResumedAt { get; init; }

    public bool Retired { get; init; }

    /// <summary>Nothing stands in the way of its address. A telephone number is taken as given: Twilio lets no account send from another one's.</summary>
    [JsonIgnore]
    public bool IsVerified => VerifiedAt is not null || Settings is { Email: null, TextFrom: not null };

    /// <summary>Whether messages may go out in its name at this moment.</summary>
    [JsonIgnore]
    public bool IsAvailable => PausedBy is null && !Retired;

    /// <inheritdoc/>
    public static Sender Begin(Guid id) => Initial with { Id = id };

    public Sender Evolve(object fact) => fact switch
    {
        SenderAdded added => this with { Settings = added.Settings },
        SenderChanged changed when changed.Settings.Email == Settings.Email => this with { Settings = changed.Settings },
        SenderChanged changed => this with { Settings = changed.Settings, VerifiedAt = null, VerifiedBy = null, Confirmation = null },
        SenderConfirmationAsked asked => this with { Confirmation = new Confirmation(asked.Hash, asked.At, asked.Until) },
        SenderVerified verified => this with { VerifiedAt = verified.At, VerifiedBy = verified.By, Confirmation = null },
        SenderPaused paused => this with { PausedBy = paused.By, Reason = paused.Reason },
        SenderResumed resumed => this with { PausedBy = null, Reason = null, ResumedAt = resumed.At ?? ResumedAt },
        SenderRetired => this with { Retired = true, Confirmation = null },
        _ => this,
    };
}

/// <param name="AskedAt">Who asks again at once waits a moment.</param>
public sealed record Confirmation(string Hash, DateTimeOffset AskedAt, DateTimeOffset Until);
