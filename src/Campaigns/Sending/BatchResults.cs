namespace Campaigns.Sending;

/// <summary>What became of the recipients of one batch.</summary>
public sealed class BatchResults
{
    readonly List<(Guid Recipient, object? Fact)> facts = [];

    /// <summary>The fact to record about each; null for who was proven sent by the provider's word meanwhile.</summary>
    public IReadOnlyList<(Guid Recipient, object? Fact)> Facts => facts;

    /// <summary>Why nothing more should be handed over: the fault is with the provider or with our account.</summary>
    public string? Breaker { get; init; }

    public int Sent => facts.Count(result => result.Fact is null or MessageSent);

    public int Failed => facts.Count(result => result.Fact is MessageFailed);

    public int InDoubt => facts.Count(result => result.Fact is MessageInDoubt);

    public int Returned => facts.Count(result => result.Fact is MessageReturned);

    public void Add(Guid recipient, object? fact) => facts.Add((recipient, fact));
}
