using Campaigns.Storage.Schema;
using Marten;
using Npgsql;

namespace Campaigns.Storage.Doctor;

/// <summary>
/// Whether the tables, columns, constraints, indexes, functions and settings are those of the migrations: these run again in a schema
/// beside, in a transaction that is rolled back, so nobody ever sees it and nothing is left of it. Of their own tables Marten and Wolverine say it.
/// </summary>
sealed class SchemaCheck(IDocumentStore store, Migrator migrator) : Check
{
    /// <summary>Longer definitions are not shown.</summary>
    const int Readable = 200;

    static readonly string DescribeSchema = Sql.Beside<SchemaCheck>(nameof(DescribeSchema));
    static readonly string CopyOthers = Sql.Beside<SchemaCheck>(nameof(CopyOthers));

    public override string Name => "schema";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        var findings = new List<Finding>();
        var pending = await migrator.Pending(ct);
        if (pending.Count > 0)
        {
            findings.Add(Finding.Problem("The database lacks migrations", [.. pending.Select(script => script.FullName)]));
        }

        foreach (var (part, objects) in await migrator.Differences(ct))
        {
            findings.Add(Finding.Problem($"{part}'s tables are not what {part} makes", objects));
        }

        await using var connection = await store.Database.OpenConnectionAsync(ct);
        if (!await connection.Ask<bool>("select to_regnamespace($1) is not null", ct, StorageSetup.Schema))
        {
            return new Diagnosis(0, "objects", findings);
        }

        await using var transaction = await connection.BeginTransactionAsync(ct);
        var there = await Describe(connection, StorageSetup.Schema, ct);
        try
        {
            var wanted = await Wanted(connection, pending, ct);
            findings.AddRange(Compare(wanted, there));
            return new Diagnosis(wanted.Count, "objects", findings);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // One that a migration alters is missing; that has been found above.
            findings.Add(Finding.Note("The migrations could not be run again to compare", error.MessageText));
            return new Diagnosis(there.Count, "objects", findings);
        }
    }

    static IEnumerable<Finding> Compare(Dictionary<SchemaObject, string> wanted, Dictionary<SchemaObject, string> there)
    {
        var missing = wanted.Keys.Where(item => !there.ContainsKey(item)).ToHashSet();
        var missingTables = missing.Where(item => item.Kind == "table").Select(item => item.Table).ToHashSet();
        foreach (var item in missing.Where(item => item.Kind == "table" || !missingTables.Contains(item.Table)))
        {
            yield return Finding.Problem($"The {item} is missing");
        }

        foreach (var (item, definition) in wanted)
        {
            if (there.TryGetValue(item, out var found) && found != definition)
            {
                yield return found.Length + definition.Length > Readable
                    ? Finding.Problem($"The {item} is different")
                    : Finding.Problem($"The {item} is different", $"is {found}", $"should be {definition}");
            }
        }

        // Tables and functions of their own are anybody's right. What is added to ours may slow it down, or refuse rows.
        var tables = wanted.Keys.Where(item => item.Kind == "table" && !item.IsOthers).Select(item => item.Table).ToHashSet();
        foreach (var (item, definition) in there.Where(item => !wanted.ContainsKey(item.Key) && tables.Contains(item.Key.Table)))
        {
            yield return Finding.Note($"The {item} is in no migration", definition);
        }
    }

    /// <summary>What our migrations make, and what they add to tables of Marten and Wolverine.</summary>
    async Task<Dictionary<SchemaObject, string>> Wanted(NpgsqlConnection connection, IReadOnlyList<Migration> pending, CancellationToken ct)
    {
        var scratch = await connection.Ask<string>("select 'campaigns_doctor_' || pg_backend_pid()", ct);
        await connection.Execute($"create schema {scratch}", ct);
        if (await connection.Ask<string?>(CopyOthers, ct, StorageSetup.Schema, scratch) is { } copies)
        {
            await connection.Execute(copies, ct);
        }

        await connection.Execute($"set local search_path = {scratch}", ct);
        await migrator.RunAnew(connection, pending, ct);
        var made = await Describe(connection, scratch, ct);
        return made.Where(item => !item.Key.IsOthers || item.Key.Kind is "table" or "index" or "trigger").ToDictionary();
    }

    /// <summary>With the schema in the search path, so that its own name stands in no definition.</summary>
    static async Task<Dictionary<SchemaObject, string>> Describe(NpgsqlConnection connection, string schema, CancellationToken ct)
    {
        await using var command = connection.Command(DescribeSchema, schema);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var objects = new Dictionary<SchemaObject, string>();
        while (await reader.ReadAsync(ct))
        {
            objects.Add(new SchemaObject(reader.GetString(0), reader.GetString(1), reader.GetString(2)), reader.GetString(3));
        }

        return objects;
    }

    readonly record struct SchemaObject(string Kind, string Table, string Name)
    {
        public bool IsOthers => Table.StartsWith("mt_", StringComparison.Ordinal) || Table.StartsWith("wolverine_", StringComparison.Ordinal);

        public override string ToString() => Table.Length == 0 || Table == Name ? $"{Kind} {Name}" : $"{Kind} {Name} of {Table}";
    }
}
