using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Projections;

/// <summary>Reads the events that concern a projection, a page at a time, and gathers what they change.</summary>
sealed class ProjectionPages(EventStore store, Projection projection)
{
    static readonly string ReadRange = Sql.Beside<EventStore>(nameof(ReadRange));

    readonly string[] types = [.. projection.Facts.SelectMany(store.Model.EventTypes.Names)];

    /// <param name="connection">Null for any connection.</param>
    public async Task<List<Event>> Read(long after, long upTo, int limit, NpgsqlConnection? connection, CancellationToken ct)
    {
        await using var command = connection is null ? store.Database.CreateCommand(ReadRange) : new NpgsqlCommand(ReadRange, connection);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = upTo });
        command.Parameters.Add(new() { Value = types });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var page = new List<Event>();
        while (await reader.ReadAsync(ct))
        {
            page.Add(store.Read(reader));
        }

        return page;
    }

    /// <summary>Adds the projection's statements for some events to a batch.</summary>
    /// <returns>The topics to notify once they are committed.</returns>
    public IReadOnlyCollection<string> Apply(IReadOnlyList<Event> events, NpgsqlBatch batch)
    {
        var sql = new SqlQueue();
        projection.Apply(events, sql);
        foreach (var command in sql.Commands)
        {
            batch.BatchCommands.Add(command);
        }

        return sql.Topics;
    }
}
