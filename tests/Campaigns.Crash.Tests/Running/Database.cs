using System.Globalization;
using Npgsql;

namespace Campaigns.Crash.Tests.Running;

/// <summary>The database seen from outside: plain SQL on connections of its own, none of the engine's code.</summary>
sealed class Database(string connectionString)
{
    readonly string unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "test" }.ConnectionString;

    public async Task<NpgsqlConnection> Open()
    {
        var connection = new NpgsqlConnection(unpooled);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>The rows as text: names and values.</summary>
    public async Task<List<string>> Rows(string statement, params object[] values)
    {
        await using var connection = await Open();
        return await Rows(connection, statement, values);
    }

    public static async Task<List<string>> Rows(NpgsqlConnection connection, string statement, params object[] values)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(i => $"{reader.GetName(i)} {Text(reader.GetValue(i))}")));
        }

        return rows;
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public async Task<T?> Ask<T>(string statement, params object[] values)
    {
        await using var connection = await Open();
        await using var command = new NpgsqlCommand(statement, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync() is T answer ? answer : default;
    }

    static string Text(object value) =>
        value is Array several ? string.Join('/', several.Cast<object>()) : value is DBNull ? "null" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
