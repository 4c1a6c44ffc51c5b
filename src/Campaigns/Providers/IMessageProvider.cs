using Campaigns.Planning;
using Campaigns.Sending;

namespace Campaigns.Providers;

/// <summary>Somebody who takes messages to people. Says for each message what is certain about it, and throws nothing.</summary>
public interface IMessageProvider
{
    /// <param name="ct">Asks to give up waiting; the result then is <see cref="SendResult.InDoubt"/>, unless nothing was handed over yet.</param>
    Task<SendResult> Send(OutgoingMessage message, CancellationToken ct);
}

/// <param name="Id">Travels with the message and comes back in webhooks. Opaque: providers keep it for ever.</param>
/// <param name="Campaign">Opaque too; groups the provider's statistics.</param>
public sealed record OutgoingMessage(
    string Id, string TenantId, string Campaign, SenderAddress From, string To, string? ToName, string Subject, string? Html, string? Text);

public abstract record SendResult
{
    SendResult()
    {
    }

    /// <summary>The provider has it.</summary>
    public sealed record Accepted(string? ProviderMessageId) : SendResult;

    /// <summary>The provider does not have it and says why.</summary>
    /// <param name="RetryAfter">When the provider asks to be asked again.</param>
    public sealed record Refused(FailureCategory Category, string Code, string Text, TimeSpan? RetryAfter = null) : SendResult;

    /// <summary>Nobody knows whether the provider has it.</summary>
    public sealed record InDoubt(string Why) : SendResult;
}
