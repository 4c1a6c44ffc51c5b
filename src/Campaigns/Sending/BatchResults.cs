namespace Campaigns.Sending;

/// <summary>What became of the recipients of one batch.</summary>
/// <param name="size">Recipients of the batch; those without a result here were proven sent meanwhile.</param>
public sealed class BatchResults(int size)
{
    readonly List<(Guid Recipient, object Fact)> facts = [];
    readonly List<Guid> proven = [];

    public IReadOnlyList<(Guid Recipient, object Fact)> Facts => facts;

    /// <summary>Why nothing more should be handed over: the fault is with the provider or with our account.</summary>
    public string? Breaker { get; init; }

    public TimeSpan NoOpenAfter { get; init; }

    public int Sent => size - Failed - InDoubt - Returned;

    public int Failed => facts.Count(result => result.Fact is MessageFailed);

    public int InDoubt => facts.Count(result => result.Fact is MessageInDoubt);

    public int Returned => facts.Count(result => result.Fact is MessageReturned);

    /// <summary>Who has the message, or perhaps has it, and may open it.</summary>
    public IEnumerable<Guid> MayOpen => facts.Where(result => result.Fact is MessageSent or MessageInDoubt).Select(result => result.Recipient).Concat(proven);

    public void Add(Guid recipient, object fact) => facts.Add((recipient, fact));

    /// <summary>The provider's word was there before the result: there is none to record.</summary>
    public void AddProven(Guid recipient) => proven.Add(recipient);
}
