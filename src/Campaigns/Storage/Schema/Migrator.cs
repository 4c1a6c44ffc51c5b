using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using JasperFx;
using Marten;
using Npgsql;
using Weasel.Core;
using Weasel.Core.Migrations;
using Wolverine.Postgresql.Transport;
using Wolverine.Runtime;

namespace Campaigns.Storage.Schema;

/// <summary>
/// Brings the database to the newest schema: Marten's tables, Wolverine's, and then our own by numbered scripts, forward only, one transaction each.
/// Ten processes may start at once: one does it, the others wait for it and go on.
/// </summary>
public sealed partial class Migrator
{
    const string CreateJournal = """
        create table if not exists schema_migrations (
            module varchar not null, number int not null, name varchar not null, applied_at timestamptz not null default now(),
            primary key (module, number));
        create table if not exists schema_parts (
            part varchar not null, fingerprint varchar not null, applied_at timestamptz not null default now(), primary key (part, fingerprint))
        """;

    const string HasJournal = "select to_regclass('schema_migrations') is not null";

    const string RecordPart = "insert into schema_parts (part, fingerprint) values ($1, $2) on conflict do nothing";

    const string IsRecorded = "select exists (select from schema_parts where part = $1 and fingerprint = $2)";

    /// <summary>A schema with the journal, the events and the messages of the former engine.</summary>
    const string FindFormer = """
        select n.nspname::text
        from pg_namespace n
        join pg_class m on m.relnamespace = n.oid and m.relname = 'messages' and m.relkind = 'r'
        join pg_attribute c on c.attrelid = m.oid and c.attname = 'claimed_until'
        where exists (select from pg_class t where t.relnamespace = n.oid and t.relname = 'mt_events')
          and exists (select from pg_class t where t.relnamespace = n.oid and t.relname = 'schema_migrations')
        limit 1
        """;

    static readonly IReadOnlyList<Migration> OurScripts = [.. Migration.Of(typeof(Migrator).Assembly)];

    readonly IDocumentStore store;
    readonly IWolverineRuntime runtime;
    readonly IReadOnlyList<Migration> scripts;
    bool knowsQueues;

    public Migrator(IDocumentStore store, IWolverineRuntime runtime)
        : this(store, runtime, OurScripts)
    {
    }

    /// <summary>With some scripts only: the schema as it once was.</summary>
    internal Migrator(IDocumentStore store, IWolverineRuntime runtime, IReadOnlyList<Migration> scripts) =>
        (this.store, this.runtime, this.scripts) = (store, runtime, scripts);

    /// <summary>The indexes that our scripts make on Marten's documents. Marten would drop what it does not know.</summary>
    internal static IReadOnlyList<string> IndexesOnDocuments { get; } =
        [.. OurScripts.SelectMany(script => IndexOnDocument().Matches(script.Text)).Select(match => match.Groups["name"].Value)];

    /// <returns>What this call brought up to date: <c>Marten</c>, <c>Wolverine</c>, and the names of the scripts that it ran.</returns>
    /// <exception cref="SchemaIsNewerException">The database has migrations that this program does not know.</exception>
    /// <exception cref="SchemaIsFormerException">The database is one of the former engine.</exception>
    public async Task<IReadOnlyList<string>> Migrate(CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        // Of the session: it outlives the transactions of the scripts, and ends with the connection.
        await connection.Execute("select pg_advisory_lock(hashtext('campaigns migrations'))", ct);
        try
        {
            await RefuseFormer(connection, ct);
            await CreateSchema(connection, ct);
            // PostgreSQL keeps what a search path comes to, and misses a schema that another process makes just while it finds out: the
            // tables would be made in the next schema of the path. Set to what it is, it is looked up anew.
            await connection.Execute("select set_config('search_path', current_setting('search_path'), false)", ct);
            await connection.Execute(CreateJournal, ct);
            var pending = await Pending(connection, ct);
            var done = new List<string>();
            foreach (var part in await Parts())
            {
                if (await part.Update(ct))
                {
                    done.Add(part.Name);
                }

                await connection.Execute(RecordPart, ct, part.Name, part.Fingerprint);
            }

            foreach (var script in pending)
            {
                await Apply(connection, script, ct);
                done.Add(script.FullName);
            }

            return done;
        }
        finally
        {
            await connection.Execute("select pg_advisory_unlock_all()", CancellationToken.None);
        }
    }

    /// <summary>
    /// What the database still lacks, in the words of <see cref="Migrate"/>; changes nothing. It goes by the journal: to compare the tables
    /// themselves takes more rights than to work with them, and is for the doctor.
    /// </summary>
    /// <exception cref="SchemaIsNewerException">The database has migrations that this program does not know.</exception>
    /// <exception cref="SchemaIsFormerException">The database is one of the former engine.</exception>
    public async Task<IReadOnlyList<string>> Missing(CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await RefuseFormer(connection, ct);
        if (!await connection.Ask<bool>(HasJournal, ct))
        {
            return [.. (await Parts()).Select(part => part.Name), .. scripts.Select(script => script.FullName)];
        }

        var missing = new List<string>();
        foreach (var part in await Parts())
        {
            if (!await connection.Ask<bool>(IsRecorded, ct, part.Name, part.Fingerprint))
            {
                missing.Add(part.Name);
            }
        }

        return [.. missing, .. (await Pending(connection, ct)).Select(script => script.FullName)];
    }

    /// <summary>The scripts that the database still lacks.</summary>
    internal async Task<IReadOnlyList<Migration>> Pending(CancellationToken ct)
    {
        await using var connection = await store.Database.OpenConnectionAsync(ct);
        await RefuseFormer(connection, ct);
        return await connection.Ask<bool>(HasJournal, ct) ? await Pending(connection, ct) : scripts;
    }

    /// <summary>The parts of others that are not as they should be, each with its tables and functions.</summary>
    internal async Task<IReadOnlyList<(string Part, IReadOnlyList<string> Objects)>> Differences(CancellationToken ct)
    {
        var differences = new List<(string, IReadOnlyList<string>)>();
        foreach (var part in await Parts())
        {
            if (await part.Differences(ct) is { Count: > 0 } objects)
            {
                differences.Add((part.Name, objects));
            }
        }

        return differences;
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

    async Task<IReadOnlyList<Part>> Parts()
    {
        if (!knowsQueues)
        {
            knowsQueues = true;
            // Queues in PostgreSQL tell Wolverine's storage of their tables, as they do when a server starts.
            foreach (var transport in runtime.Options.Transports.OfType<PostgresqlTransport>().Where(transport => transport.Queues.Count > 0).ToList())
            {
                await transport.ConfigureAsync(runtime);
            }
        }

        return [new Part("Marten", (IDatabase)store.Storage.Database), new Part("Wolverine", (IDatabase)runtime.Storage)];
    }

    static async Task RefuseFormer(NpgsqlConnection connection, CancellationToken ct)
    {
        if (await connection.Ask<string?>(FindFormer, ct) is { } former)
        {
            throw new SchemaIsFormerException(former);
        }
    }

    async Task<IReadOnlyList<Migration>> Pending(NpgsqlConnection connection, CancellationToken ct)
    {
        var applied = await Applied(connection, ct);
        RefuseNewer(applied, scripts);
        return [.. scripts.Where(script => !applied.Contains((script.Module, script.Number)))];
    }

    static async Task CreateSchema(NpgsqlConnection connection, CancellationToken ct)
    {
        // Asked first, because "if not exists" needs the right to create schemas also where there is nothing to create.
        if (await connection.Ask<bool>("select to_regnamespace($1) is null", ct, StorageSetup.Schema))
        {
            await connection.Execute($"create schema {StorageSetup.Schema}", ct);
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

    [GeneratedRegex(@"create\s+(unique\s+)?index\s+(?<name>\w+)\s+on\s+mt_doc_", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex IndexOnDocument();

    /// <summary>Tables and functions that somebody else describes.</summary>
    sealed class Part(string name, IDatabase database)
    {
        public string Name => name;

        /// <summary>Of the script that would make all of it. It differs between releases, and where nodes are set up with other queues.</summary>
        public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database.ToDatabaseScript())));

        /// <returns>What is not as it should be.</returns>
        public async Task<IReadOnlyList<string>> Differences(CancellationToken ct) =>
        [
            .. (await database.CreateMigrationAsync(ct)).Deltas
                .Where(delta => delta.Difference != SchemaPatchDifference.None)
                .Select(delta => $"{delta.SchemaObject.Identifier.Name} {(delta.Difference == SchemaPatchDifference.Create ? "is missing" : "is different")}"),
        ];

        /// <returns>Whether there was something to do.</returns>
        public async Task<bool> Update(CancellationToken ct)
        {
            var isBehind = (await database.CreateMigrationAsync(ct)).Difference != SchemaPatchDifference.None;
            if (isBehind)
            {
                await database.ApplyAllConfiguredChangesToDatabaseAsync(AutoCreate.CreateOrUpdate, ct: ct);
            }

            return isBehind;
        }
    }
}

/// <summary>One numbered script of a module: an embedded file <c>0001_name.sql</c> in this folder.</summary>
sealed record Migration(string Module, int Number, string Name, string Text)
{
    public string FullName => $"{Module} {Name}";

    public static IEnumerable<Migration> Of(Assembly assembly)
    {
        var module = assembly.GetName().Name!;
        var prefix = $"{typeof(Migrator).Namespace}.";
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal) && char.IsAsciiDigit(name[prefix.Length]))
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

/// <summary>The database is one of the former engine, whose tables this program does not read.</summary>
public sealed class SchemaIsFormerException(string schema)
    : Exception($"The schema {schema} of this database belongs to a version of this program that kept its own event store. This one does not read it: give it another database.");
