using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Recipients;
using Campaigns.Sending;

namespace Campaigns.Tracking;

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
