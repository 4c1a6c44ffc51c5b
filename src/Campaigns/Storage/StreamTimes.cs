using Marten;

namespace Campaigns.Storage;

/// <summary>When the first event of a stream was recorded, and when its last one.</summary>
public sealed record StreamTimes(DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    static readonly string ReadStreamTimes = Sql.Beside<StreamTimes>(nameof(ReadStreamTimes));

    /// <summary>Of each of these streams, which are there.</summary>
    public static async Task<IReadOnlyDictionary<Guid, StreamTimes>> Read(
        IDocumentStore store, string tenantId, IEnumerable<Guid> ids, CancellationToken ct) =>
        (await store.Database.Query(
            ReadStreamTimes,
            reader => (Id: reader.GetGuid(0), Times: new StreamTimes(reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2))),
            ct, tenantId, ids.ToArray()))
        .ToDictionary(stream => stream.Id, stream => stream.Times);

    /// <inheritdoc cref="Read(IDocumentStore, string, IEnumerable{Guid}, CancellationToken)"/>
    public static async Task<StreamTimes> Read(IDocumentStore store, string tenantId, Guid id, CancellationToken ct) =>
        (await Read(store, tenantId, [id], ct))[id];
}
