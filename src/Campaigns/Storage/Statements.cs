using Npgsql;

namespace Campaigns.Storage;

/// <summary>Statements on one connection that may take as long as they take: for tools that look after the database.</summary>
static class Statements
{
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string text, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(text, connection) { CommandTimeout = 0 };
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return command;
    }

    /// <returns>The number of rows that it changed.</returns>
    public static async Task<int> Execute(this NpgsqlConnection connection, string text, CancellationToken ct, params object[] values)
    {
        await using var command = connection.Command(text, values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The first column of the first row; the default where it is null or there is no row.</summary>
    public static async Task<T> Ask<T>(this NpgsqlConnection connection, string text, CancellationToken ct, params object[] values)
    {
        await using var command = connection.Command(text, values);
        return await command.ExecuteScalarAsync(ct) is T answer ? answer : default!;
    }
}
