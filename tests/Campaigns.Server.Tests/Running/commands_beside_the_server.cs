using System.Text.Json;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Running;

[Collection("running")]
public sealed class commands_beside_the_server(PostgresFixture postgres)
{
    [Fact]
    public async Task migrate_brings_an_empty_database_up_to_date_once()
    {
        var settings = Settings(await postgres.NewEmptyDatabase());

        var first = await ServerProcess.Run(["migrate"], settings);
        var second = await ServerProcess.Run(["migrate"], settings);

        (first.Code, second.Code).ShouldBe((0, 0), first.Error + second.Error);
        first.Output.ShouldContain("0001_tables");
        second.Output.ShouldContain("up to date");
    }

    [Fact]
    public async Task export_writes_every_event_on_a_line_and_rebuild_makes_the_same_rows_again()
    {
        var database = await postgres.NewDatabase();
        await using var run = await CampaignRun.Start(database);
        await run.Api.Launch(["click.1@a.example", "bounce.2@a.example", "silent.3@a.example"]);
        await run.Settle();
        var rows = await run.Store.Texts("select r::text from recipients r order by 1");

        var export = await ServerProcess.Run(["events", "export"], Settings(database));
        var list = await ServerProcess.Run(["projections", "list"], Settings(database));
        var rebuild = await ServerProcess.Run(["projections", "rebuild", "ledger"], Settings(database));
        var unknown = await ServerProcess.Run(["projections", "rebuild", "leger"], Settings(database));

        var lines = export.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        lines.Length.ShouldBe((int)await run.Store.Number("select count(*) from mt_events"));
        lines.ShouldAllBe(line => JsonDocument.Parse(line, default).RootElement.ValueKind == JsonValueKind.Object);
        list.Output.ShouldContain("ledger  (recipients, deferrals, batches, campaign_progress, sender_health)");
        rebuild.Code.ShouldBe(0, rebuild.Error);
        (await run.Store.Texts("select r::text from recipients r order by 1")).ShouldBe(rows);
        (unknown.Code, unknown.Error).ShouldBe((1, unknown.Error));
        unknown.Error.ShouldContain("ledger");
    }

    [Fact]
    public async Task the_demo_adds_up()
    {
        var demo = await ServerProcess.Run(["demo", "--json", "--recipients", "200"], new Dictionary<string, string?>());

        demo.Code.ShouldBe(0, demo.Error);
        var report = JsonDocument.Parse(demo.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1]).RootElement;
        report.Number("contacts").ShouldBe(200);
        (report.Number("sent") + report.Number("failed") + report.Number("inDoubt")).ShouldBe(report.Number("recipients"));
        report.Number("acceptedByProvider").ShouldBe(report.Number("sent"));
        report.Number("duplicatesAtProvider").ShouldBe(0);
        (report.Number("opened") + report.Number("timedOut") + report.Number("bounced")).ShouldBeGreaterThanOrEqualTo(report.Number("sent"));
    }

    [Fact]
    public async Task the_demo_stops_when_it_is_told_to_and_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("campaigns-interrupted-");
        try
        {
            await using var demo = ServerProcess.Begin(["demo", "--json", "--recipients", "50000"], new Dictionary<string, string?> { ["TMPDIR"] = folder.FullName });
            (await demo.Complains("Importing contacts")).ShouldBeTrue(demo.Complained);
            demo.Terminate();

            (await demo.Exit(withinSeconds: 30)).ShouldBe(130, demo.Complained);
            demo.Complained.ShouldNotContain("   at ");
            folder.EnumerateDirectories("campaigns-demo-*").ShouldBeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static Dictionary<string, string?> Settings(string connectionString) => new() { ["ConnectionStrings:Campaigns"] = connectionString };
}
