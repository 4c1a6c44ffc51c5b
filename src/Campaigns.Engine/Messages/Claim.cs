using Npgsql;

namespace Campaigns.Engine.Messages;

/// <summary>The right to handle some messages, until the lease ends.</summary>
sealed class Claim(Guid id, IReadOnlyList<Guid> messages)
{
    static readonly string CompleteMessages = Sql.Beside<Claim>(nameof(CompleteMessages));

    public IReadOnlyList<Guid> Messages => messages;

    public Guid Id => id;

    public bool IsCompleted { get; private set; }

    public NpgsqlBatchCommand Complete(DateTimeOffset now) => IsCompleted
        ? throw new InvalidOperationException("The message was completed by an earlier commit.")
        : new NpgsqlBatchCommand(CompleteMessages) { Parameters = { new() { Value = messages.ToArray() }, new() { Value = id }, new() { Value = now } } };

    public void MarkCompleted() => IsCompleted = true;
}
