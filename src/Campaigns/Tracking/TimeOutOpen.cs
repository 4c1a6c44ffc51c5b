using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Sending;

namespace Campaigns.Tracking;

/// <summary>Due when a sent message should have been opened. An open that came first makes it change nothing.</summary>
public sealed record TimeOutOpen(Guid RecipientId);

public sealed class OpenTimeouts(EventStore store)
{
    static readonly string ReadUnopened = Sql.Beside<OpenTimeouts>(nameof(ReadUnopened));

    public async Task Handle(IReadOnlyList<TimeOutOpen> messages, Session session, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand(ReadUnopened);
        command.Parameters.Add(new() { Value = session.TenantId });
        command.Parameters.Add(new() { Value = messages.Select(message => message.RecipientId).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            // At exactly the version that was read: an open in this very moment wins, and this is decided again.
            session.Append<Recipient>(reader.GetGuid(0), ExpectedVersion.Exactly(reader.GetInt64(1)), new OpenTimedOut());
        }
    }
}
