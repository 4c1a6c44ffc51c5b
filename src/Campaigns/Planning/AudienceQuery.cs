using Campaigns.Segments;
using Campaigns.Storage;
using Marten;
using Npgsql;

namespace Campaigns.Planning;

/// <summary>Whom a campaign goes to, for statements over its audience: with what its segments say at that moment.</summary>
public sealed class AudienceQuery
{
    readonly IDocumentStore store;
    readonly string tenantId;
    readonly CampaignAudience audience;
    readonly IReadOnlyDictionary<Guid, Segment> segments;
    readonly DateTimeOffset at;
    readonly TimeZoneInfo zone;

    AudienceQuery(
        IDocumentStore store, string tenantId, CampaignAudience audience, IReadOnlyDictionary<Guid, Segment> segments, DateTimeOffset at, TimeZoneInfo zone) =>
        (this.store, this.tenantId, this.audience, this.segments, this.at, this.zone) = (store, tenantId, audience, segments, at, zone);

    /// <param name="at">When the campaign would begin: the days of its segments count from then.</param>
    public static async Task<AudienceQuery> Prepare(IDocumentStore store, string tenantId, CampaignAudience audience, DateTimeOffset at, CancellationToken ct)
    {
        Guid[] ids = [.. audience.AllSegments.Distinct()];
        return ids.Length == 0
            ? new AudienceQuery(store, tenantId, audience, new Dictionary<Guid, Segment>(), at, TimeZoneInfo.Utc)
            : new AudienceQuery(
                store, tenantId, audience, (await store.LoadMany<Segment>(tenantId, ids, ct)).ToDictionary(segment => segment.Id, segment => segment.State), at,
                await SegmentDirectory.ZoneOf(store, tenantId, ct));
    }

    /// <summary>The segments as they were read, and which revision of each.</summary>
    public IReadOnlyList<UsedSegment>? Used => segments.Count == 0 ? null : [.. segments.OrderBy(segment => segment.Key).Select(segment => new UsedSegment(segment.Key, segment.Value.Revision))];

    /// <summary>Runs a statement over <c>audience</c>, as <see cref="ContactQuery"/> has it, and reads its rows.</summary>
    /// <param name="own">The values of its own, from <c>$2</c> on; <c>$1</c> is the organisation.</param>
    public Task<List<T>> Read<T>(string statement, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object?[] own)
    {
        var (text, values) = Over(statement, own);
        return store.Database.QueryLong(text, read, ct, values);
    }

    /// <summary>The same for any number of rows: each is shown once, and none is kept.</summary>
    public async Task Each(string statement, Func<NpgsqlDataReader, ValueTask> see, CancellationToken ct, params object?[] own)
    {
        await using var command = Command(statement, own);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            await see(reader);
        }
    }

    /// <summary>Runs a statement over the audience in a commit of its own, however long it takes.</summary>
    /// <returns>How many rows it wrote.</returns>
    public async Task<int> Run(string statement, CancellationToken ct, params object?[] own)
    {
        await using var command = Command(statement, own);
        return await command.ExecuteNonQueryAsync(ct);
    }

    // However long it takes.
    NpgsqlCommand Command(string statement, object?[] own)
    {
        var (text, values) = Over(statement, own);
        var command = store.Database.CreateCommand(text);
        command.CommandTimeout = 0;
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }

    (string Text, object?[] Values) Over(string statement, params object?[] own)
    {
        var query = new ContactQuery(at, zone, 1 + own.Length);
        if (audience.Everybody)
        {
            query.IncludeEverybody();
        }

        if (audience.Lists is { } lists)
        {
            query.IncludeLists(lists);
        }

        foreach (var id in audience.Segments ?? [])
        {
            query.Include(segments[id].Definition.Condition);
        }

        if (audience.Contacts is { } contacts)
        {
            query.IncludeContacts(contacts);
        }

        if (audience.ExceptLists is { } exceptLists)
        {
            query.ExceptLists(exceptLists);
        }

        foreach (var id in audience.ExceptSegments ?? [])
        {
            query.Except(segments[id].Definition.Condition);
        }

        if (audience.ExceptContacts is { } exceptContacts)
        {
            query.ExceptContacts(exceptContacts);
        }

        if (audience.ExceptDomains is { } exceptDomains)
        {
            query.ExceptDomains(exceptDomains);
        }

        return query.Over(statement, tenantId, own);
    }
}
