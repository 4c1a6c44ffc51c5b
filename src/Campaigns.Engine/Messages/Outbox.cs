using System.Text.Json;
using Campaigns.Engine.Events;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Messages;

/// <summary>The messages of one commit.</summary>
sealed class Outbox
{
    static readonly string SendMessages = Sql.Beside<Outbox>(nameof(SendMessages));

    readonly List<(Guid Id, MessageType Type, string Body, DateTimeOffset Due)> messages = [];

    public void Add(MessageType type, object message, Guid id, DateTimeOffset due) =>
        messages.Add((id, type, JsonSerializer.Serialize(message, type.Type, EventTypes.Json), due));

    public void AddTo(NpgsqlBatch batch, Session session)
    {
        if (messages.Count == 0)
        {
            return;
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(SendMessages)
        {
            Parameters =
            {
                new() { Value = session.TenantId }, new() { Value = session.Now },
                Session.Text(session.Metadata.CorrelationId), Session.Text(session.Metadata.CausationId),
                new() { Value = messages.Select(message => message.Id).ToArray() },
                new() { Value = messages.Select(message => message.Type.Queue).ToArray() },
                new() { Value = messages.Select(message => message.Type.Kind).ToArray() },
                new() { Value = messages.Select(message => message.Body).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new() { Value = messages.Select(message => message.Due.ToUniversalTime()).ToArray() },
            },
        });
    }

    /// <summary>Wakes the queues in which something is due before they would look by themselves.</summary>
    public void Wake(Notifications notifications, DateTimeOffset now) => notifications.Publish(
        messages.Where(message => message.Due <= now + QueueWorker.LongestWait)
            .Select(message => Notifications.QueueTopic(message.Type.Queue))
            .Distinct());
}
