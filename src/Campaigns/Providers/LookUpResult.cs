using Campaigns.Consent;

namespace Campaigns.Providers;

/// <param name="Id">The id that travelled with it.</param>
/// <param name="ProviderMessageId">What the provider calls it; null when its answer never came.</param>
/// <param name="To">The e-mail address or the telephone number (E.164).</param>
/// <param name="HandedOverAt">Not before this time.</param>
/// <param name="Body">The text of an SMS, by which a provider that knows nothing of our ids finds it; null for e-mail.</param>
public sealed record MessageInQuestion(
    string Id, string TenantId, string? ProviderMessageId, string To, DateTimeOffset HandedOverAt, string? Body = null);

/// <summary>What a provider knows about a message.</summary>
public abstract record LookUpResult
{
    LookUpResult()
    {
    }

    /// <summary>The provider has it.</summary>
    /// <param name="Fact">The furthest that became of it, as an event of the recipient: accepted, delivered, bounced.</param>
    /// <param name="Address">Which it went to, where the provider says so.</param>
    /// <param name="Suppresses">As of an answer to the message.</param>
    public sealed record Found(object Fact, string? Address = null, SuppressionReason? Suppresses = null) : LookUpResult;

    /// <summary>The provider knows no such message, at least not yet: its own records lag behind.</summary>
    public sealed record NotFound : LookUpResult;

    /// <summary>It could not be asked.</summary>
    public sealed record Unavailable(string Why) : LookUpResult;
}
