using Campaigns.Engine.Events;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Messages;

/// <summary>The messages that wait, are being handled, or are dead: to look at, and to bring the dead ones back.</summary>
public sealed class StoredMessages(EventStore store)
{
    static readonly string ListMessages = Sql.Beside<StoredMessages>(nameof(ListMessages));
    static readonly string ReplayMessages = Sql.Beside<StoredMessages>(nameof(ReplayMessages));

    /// <summary>A page of messages in the order of their ids: without one of the sender's, those sent in an earlier millisecond first.</summary>
    /// <param name="after">The last id of the page before.</param>
    public async Task<List<StoredMessage>> List(MessageFilter filter, Guid? after, int limit, CancellationToken ct)
    {
        await using var command = Command(ListMessages, filter);
        command.Parameters.Add(new() { Value = (object?)filter.State?.ToString() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Varchar });
        command.Parameters.Add(new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = store.Clock.GetUtcNow() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var messages = new List<StoredMessage>();
        while (await reader.ReadAsync(ct))
        {
            messages.Add(StoredMessage.Read(reader));
        }

        return messages;
    }

    public async Task<StoredMessage?> Find(string? tenantId, Guid id, CancellationToken ct) =>
        (await List(new MessageFilter(tenantId, Ids: [id]), null, 1, ct)).FirstOrDefault();

    /// <summary>Lets the dead ones among the messages come again at once, with all their attempts.</summary>
    /// <returns>How many come again.</returns>
    public async Task<long> Replay(MessageFilter filter, CancellationToken ct)
    {
        await using var command = Command(ReplayMessages, filter);
        command.Parameters.Add(new() { Value = store.Clock.GetUtcNow() });
        var (queues, count) = (new List<string>(), 0L);
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                queues.Add(Notifications.QueueTopic(reader.GetString(0)));
                count += reader.GetInt64(1);
            }
        }

        store.Notifications.Publish(queues);
        return count;
    }

    NpgsqlCommand Command(string text, MessageFilter filter)
    {
        var command = store.Database.CreateCommand(text);
        command.Parameters.Add(Session.Text(filter.TenantId));
        command.Parameters.Add(Session.Text(filter.Queue));
        command.Parameters.Add(Session.Text(filter.Kind));
        command.Parameters.Add(new() { Value = (object?)filter.Ids?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        return command;
    }
}
