using System.Reflection;
using Npgsql;

namespace Campaigns.Engine.Schema;

/// <summary>
/// Brings the database to the newest schema: numbered scripts, forward only, one transaction each. Ten processes may start
/// at once: one runs a script, the others wait for it and go on.
/// </summary>
public sealed class Migrator
{
    const string CreateJournal = """
        create table if not exists schema_migrations (
            module varchar not null, number int not null, name varchar not null, applied_at timestamptz not null default now(),
            primary key (module, number))
        """;

    readonly NpgsqlDataSource database;
    readonly IReadOnlyList<Migration> scripts;

    public Migrator(NpgsqlDataSource database, IEnumerable<Assembly> modules)
        : this(database, [.. modules.SelectMany(Migration.Of)])
    {
    }

    /// <summary>With some scripts only: the schema as it once was.</summary>
    internal Migrator(NpgsqlDataSource database, IReadOnlyList<Migration> scripts) => (this.database, this.scripts) = (database, scripts);

    /// <returns>The names of the scripts that this call ran.</returns>
    /// <exception cref="SchemaIsNewerException">The database has migrations that this program does not know.</exception>
    public async Task<IReadOnlyList<string>> Migrate(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await Lock(connection, ct);
        try
        {
            await CreateSchema(connection, ct);
            // PostgreSQL keeps what a search path comes to, and misses a schema that another process makes just while it finds out: the
            // tables would be made in the next schema of the path. Set to what it is, it is looked up anew.
            await connection.Execute("select set_config('search_path', current_setting('search_path'), false)", ct);
            await connection.Execute(CreateJournal, ct);
            var ran = new List<string>();
            foreach (var script in await Pending(connection, ct))
            {
                await Apply(connection, script, ct);
                ran.Add($"{script.Module} {script.Name}");
            }

            return ran;
        }
        finally
        {
            await connection.Execute("select pg_advisory_unlock_all()", CancellationToken.None);
        }
    }

    /// <summary>The names of the scripts that the database still lacks.</summary>
    /// <exception cref="SchemaIsNewerException">The database has migrations that this program does not know.</exception>
    public async Task<IReadOnlyList<string>> Missing(CancellationToken ct) => [.. (await Pending(ct)).Select(script => $"{script.Module} {script.Name}")];

    internal async Task<IReadOnlyList<Migration>> Pending(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        return await connection.Ask<bool>("select to_regclass('schema_migrations') is not null", ct) ? await Pending(connection, ct) : scripts;
    }

    /// <summary>Runs all scripts but some in the transaction that the connection is in, in the first schema of its search path.</summary>
    internal async Task RunAnew(NpgsqlConnection connection, IReadOnlyCollection<Migration> without, CancellationToken ct)
    {
        await connection.Execute(CreateJournal, ct);
        foreach (var script in scripts.Except(without))
        {
            await connection.Execute(script.Text, ct);
        }
    }

    async Task<IReadOnlyList<Migration>> Pending(NpgsqlConnection connection, CancellationToken ct)
    {
        var applied = await Applied(connection, ct);
        RefuseNewer(applied, scripts);
        return [.. scripts.Where(script => !applied.Contains((script.Module, script.Number)))];
    }

    // An advisory lock of the session, one per schema: it survives the transaction of each script and ends with the connection.
    // By the search path and not by current_schema(), which is null, and locks nothing, as long as there is no schema.
    static async Task Lock(NpgsqlConnection connection, CancellationToken ct) =>
        await connection.Execute("select pg_advisory_lock(hashtext('campaigns migrations'), hashtext(current_setting('search_path')))", ct);

    static async Task CreateSchema(NpgsqlConnection connection, CancellationToken ct)
    {
        // The first of the search path, quoted there where it has to be: it goes into the statement as it is.
        var schema = new NpgsqlConnectionStringBuilder(connection.ConnectionString).SearchPath?.Split(',')[0].Trim();
        if (string.IsNullOrEmpty(schema) || schema.Contains('$', StringComparison.Ordinal))
        {
            return;
        }

        // Asked first, because "if not exists" needs the right to create schemas also where there is nothing to create.
        await using var missing = new NpgsqlCommand("select to_regnamespace($1) is null", connection) { Parameters = { new() { Value = schema } } };
        if (await missing.ExecuteScalarAsync(ct) is true)
        {
            await connection.Execute($"create schema {schema}", ct);
        }
    }

    static async Task<HashSet<(string Module, int Number)>> Applied(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select module, number from schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new HashSet<(string, int)>();
        while (await reader.ReadAsync(ct))
        {
            applied.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return applied;
    }

    static void RefuseNewer(HashSet<(string Module, int Number)> applied, IReadOnlyList<Migration> known)
    {
        var newest = known.GroupBy(script => script.Module).ToDictionary(module => module.Key, module => module.Max(script => script.Number));
        foreach (var (module, number) in applied)
        {
            if (newest.TryGetValue(module, out var knownNumber) && number > knownNumber)
            {
                throw new SchemaIsNewerException(module, number, knownNumber);
            }
        }
    }

    static async Task Apply(NpgsqlConnection connection, Migration script, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Execute(script.Text, ct);
        await using var record = new NpgsqlCommand("insert into schema_migrations (module, number, name) values ($1, $2, $3)", connection)
        {
            Parameters = { new() { Value = script.Module }, new() { Value = script.Number }, new() { Value = script.Name } },
        };
        await record.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>One numbered script of a module: an embedded file <c>Schema/0001_name.sql</c>.</summary>
sealed record Migration(string Module, int Number, string Name, string Text)
{
    public static IEnumerable<Migration> Of(Assembly assembly)
    {
        var module = assembly.GetName().Name!;
        var prefix = $"{module}.Schema.";
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(resource =>
            {
                var name = resource[prefix.Length..^".sql".Length];
                var number = int.Parse(name[..4], System.Globalization.CultureInfo.InvariantCulture);
                return new Migration(module, number, name, Sql.Read(assembly, resource));
            })
            .OrderBy(script => script.Number);
    }
}

/// <summary>The database was migrated by a newer version of the program: this one must not touch it.</summary>
public sealed class SchemaIsNewerException(string module, int found, int known)
    : Exception($"The database is newer than this program: {module} is at migration {found}, known are {known}. Start the newer program.");
