using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Projections;

/// <summary>Reads the events that concern a projection, a page at a time, and gathers what they change.</summary>
sealed class ProjectionPages(EventStore store, Projection projection)
{
    readonly EventRange range = new(store.Database, [.. projection.Facts.SelectMany(store.Model.EventTypes.Names)], tenantId: null);

    /// <param name="connection">Null for any connection.</param>
    public Task<List<Event>> Read(long after, long upTo, int limit, NpgsqlConnection? connection, CancellationToken ct) =>
        range.Page(after, upTo, limit, store.Read, connection, ct);

    /// <summary>Adds the projection's statements for some events to a batch.</summary>
    /// <returns>The topics to notify once they are committed.</returns>
    public IReadOnlyCollection<string> Apply(IReadOnlyList<Event> events, NpgsqlBatch batch)
    {
        var sql = new SqlQueue();
        projection.Apply(events, sql);
        sql.MoveTo(batch);
        return sql.Topics;
    }
}
