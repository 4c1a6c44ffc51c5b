using System.Diagnostics;
using System.Runtime.CompilerServices;
using Campaigns.Server.Tests.Sending;
using Campaigns.Tests;
using Npgsql;

namespace Campaigns.Server.Tests.Running;

/// <summary>The program of the documents that reads a campaign with nothing but the package Marten.</summary>
[Collection("running")]
public sealed class a_program_of_an_analyst(PostgresFixture postgres)
{
    const int People = 40;

    [Fact]
    public async Task reads_a_stream_folds_it_as_it_was_and_rebuilds_a_projection()
    {
        var database = await postgres.NewDatabase();
        await using var run = await CampaignRun.Start(database);
        var campaign = await run.Api.Launch(Enumerable.Range(1, People).Select(i => $"person{i}@a.example"));
        await run.Settle();
        await run.Store.Texts("create schema analyst; create table analyst.opens_by_hour (hour timestamptz primary key, opens int not null); select 'made'");
        var opens = await run.Store.Number("select count(*) from mt_events where type = 'message_opened'");
        opens.ShouldBeGreaterThan(0);

        var where = new NpgsqlConnectionStringBuilder(database);
        var (code, output) = await Dotnet(
            "run", Sample(), "--", $"Host={where.Host};Port={where.Port};Username={where.Username};Database={where.Database}", CampaignRun.Tenant, campaign.ToString());

        code.ShouldBe(0, output);
        output.ShouldContain(" campaign_launched ");
        output.ShouldContain($"now: {People} sent in ");
        output.ShouldContain("yesterday: ");
        output.ShouldContain($"opens, of all campaigns: {opens}");
        (await run.Store.Number("select count(*) from mt_events where type = 'message_opened'")).ShouldBe(opens);
        await run.Store.ShouldAddUp();
    }

    static async Task<(int Code, string Output)> Dotnet(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3)); // it is built, and perhaps restored, first
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }

    static string Sample([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "docs", "samples", "ReadCampaign.cs");
}
