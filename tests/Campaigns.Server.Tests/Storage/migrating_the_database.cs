using Campaigns.Storage.Doctor;
using Campaigns.Storage.Schema;
using Marten;
using Npgsql;

namespace Campaigns.Server.Tests.Storage;

[Collection("postgres")]
public sealed class migrating_the_database(PostgresFixture postgres)
{
    [Fact]
    public async Task by_ten_processes_at_once_is_done_by_one_of_them_and_all_go_on()
    {
        var database = await postgres.NewEmptyDatabase();
        var programs = Enumerable.Range(0, 10).Select(_ => Bank.Build(database)).ToList();

        var done = await Task.WhenAll(programs.Select(program => Task.Run(async () =>
        {
            var done = await program.Migrator.Migrate(default);
            await program.Commit(session => session.Events.StartStream<Journal>(Guid.CreateVersion7(), new Noted("here")));
            return done;
        })));

        var scripts = await programs[0].Texts("select module || ' ' || name from schema_migrations order by module, number");
        scripts.ShouldContain("Campaigns 0001_tables");
        done.Where(one => one.Count > 0).ShouldHaveSingleItem().ShouldBe(["Marten", "Wolverine", .. scripts]);
        (await programs[0].Number("select count(*) from mt_doc_journal")).ShouldBe(10);
        (await programs[0].Texts("select relnamespace::regnamespace::text from pg_class where relname in ('mt_events', 'wolverine_nodes', 'recipients', 'schema_migrations')"))
            .ShouldBe(Enumerable.Repeat("campaigns", 4));
        foreach (var program in programs)
        {
            await program.DisposeAsync();
        }
    }

    [Fact]
    public async Task leaves_nothing_of_which_marten_or_wolverine_would_make_something_else()
    {
        await using var program = Bank.Build(await postgres.NewEmptyDatabase());
        (await program.Migrator.Missing(default)).ShouldContain("Marten");

        await program.Migrator.Migrate(default);

        (await program.Migrator.Missing(default)).ShouldBeEmpty();
        (await program.Migrator.Migrate(default)).ShouldBeEmpty();
        var schema = await program.Doctor.Checks.Single(check => check.Name == "schema").Run(null, default);
        schema.Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task leaves_nothing_else_to_be_made_for_the_application_either()
    {
        await using var host = await ApiHost.Start(await postgres.NewEmptyDatabase()); // migrates it
        var migrator = (Migrator)host.Services.GetService(typeof(Migrator))!;

        (await migrator.Missing(default)).ShouldBeEmpty();
        await host.Store.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        var doctor = (DatabaseDoctor)host.Services.GetService(typeof(DatabaseDoctor))!;
        (await doctor.Checks.Single(check => check.Name == "schema").Run(null, default)).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task adds_what_a_newer_program_has_and_keeps_what_is_there()
    {
        var database = await postgres.NewDatabase(); // without journals
        await using var program = Bank.Build(database);
        await program.Run("insert into api_keys (id, tenant_id, name, hash, created_at, scope) values (gen_random_uuid(), 'acme', 'kept', '\\x00', now(), 'Read')");
        var before = await program.Rows("select module, number, applied_at from schema_migrations");
        (await program.Migrator.Missing(default)).ShouldBe(["Marten"]);

        (await program.Migrator.Migrate(default)).ShouldBe(["Marten"]);

        (await program.Texts("select name from api_keys")).ShouldBe(["kept"]);
        (await program.Rows("select module, number, applied_at from schema_migrations")).ShouldBe(before, "no script ran again");
        await program.Note(null, "one");
    }

    [Fact]
    public async Task of_a_newer_program_is_refused()
    {
        await using var program = await Bank.Open(postgres);
        await program.Run("insert into schema_migrations (module, number, name) values ('Campaigns', 9999, '9999_later')");
        await program.Run("drop table mt_doc_journal");

        (await Should.ThrowAsync<SchemaIsNewerException>(program.Migrator.Migrate(default))).Message.ShouldContain("9999");
        await Should.ThrowAsync<SchemaIsNewerException>(program.Migrator.Missing(default));
        (await program.Number("select count(*) from pg_class where relname = 'mt_doc_journal'")).ShouldBe(0, "nothing was done");

        await program.Run("delete from schema_migrations where number = 9999");
        (await program.Migrator.Migrate(default)).ShouldBe(["Marten"]);
    }

    [Theory]
    [InlineData("campaigns")]
    [InlineData("public")]
    [InlineData("\"of another name\"")]
    public async Task of_the_former_engine_is_refused_and_left_as_it_is(string schema)
    {
        await using var program = Bank.Build(await postgres.NewEmptyDatabase());
        await program.Run($"""
            create schema if not exists {schema};
            create table {schema}.schema_migrations (module varchar not null, number int not null, name varchar not null, applied_at timestamptz not null default now());
            create table {schema}.mt_events (seq_id bigint primary key);
            create table {schema}.messages (id uuid primary key, claimed_until timestamptz)
            """);
        const string tables = "select c.oid from pg_class c join pg_namespace n on n.oid = relnamespace where nspname not like 'pg\\_%' and nspname <> 'information_schema' order by 1";
        var before = await program.Rows(tables);

        (await Should.ThrowAsync<SchemaIsFormerException>(program.Migrator.Migrate(default))).Message.ShouldContain(schema.Trim('"'));
        await Should.ThrowAsync<SchemaIsFormerException>(program.Migrator.Missing(default));

        (await program.Rows(tables)).ShouldBe(before);
    }

    [Fact]
    public async Task that_fails_in_a_script_leaves_nothing_of_the_script_and_can_be_done_again()
    {
        await using var program = Bank.Build(await postgres.NewEmptyDatabase());
        var all = (await program.Migrator.Missing(default)).Where(name => name.StartsWith("Campaigns ", StringComparison.Ordinal)).ToList();
        await program.Run("create schema campaigns; create table campaigns.stranded_messages (id int)"); // in the way of the end of the first script

        (await Should.ThrowAsync<PostgresException>(program.Migrator.Migrate(default))).SqlState.ShouldBe(PostgresErrorCodes.DuplicateTable);

        (await program.Number("select count(*) from schema_migrations")).ShouldBe(0);
        (await program.Number("select count(*) from pg_class where relname in ('api_keys', 'erasures', 'permits')")).ShouldBe(0);
        (await program.Number("select count(*) from pg_proc where proname = 'hold_message'")).ShouldBe(0);
        (await program.Number("select count(*) from pg_locks where locktype = 'advisory' and pid in (select pid from pg_stat_activity where datname = current_database())")).ShouldBe(0);

        await program.Run("drop table campaigns.stranded_messages");
        (await program.Migrator.Migrate(default)).ShouldBe(all);
        (await program.Migrator.Missing(default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task that_fails_in_a_later_script_keeps_those_before_it()
    {
        await using var program = Bank.Build(await postgres.NewEmptyDatabase());
        var all = (await program.Migrator.Missing(default)).Where(name => name.StartsWith("Campaigns ", StringComparison.Ordinal)).ToList();
        await program.Run($"""
            create schema campaigns;
            create function campaigns.append_events(
                tenant varchar, recorded_at timestamptz, stream_ids uuid[], stream_types varchar[], expected bigint[], added bigint[], event_ids uuid[],
                event_streams uuid[], event_places bigint[], event_types varchar[], event_clr_types varchar[], event_bodies jsonb[],
                correlation varchar, causation varchar, by_user varchar) returns void language sql as ''
            """);

        await Should.ThrowAsync<PostgresException>(program.Migrator.Migrate(default));

        (await program.Texts("select name from schema_migrations")).ShouldBe(["0001_tables"]);
        (await program.Migrator.Missing(default)).ShouldBe(all.Skip(1));
        await program.Run("drop function campaigns.append_events");
        (await program.Migrator.Migrate(default)).ShouldBe(all.Skip(1));
    }

    [Fact]
    public async Task waits_for_one_that_is_under_way()
    {
        await using var program = Bank.Build(await postgres.NewEmptyDatabase());
        await using var other = await program.Hold("select pg_advisory_xact_lock(hashtext('campaigns migrations'))");
        var migrate = Task.Run(() => program.Migrator.Migrate(default));
        await program.UntilWaiting(1);
        (await program.Number("select count(*) from pg_namespace where nspname = 'campaigns'")).ShouldBe(0);

        await other.Commit();
        (await migrate).Count.ShouldBeGreaterThan(2);
    }
}
