using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Messages;

/// <summary>The statements over the table of messages.</summary>
sealed class MessageStore(EventStore store)
{
    static readonly string ClaimMessages = Sql.Beside<MessageStore>(nameof(ClaimMessages));
    static readonly string NextDueSql = Sql.Beside<MessageStore>("NextDue");
    static readonly string RetryMessage = Sql.Beside<MessageStore>(nameof(RetryMessage));
    static readonly string BuryMessage = Sql.Beside<MessageStore>(nameof(BuryMessage));
    static readonly string GiveBackMessages = Sql.Beside<MessageStore>(nameof(GiveBackMessages));
    static readonly string RenewClaims = Sql.Beside<MessageStore>(nameof(RenewClaims));
    static readonly string EndMessage = Sql.Beside<MessageStore>(nameof(EndMessage));

    static readonly short[] AllPriorities = [.. Enum.GetValues<Priority>().Select(priority => (short)priority)];

    /// <summary>Takes up to <paramref name="limit"/> due messages for <paramref name="lease"/>, the longest due of each priority first.</summary>
    /// <param name="kinds">Those that this node can handle: a node of another version may know more.</param>
    /// <param name="priorities">In the order in which they are looked for.</param>
    public async Task<IReadOnlyList<ClaimedMessage>> Claim(
        string queue, string[] kinds, IReadOnlyList<Priority> priorities, int limit, TimeSpan lease, CancellationToken ct)
    {
        var now = store.Clock.GetUtcNow();
        var claim = Guid.CreateVersion7(now);
        await using var command = Command(
            ClaimMessages, queue, now, limit, claim, now + lease, priorities.Select(priority => (short)priority).ToArray(), kinds);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<ClaimedMessage>();
        while (await reader.ReadAsync(ct))
        {
            claimed.Add(new ClaimedMessage(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetInt32(5), reader.IsDBNull(6) ? null : reader.GetString(6), (Priority)reader.GetInt16(7), reader.GetInt32(8), claim));
        }

        claimed.Sort((a, b) => (a.Priority, a.Due).CompareTo((b.Priority, b.Due)));
        return claimed;
    }

    /// <summary>When the next unclaimed message of a queue is due; null when none waits.</summary>
    public async Task<DateTimeOffset?> NextDue(string queue, string[] kinds, CancellationToken ct)
    {
        await using var command = Command(NextDueSql, queue, AllPriorities, kinds);
        return await command.ExecuteScalarAsync(ct) is DateTime due ? due : null;
    }

    /// <summary>Ends a message that has nothing else to make true, in the plainest way there is.</summary>
    /// <returns>False, with nothing changed, where that is not enough: the claim was lost, or the id is to be remembered.</returns>
    public async Task<bool> End(ClaimedMessage message, CancellationToken ct)
    {
        await using var command = Command(EndMessage, message.Id, message.ClaimId);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    public Task Retry(ClaimedMessage message, DateTimeOffset due, string error, CancellationToken ct) =>
        Execute(Command(RetryMessage, message.Id, message.ClaimId, due, error), ct);

    public Task Bury(ClaimedMessage message, string error, CancellationToken ct) =>
        Execute(Command(BuryMessage, message.Id, message.ClaimId, store.Clock.GetUtcNow(), error), ct);

    /// <summary>Returns messages at once instead of when the lease ends.</summary>
    /// <param name="begun">Whether a handler had them: only then the attempt counts.</param>
    /// <param name="due">When they are due now; null leaves that as it was.</param>
    public Task GiveBack(IReadOnlyCollection<ClaimedMessage> messages, bool begun, DateTimeOffset? due, CancellationToken ct)
    {
        var command = Command(
            GiveBackMessages, messages.Select(message => message.Id).ToArray(), messages.Select(message => message.ClaimId).ToArray(), begun ? 0 : 1);
        command.Parameters.Add(new() { Value = (object?)due ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz });
        return Execute(command, ct);
    }

    /// <returns>The messages, with their claims, that are still ours.</returns>
    public async Task<HashSet<(Guid Id, Guid Claim)>> Renew(IReadOnlyCollection<ClaimedMessage> messages, TimeSpan lease, CancellationToken ct)
    {
        await using var command = Command(
            RenewClaims, messages.Select(message => message.Id).ToArray(), messages.Select(message => message.ClaimId).ToArray(), store.Clock.GetUtcNow() + lease);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var ours = new HashSet<(Guid, Guid)>();
        while (await reader.ReadAsync(ct))
        {
            ours.Add((reader.GetGuid(0), reader.GetGuid(1)));
        }

        return ours;
    }

    NpgsqlCommand Command(string text, params ReadOnlySpan<object> values)
    {
        var command = store.Database.CreateCommand(text);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    static async Task Execute(NpgsqlCommand command, CancellationToken ct)
    {
        await using (command)
        {
            await command.ExecuteNonQueryAsync(ct);
        }
    }
}
