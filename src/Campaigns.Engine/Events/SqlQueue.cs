using Npgsql;

namespace Campaigns.Engine.Events;

/// <summary>Statements that run in the transaction of a commit, in the order they were added, without a round trip of their own.</summary>
public sealed class SqlQueue
{
    readonly List<NpgsqlBatchCommand> commands = [];

    internal HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

    /// <param name="text">One statement with positional parameters <c>$1</c>, <c>$2</c> ...</param>
    /// <param name="values">Values, or <see cref="NpgsqlParameter"/>s where the type has to be said.</param>
    public void Add(string text, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        commands.Add(command);
    }

    internal void MoveTo(NpgsqlBatch batch)
    {
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }
    }

    /// <summary>Tells every node, after the commit, that something under this topic has changed.</summary>
    public void Notify(string topic) => Topics.Add(topic);
}
