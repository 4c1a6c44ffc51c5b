using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Engine.Events;

/// <summary>Events of all streams in position order, a page at a time: the one road to them for readers, exports and projections.</summary>
/// <param name="names">The stored names of the events to read; null for all.</param>
/// <param name="tenantId">Null for all tenants.</param>
sealed class EventRange(NpgsqlDataSource database, IReadOnlyCollection<string>? names, string? tenantId)
{
    static readonly string ReadRange = Sql.Beside<EventRange>(nameof(ReadRange));

    readonly string[]? names = names?.ToArray();

    /// <summary>The next events behind a position.</summary>
    /// <param name="connection">Null for any connection.</param>
    public async Task<List<T>> Page<T>(
        long after, long upTo, int limit, Func<NpgsqlDataReader, T> read, NpgsqlConnection? connection, CancellationToken ct)
    {
        await using var command = connection is null ? database.CreateCommand(ReadRange) : new NpgsqlCommand(ReadRange, connection);
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = upTo });
        command.Parameters.Add(new() { Value = (object?)names ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar });
        command.Parameters.Add(Session.Text(tenantId));
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var page = new List<T>();
        while (await reader.ReadAsync(ct))
        {
            page.Add(read(reader));
        }

        return page;
    }

    /// <summary>All of them, with no more than a page in memory and no connection held while the reader thinks.</summary>
    public async IAsyncEnumerable<T> Pages<T>(
        long after, long upTo, int limit, Func<NpgsqlDataReader, T> read, Func<T, long> position, [EnumeratorCancellation] CancellationToken ct)
    {
        List<T> page;
        do
        {
            page = await Page(after, upTo, limit, read, null, ct);
            foreach (var row in page)
            {
                yield return row;
            }

            after = page.Count > 0 ? position(page[^1]) : after;
        }
        while (page.Count == limit);
    }
}
