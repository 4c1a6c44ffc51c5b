using Campaigns.Recipients;

namespace Campaigns.Providers;

/// <summary>Somebody who takes messages to people over one channel. Says for each message what is certain about it, and throws nothing.</summary>
public interface IMessageProvider
{
    /// <summary>Its name in settings, events and addresses of webhooks, for example <c>sendgrid</c>.</summary>
    string Name { get; }

    Channel Channel { get; }

    /// <param name="ct">The node stops: what is not handed over yet stays, what is under way is still waited for.</param>
    Task<SendResult> Send(OutgoingMessage message, CancellationToken ct);

    /// <summary>Asks what became of a message whose fate is not known. Changes nothing.</summary>
    Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct);

    /// <summary>
    /// Whether the provider itself has verified that the organisation's account may send from the address. False also where it knows nothing of
    /// such things, or could not be asked.
    /// </summary>
    Task<bool> HasVerified(string tenantId, string email, CancellationToken ct) => Task.FromResult(false);
}
