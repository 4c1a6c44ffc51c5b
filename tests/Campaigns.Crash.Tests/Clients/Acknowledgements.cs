using System.Collections.Concurrent;
using Campaigns.Crash.Tests.Running;
using Campaigns.Engine;

namespace Campaigns.Crash.Tests.Clients;

/// <summary>What clients were told is true. Kept out of the database until the end, so that nothing there can take it back.</summary>
sealed class Acknowledgements
{
    static readonly string AddAcknowledged = Sql.Beside<Acknowledgements>(nameof(AddAcknowledged));

    readonly ConcurrentQueue<Guid> events = new();
    readonly ConcurrentQueue<Guid> messages = new();

    public int Count => events.Count + messages.Count;

    public void Events(IEnumerable<Guid> operations) => Add(events, operations);

    public void Messages(IEnumerable<Guid> ids) => Add(messages, ids);

    public async Task Save(Database database)
    {
        await database.Rows(AddAcknowledged, events.ToArray(), "event");
        await database.Rows(AddAcknowledged, messages.ToArray(), "message");
    }

    static void Add(ConcurrentQueue<Guid> to, IEnumerable<Guid> ids)
    {
        foreach (var id in ids)
        {
            to.Enqueue(id);
        }
    }
}
