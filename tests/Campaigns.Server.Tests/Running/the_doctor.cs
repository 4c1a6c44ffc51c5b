using Campaigns.Storage;
using System.Text.Json;
using Campaigns.Server.Tests.Sending;
using Campaigns.Storage.Doctor;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Campaigns.Server.Tests.Running;

[Collection("running")]
public sealed class the_doctor(PostgresFixture postgres)
{
    [Fact]
    public async Task finds_nothing_after_a_whole_campaign_and_what_was_broken_since()
    {
        var database = await postgres.NewDatabase();
        await using var run = await CampaignRun.Start(database);
        await run.Api.Launch(["click.1@a.example", "bounce.2@a.example", "complain.3@a.example", "unsubscribe.4@a.example", .. Enumerable.Range(5, 60).Select(i => $"silent.{i}@a.example")]);
        await run.Settle();
        await run.Pass(TimeSpan.FromDays(1));

        var healthy = await ServerProcess.Run(["doctor"], Settings(database));
        healthy.Code.ShouldBe(0, healthy.Output + healthy.Error);
        var lines = healthy.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        lines.Select(line => line.Split(' ')[0]).ShouldBe(["schema", "streams", "snapshots", "projections", "standstill", "0"]);
        lines[^1].ShouldBe("0 problems");

        await run.Store.Database.CreateCommand("update recipients set status = 'queued' where bounced_at is not null").ExecuteNonQueryAsync();
        await run.Store.Database.CreateCommand("update mt_doc_campaign set data = jsonb_set(data, '{lastBatch}', '99')").ExecuteNonQueryAsync();
        await run.Store.Database.CreateCommand("drop index contacts_by_email").ExecuteNonQueryAsync();

        var ill = await ServerProcess.Run(["doctor", "--json"], Settings(database));
        ill.Code.ShouldBe(1, ill.Error);
        var report = JsonDocument.Parse(ill.Output).RootElement;
        report.Number("problems").ShouldBe(4);
        report.GetProperty("checks").EnumerateArray().SelectMany(check => check.GetProperty("findings").EnumerateArray()).Select(finding => finding.Text("text")).ShouldBe(
        [
            "The index contacts_by_email of contacts is missing", "campaign: 1 states are not what their events come to",
            "recipients: 1 rows are not what the events come to", "recipients: 1 rows that the events come to are not there",
        ]);

        // What the runbook says.
        (await ServerProcess.Run(["projections", "rebuild", "ledger"], Settings(database))).Code.ShouldBe(0);
        (await ServerProcess.Run(["projections", "rebuild", "campaign"], Settings(database))).Code.ShouldBe(0);
        var mended = await ServerProcess.Run(["doctor", "--only", "snapshots,projections"], Settings(database));
        mended.Code.ShouldBe(0, mended.Output);

        // Rows are not made from streams that have lost something, unless somebody insists.
        await run.Store.Database.CreateCommand(
            "delete from mt_events where seq_id = (select max(seq_id) from mt_events where type = 'message_bounced')").ExecuteNonQueryAsync();
        var refused = await ServerProcess.Run(["projections", "rebuild", "ledger"], Settings(database));
        (refused.Code, refused.Error.Contains("--anyway", StringComparison.Ordinal)).ShouldBe((1, true), refused.Error);
        (await ServerProcess.Run(["projections", "rebuild", "ledger", "--anyway"], Settings(database))).Code.ShouldBe(0);
    }

    [Fact]
    public async Task finds_nothing_while_a_campaign_is_under_way()
    {
        await using var run = await CampaignRun.Start(await postgres.NewDatabase());
        await run.Api.Launch([.. Enumerable.Range(0, 100).Select(i => $"click.{i}@a.example")]);
        var doctor = run.Host.Services.GetRequiredService<DatabaseDoctor>();
        var work = Task.Run(run.Settle);
        do
        {
            await foreach (var (check, diagnosis) in doctor.Examine(doctor.Checks, null, default))
            {
                diagnosis.Findings.Where(finding => finding.Severity == Severity.Problem).ShouldBeEmpty(check.Name);
            }
        }
        while (!work.IsCompleted);
        await work;
    }

    [Fact]
    public async Task says_what_a_database_lacks_and_leaves_it_as_it_is()
    {
        var database = await postgres.NewEmptyDatabase();

        var empty = await ServerProcess.Run(["doctor"], Settings(database));

        empty.Code.ShouldBe(1, empty.Error);
        empty.Output.ShouldContain("problem: The database lacks migrations");
        empty.Output.ShouldContain("Campaigns 0001_tables");
        var look = await ServerProcess.Run(["messages", "dead"], Settings(database)); // to look changes no schema
        (look.Code, look.Error.Contains("'migrate'", StringComparison.Ordinal)).ShouldBe((1, true), look.Error);
        (await ServerProcess.Run(["migrate"], Settings(database))).Output.ShouldContain("0001_tables");
        (await ServerProcess.Run(["doctor"], Settings(database))).Code.ShouldBe(0);
    }

    [Theory, InlineData("doctor"), InlineData("migrate")]
    public async Task refuses_a_newer_database_in_one_line_as_migrate_does(string command)
    {
        var database = await postgres.NewDatabase();
        await using var run = await CampaignRun.Start(database);
        await run.Store.Database.CreateCommand("insert into schema_migrations (module, number, name) values ('Campaigns', 9999, '9999_later')").ExecuteNonQueryAsync();

        var refused = await ServerProcess.Run([command], Settings(database));

        refused.Code.ShouldBe(1);
        refused.Error.Trim().ShouldBe("The database is newer than this program: Campaigns is at migration 9999, known are "
            + $"{await run.Store.Number("select max(number) from schema_migrations where module = 'Campaigns' and number < 9999")}. Start the newer program.");
    }

    [Fact]
    public async Task finds_the_schema_of_a_restored_database_as_the_migrations_made_it()
    {
        var database = await postgres.NewDatabase();
        (await ServerProcess.Run(["migrate"], Settings(database))).Code.ShouldBe(0);
        await using (var restored = NpgsqlDataSource.Create(database))
        {
            // As pg_dump writes each check and pg_restore makes it again.
            await restored.CreateCommand("""
                do $$
                declare it record;
                begin
                    for it in select conrelid::regclass as on_table, conname, pg_get_constraintdef(oid) as definition
                              from pg_constraint where contype = 'c' and connamespace = 'campaigns'::regnamespace
                    loop
                        execute format('alter table %1$s drop constraint %2$I, add constraint %2$I %3$s', it.on_table, it.conname, it.definition);
                    end loop;
                end $$
                """).ExecuteNonQueryAsync();
        }

        var run = await ServerProcess.Run(["doctor", "--only", "schema"], Settings(database));

        run.Code.ShouldBe(0, run.Output);
    }

    [Fact]
    public async Task does_not_call_healthy_what_it_was_not_told_to_look_at()
    {
        var database = await postgres.NewDatabase();
        (await ServerProcess.Run(["migrate"], Settings(database))).Code.ShouldBe(0);

        var nothing = await ServerProcess.Run(["doctor", "--only", ","], Settings(database));

        nothing.Code.ShouldBe(1, nothing.Output);
        nothing.Error.ShouldStartWith("--only names no check.");
    }

    [Fact]
    public async Task names_its_checks_to_who_asks_for_another()
    {
        var unknown = await ServerProcess.Run(["doctor", "--only", "streams,moods"], Settings(await postgres.NewDatabase()));
        (unknown.Code, unknown.Error.Trim()).ShouldBe((1, "There is no check 'moods'. There are: schema, streams, snapshots, projections, standstill."));
    }

    static Dictionary<string, string?> Settings(string database) => new() { ["ConnectionStrings:Campaigns"] = database };
}
