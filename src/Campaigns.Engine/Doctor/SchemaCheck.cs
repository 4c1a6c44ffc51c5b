using Campaigns.Engine.Events;
using Campaigns.Engine.Schema;
using Npgsql;

namespace Campaigns.Engine.Doctor;

/// <summary>
/// Whether the tables, columns, constraints, indexes, functions and settings are those of the migrations: these run again in a schema
/// beside, in a transaction that is rolled back, so nobody ever sees it and nothing is left of it.
/// </summary>
sealed class SchemaCheck(EventStore store, Migrator migrator) : Check
{
    /// <summary>Longer definitions are not shown.</summary>
    const int Readable = 200;

    static readonly string DescribeSchema = Sql.Beside<SchemaCheck>(nameof(DescribeSchema));

    public override string Name => "schema";

    public override async Task<Diagnosis> Run(IProgress<string>? progress, CancellationToken ct)
    {
        var findings = new List<Finding>();
        var pending = await migrator.Pending(ct);
        if (pending.Count > 0)
        {
            findings.Add(Finding.Problem("The database lacks migrations", [.. pending.Select(script => $"{script.Module} {script.Name}")]));
        }

        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var path = await connection.Ask<string[]>("select current_schemas(false)::text[]", ct);
        if (path.Length == 0)
        {
            return new Diagnosis(0, "objects", findings);
        }

        var there = await Describe(connection, path[0], ct);
        var wanted = await Wanted(connection, path, pending, ct);
        findings.AddRange(Compare(wanted, there));
        return new Diagnosis(wanted.Count, "objects", findings);
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
        var tables = wanted.Keys.Where(item => item.Kind == "table").Select(item => item.Table).ToHashSet();
        foreach (var (item, definition) in there.Where(item => !wanted.ContainsKey(item.Key) && tables.Contains(item.Key.Table)))
        {
            yield return Finding.Note($"The {item} is in no migration", definition);
        }
    }

    async Task<Dictionary<SchemaObject, string>> Wanted(NpgsqlConnection connection, string[] path, IReadOnlyList<Migration> pending, CancellationToken ct)
    {
        var scratch = await connection.Ask<string>("select 'campaigns_doctor_' || pg_backend_pid()", ct);
        await connection.Execute($"create schema {scratch}", ct);
        await connection.Execute(
            "select set_config('search_path', array_to_string(array(select quote_ident(s) from unnest($1) s), ', '), true)", ct,
            (object)new[] { scratch }.Concat(path[1..]).ToArray());
        await migrator.RunAnew(connection, pending, ct);
        return await Describe(connection, scratch, ct);
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
        public override string ToString() => Table.Length == 0 || Table == Name ? $"{Kind} {Name}" : $"{Kind} {Name} of {Table}";
    }
}
