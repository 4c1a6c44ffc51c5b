using Npgsql;

namespace Campaigns.Engine.Tests.Schema;

[Collection("postgres")]
public sealed class the_schema(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    public static TheoryData<string> Statements => [.. Sql.Statements(typeof(EngineModel).Assembly).Select(statement => statement.Name)];

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task understands_every_statement(string name)
    {
        var text = Sql.Statements(typeof(EngineModel).Assembly).Single(statement => statement.Name == name).Text;
        await using var connection = await bank.Database.OpenConnectionAsync();
        if (text.Contains("from stdin", StringComparison.Ordinal))
        {
            await using var copy = await connection.BeginBinaryImportAsync(text); // cannot be prepared, but begun and given up
            return;
        }

        await using var prepare = new NpgsqlCommand($"prepare a as {EngineModel.ForDocument(text, "journal")}", connection);
        await Prepare(text, prepare);
    }

    [Fact]
    public async Task keeps_streams_as_marten_does() => (await Columns("mt_streams")).ShouldBe(
    [
        "tenant_id varchar not null default '*DEFAULT*'",
        "id uuid not null",
        "type varchar",
        "version int8",
        "timestamp timestamptz not null default now()",
        "created timestamptz not null default now()",
        "is_archived bool default false",
        "pkey_mt_streams_tenant_id_id PRIMARY KEY (tenant_id, id)",
    ]);

    [Fact]
    public async Task keeps_events_as_marten_does() => (await Columns("mt_events")).ShouldBe(
    [
        "seq_id int8 not null default nextval('mt_events_sequence')",
        "id uuid not null",
        "stream_id uuid",
        "version int8 not null",
        "data jsonb not null",
        "bdata bytea",
        "type varchar(500) not null",
        "timestamp timestamptz not null default now()",
        "tenant_id varchar default '*DEFAULT*'",
        "mt_dotnet_type varchar",
        "correlation_id varchar",
        "causation_id varchar",
        "headers jsonb",
        "user_name varchar",
        "is_archived bool default false",
        "pk_mt_events_stream_and_version UNIQUE INDEX (tenant_id, stream_id, version)",
        "pkey_mt_events_seq_id PRIMARY KEY (seq_id)",
    ]);

    [Fact]
    public async Task keeps_checkpoints_as_marten_does() => (await Columns("mt_event_progression")).ShouldBe(
    [
        "name varchar not null",
        "last_seq_id int8",
        "last_updated timestamptz default transaction_timestamp()",
        "pk_mt_event_progression PRIMARY KEY (name)",
    ]);

    [Fact]
    public async Task lets_the_positions_belong_to_their_column() =>
        (await bank.Ask("select pg_get_serial_sequence('mt_events', 'seq_id')")).ShouldNotBeNull().ShouldEndWith(".mt_events_sequence");

    // PREPARE leaves the types of the parameters to the server; arrays for unnest have to be said, as Npgsql does.
    static async Task Prepare(string text, NpgsqlCommand prepare)
    {
        try
        {
            await prepare.ExecuteNonQueryAsync();
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.AmbiguousFunction or PostgresErrorCodes.IndeterminateDatatype)
        {
            prepare.CommandText = prepare.CommandText.Replace("prepare a as", $"prepare a ({Types(text)}) as", StringComparison.Ordinal);
            await prepare.ExecuteNonQueryAsync();
        }
    }

    static string Types(string text) => text switch
    {
        _ when text.Contains("insert into mt_doc_alias as d", StringComparison.Ordinal) => "varchar[], uuid[], jsonb[], bigint[], varchar, timestamptz",
        _ when text.Contains("unnest($1, $2) s(tenant_id, id)", StringComparison.Ordinal) => "varchar[], uuid[]",
        _ when text.Contains("insert into mt_doc_alias", StringComparison.Ordinal) => "varchar, uuid[], jsonb[], bigint[], varchar, timestamptz",
        _ when text.Contains("insert into messages", StringComparison.Ordinal) =>
            "timestamptz, varchar, varchar, uuid[], varchar[], varchar[], varchar[], jsonb[], timestamptz[], smallint[], bool[]",
        _ => "uuid[], uuid[]",
    };

    async Task<List<string>> Columns(string table) =>
    [
        .. await bank.List(
            $"""
            select a.attname || ' ' || replace(replace(replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'),
                       'timestamp with time zone', 'timestamptz'), 'bigint', 'int8'), 'boolean', 'bool')
                   || case when a.attnotnull then ' not null' else '' end
                   || coalesce(' default ' || replace(replace(pg_get_expr(d.adbin, d.adrelid), '::character varying', ''), '::regclass', ''), '')
            from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = '{table}'::regclass and a.attnum > 0 order by a.attnum
            """),
        .. await bank.List(
            $"""
            select name from (
                select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = '{table}'::regclass
                union all
                select indexname || ' UNIQUE INDEX ' || substring(indexdef from '[(].*') from pg_indexes
                where schemaname = current_schema() and tablename = '{table}'
                and indexname not in (select conname from pg_constraint where conrelid = '{table}'::regclass)
            ) keys(name) order by name collate "C"
            """),
    ];
}
