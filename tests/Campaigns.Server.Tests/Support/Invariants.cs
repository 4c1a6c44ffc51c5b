using Marten;
using Npgsql;

namespace Campaigns.Server.Tests.Support;

/// <summary>
/// What is true of a database whatever happened. Each is a statement in an embedded <c>.sql</c> file, named by what is true, that finds what violates it:
/// rows of an id and of what is wrong with it.
/// </summary>
static class Invariants
{
    /// <summary>True after every commit.</summary>
    public const string Always = "Invariants.Always.";

    /// <summary>True when nothing is left to be done.</summary>
    public const string AtRest = "Invariants.AtRest.";

    const int Named = 10;

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names(string which) =>
        from resource in typeof(Invariants).Assembly.GetManifestResourceNames()
        where resource.StartsWith(which, StringComparison.Ordinal)
        orderby resource
        select resource[which.Length..];

    /// <param name="accepted">The ids of the messages that the provider accepted, as often as it did.</param>
    /// <returns>A line for each invariant that is violated: its name, how often, and the first ids with what is wrong with them.</returns>
    public static async Task<List<string>> Violations(this IDocumentStore store, string which, params string[] accepted)
    {
        await using var connection = await store.Database.OpenConnectionAsync();
        return await connection.Violations(which, accepted);
    }

    /// <inheritdoc cref="Violations(IDocumentStore, string, string[])"/>
    public static async Task<List<string>> Violations(this NpgsqlConnection connection, string which, params string[] accepted)
    {
        var violated = new List<string>();
        foreach (var name in Names(which))
        {
            var found = await Find(connection, Statement(which + name), accepted);
            if (found.Count > 0)
            {
                violated.Add($"{name}: {found.Count} violations: {string.Join("; ", found.Take(Named))}");
            }
        }

        return violated;
    }

    static async Task<List<string>> Find(NpgsqlConnection connection, string statement, string[] accepted)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        if (statement.Contains("$1", StringComparison.Ordinal))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = accepted });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
        {
            found.Add($"{reader.GetString(0)} {reader.GetString(1)}");
        }

        return found;
    }

    static string Statement(string resource)
    {
        using var reader = new StreamReader(typeof(Invariants).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
