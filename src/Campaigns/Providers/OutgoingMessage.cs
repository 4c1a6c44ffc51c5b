namespace Campaigns.Providers;

/// <param name="Id">Travels with the message and comes back in webhooks. Opaque: providers keep it for ever.</param>
/// <param name="Campaign">Opaque too; groups the provider's statistics.</param>
/// <param name="To">The e-mail address or the telephone number (E.164).</param>
public abstract record OutgoingMessage(string Id, string TenantId, string Campaign, string To);

public sealed record OutgoingEmail(
    string Id, string TenantId, string Campaign, SenderAddress From, string To, string? ToName, string Subject, string? Html, string? Text)
    : OutgoingMessage(Id, TenantId, Campaign, To)
{
    /// <summary>Where one click unsubscribes this recipient (RFC 8058); null for messages that nobody subscribed to, as tests are.</summary>
    public Uri? Unsubscribe { get; init; }

    /// <summary>The headers that say so to mail programs; null without a link.</summary>
    public Dictionary<string, string>? UnsubscribeHeaders => Unsubscribe is null ? null : new()
    {
        ["List-Unsubscribe"] = $"<{Unsubscribe.AbsoluteUri}>",
        ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click",
    };

    /// <summary>Its links are left as they are, and nobody is told when they are followed.</summary>
    public bool Untracked { get; init; }

    /// <summary>The provider checks it and sends nothing.</summary>
    public bool DryRun { get; init; }
}

/// <param name="From">A telephone number (E.164), the id of a messaging service of the provider or an alphanumeric sender id; null: the one of the account.</param>
public sealed record OutgoingText(string Id, string TenantId, string Campaign, string? From, string To, string Body)
    : OutgoingMessage(Id, TenantId, Campaign, To);
