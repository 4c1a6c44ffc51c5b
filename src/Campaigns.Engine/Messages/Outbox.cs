using Campaigns.Engine.Events;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Messages;

/// <summary>The messages of one commit.</summary>
sealed class Outbox
{
    static readonly string SendMessages = Sql.Beside<Outbox>(nameof(SendMessages));

    readonly List<OutgoingMessage> messages = [];

    public void Add(OutgoingMessage message) => messages.Add(message);

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
                new() { Value = session.Now },
                Session.Text(session.Metadata.CorrelationId), Session.Text(session.Metadata.CausationId),
                new() { Value = messages.Select(message => message.Id).ToArray() },
                new() { Value = messages.Select(message => message.Type.Queue).ToArray() },
                new() { Value = messages.Select(message => message.Type.Kind).ToArray() },
                new() { Value = messages.Select(message => message.TenantId).ToArray() },
                new() { Value = messages.Select(message => message.Body()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new() { Value = messages.Select(message => message.Due.ToUniversalTime()).ToArray() },
                new() { Value = messages.Select(message => (short)message.Priority).ToArray() },
                new() { Value = messages.Select(message => message.Once).ToArray() },
            },
        });
    }

    /// <summary>Wakes the queues in which something is due before they would look by themselves.</summary>
    public void Wake(Notifications notifications, DateTimeOffset now) => notifications.Publish(
        messages.Where(message => message.Due <= now + QueueWorker.LongestWait)
            .Select(message => Notifications.QueueTopic(message.Type.Queue))
            .Distinct());
}

/// <param name="Once">The sender chose the id: it stays refused after the message was handled.</param>
sealed record OutgoingMessage(Guid Id, MessageType Type, object Message, string TenantId, DateTimeOffset Due, Priority Priority, bool Once)
{
    public string Body() => Type.Serialize(Message);
}
