using Npgsql;

namespace Campaigns.Storage;

static class DatabaseQueries
{
    /// <summary>For statements that look through everybody: seconds for a million, on a machine with nothing else to do.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs one statement and reads its rows.</summary>
    public static Task<List<T>> Query<T>(
        this NpgsqlDataSource database, string statement, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object?[] values) =>
        database.Query(statement, read, null, values, ct);

    /// <summary>The same for one that may take minutes.</summary>
    public static Task<List<T>> QueryLong<T>(
        this NpgsqlDataSource database, string statement, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object?[] values) =>
        database.Query(statement, read, Patience, values, ct);

    static async Task<List<T>> Query<T>(
        this NpgsqlDataSource database, string statement, Func<NpgsqlDataReader, T> read, TimeSpan? patience, object?[] values, CancellationToken ct)
    {
        await using var command = database.CreateCommand(statement);
        if (patience is { TotalSeconds: var seconds })
        {
            command.CommandTimeout = (int)seconds;
        }

        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public static string? TextOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static T? ValueOrNull<T>(this NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    /// <summary>A word of an enumeration, in whatever letter case the table keeps it.</summary>
    public static T Word<T>(this NpgsqlDataReader reader, int column)
        where T : struct, Enum => Enum.Parse<T>(reader.GetString(column), ignoreCase: true);

    public static T? WordOrNull<T>(this NpgsqlDataReader reader, int column)
        where T : struct, Enum => reader.IsDBNull(column) ? null : reader.Word<T>(column);
}
