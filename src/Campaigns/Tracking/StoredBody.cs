using Campaigns.Storage;
using Marten;
using Wolverine;

namespace Campaigns.Tracking;

/// <summary>A webhook body that is to be worked on now.</summary>
sealed record StoredBody(Guid Id, string Provider, string? Target, DateTimeOffset ReceivedAt, byte[] Content)
{
    /// <summary>Read for one commit, but for a body that is larger alone: a body becomes many times its size in memory.</summary>
    const int MostBytes = 4 * 1024 * 1024;

    static readonly string ReadBodies = Sql.Beside<StoredBody>(nameof(ReadBodies));

    /// <summary>Reads as many as one commit has room for. The messages about the others end with it too: they are sent again.</summary>
    /// <param name="message">The message about a body.</param>
    public static async Task<IReadOnlyList<StoredBody>> Read(
        IDocumentStore store, OutgoingMessages messages, IEnumerable<Guid> ids, Func<Guid, object> message, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ReadBodies,
            reader => (Id: reader.GetGuid(0), Provider: reader.GetString(1), Target: reader.TextOrNull(2), ReceivedAt: reader.GetFieldValue<DateTimeOffset>(3),
                Content: reader.IsDBNull(4) ? null : reader.GetFieldValue<byte[]>(4)),
            ct, ids.ToArray(), MostBytes);
        var bodies = new List<StoredBody>(rows.Count);
        foreach (var row in rows)
        {
            if (row.Content is { } content)
            {
                bodies.Add(new StoredBody(row.Id, row.Provider, row.Target, row.ReceivedAt, content));
            }
            else
            {
                messages.Add(message(row.Id));
            }
        }

        return bodies;
    }
}
