using System.Runtime.CompilerServices;
using Npgsql;

namespace Campaigns.Storage.History;

/// <summary>Events of all streams as they are stored, known to this program or not, in position order and a page at a time.</summary>
/// <param name="tenantId">Null for all organisations.</param>
sealed class EventRange(NpgsqlDataSource database, string? tenantId)
{
    const int PageSize = 1000;

    static readonly string ReadRange = Sql.Beside<EventRange>(nameof(ReadRange));

    /// <summary>Those behind a position, with no more than a page in memory and no connection held while the reader thinks.</summary>
    public async IAsyncEnumerable<StoredEvent> Read(long after, long upTo, [EnumeratorCancellation] CancellationToken ct)
    {
        List<StoredEvent> page;
        do
        {
            page = await database.Query(ReadRange, StoredEvent.Read, ct, after, upTo, tenantId, PageSize);
            foreach (var stored in page)
            {
                yield return stored;
            }

            after = page.Count > 0 ? page[^1].Sequence : after;
        }
        while (page.Count == PageSize);
    }
}
