using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Sending;

namespace Campaigns.Tracking;

/// <summary>Due when a sent message should have been opened. An open that came first makes it change nothing, and so does a message that never came.</summary>
/// <param name="Batch">With which it was sent: a later one has a time-out of its own. Null: with whichever.</param>
public sealed record TimeOutOpen(Guid RecipientId, int? Batch = null);

public sealed class OpenTimeouts(EventStore store)
{
    static readonly string ReadUnopened = Sql.Beside<OpenTimeouts>(nameof(ReadUnopened));

    public async Task Handle(IReadOnlyList<TimeOutOpen> messages, Session session, CancellationToken ct)
    {
        var unopened = await store.Database.Query(
            ReadUnopened, reader => (Id: reader.GetGuid(0), Version: reader.GetInt64(1)), ct,
            session.TenantId, messages.Select(message => message.RecipientId).ToArray(), messages.Select(message => message.Batch).ToArray());
        foreach (var (id, version) in unopened)
        {
            // At exactly the version that was read: an open in this very moment wins, and this is decided again.
            session.Append<Recipient>(id, ExpectedVersion.Exactly(version), new OpenTimedOut());
        }
    }
}
