using Campaigns.Engine.Events;

namespace Campaigns.Engine.Messages;

/// <summary>A message in the hands of its handler.</summary>
public sealed class Delivery
{
    readonly Claim claim;

    internal Delivery(EventStore store, ClaimedMessage message)
    {
        Store = store;
        claim = message.Claim;
        MessageId = message.Id;
        TenantId = message.TenantId;
        Attempt = message.Attempts;
        Metadata = message.Metadata;
    }

    public EventStore Store { get; }

    /// <summary>The same in every attempt to handle this message.</summary>
    public Guid MessageId { get; }

    public string TenantId { get; }

    /// <summary>1 for the first. More than 1 means that an earlier attempt failed, or that its node died in the middle.</summary>
    public int Attempt { get; }

    public Metadata Metadata { get; }

    /// <summary>Whether a commit has ended this message.</summary>
    public bool IsCompleted => claim.IsCompleted;

    /// <summary>Begins the commit that ends this message: its effects and its end become true together, or neither.</summary>
    public Session OpenSession() => Store.OpenSession(TenantId, Metadata, claim);

    /// <summary>Begins a commit before the end, for what must be on record before something outside is asked for.</summary>
    public Session OpenIntermediateSession() => Store.OpenSession(TenantId, Metadata);
}

/// <param name="Lost">How many claims of it in a row ended with their time, because the node died for instance.</param>
sealed record ClaimedMessage(
    Guid Id, string Kind, string TenantId, string Body, DateTimeOffset Due, int Attempts, string? CorrelationId, Priority Priority, int Lost, Guid ClaimId)
{
    public Claim Claim { get; } = new(ClaimId, [Id]);

    public Metadata Metadata { get; } = new(CorrelationId, Id.ToString());
}
