using System.Globalization;
using Campaigns.Storage.Rebuild;
using Marten;

namespace Campaigns.Storage;

/// <summary>
/// Takes what is personal out of stored events, for people who ask to be forgotten. Marten stores each event that has a mask as the mask leaves it, with
/// a header <c>erased</c> that says when; that it happened is on record in a table of ours. Kept states are no events:
/// Marten leaves them as they were, and they are folded anew.
/// </summary>
public static class Erasure
{
    /// <summary>The header of an event from which something was erased: the time, ISO 8601.</summary>
    public const string Header = "erased";

    static readonly string FindStored = Storage.Sql.Beside(typeof(Erasure), nameof(FindStored));
    static readonly string RecordErasure = Storage.Sql.Beside(typeof(Erasure), nameof(RecordErasure));

    /// <summary>Erases, and records it if there was something to erase. Twice does what once does.</summary>
    /// <param name="streams">Those that do not exist are passed over, and events that were erased before.</param>
    /// <param name="by">Who had it done.</param>
    public static async Task Erase(
        IDocumentStore store,
        SnapshotRebuild snapshots,
        string tenantId,
        IReadOnlyCollection<Guid> streams,
        string reason,
        string by,
        CancellationToken ct)
    {
        var time = store.Clock.Microseconds();
        var stored = await store.Database.Query(FindStored, reader => reader.GetGuid(0), ct, tenantId, streams.ToArray());
        if (stored.Count > 0)
        {
            await store.Advanced.ApplyEventDataMasking(
                masking =>
                {
                    masking.ForTenant(tenantId);
                    foreach (var stream in stored)
                    {
                        masking.IncludeStream(stream, @event => @event.Headers?.ContainsKey(Header) != true);
                    }

                    masking.AddHeader(Header, time.ToString("O", CultureInfo.InvariantCulture));
                }, ct);
        }

        // Also where nothing was left to mask: an attempt may have broken off before it came to this.
        await snapshots.Renew(tenantId, streams, ct);
        await using var record = store.Database.CreateCommand(RecordErasure);
        foreach (object value in (object[])[Guid.CreateVersion7(time), tenantId, streams.ToArray(), reason, by, time])
        {
            record.Parameters.Add(new() { Value = value });
        }

        await record.ExecuteNonQueryAsync(ct);
    }
}
