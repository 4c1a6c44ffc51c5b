using Campaigns.Audience.Import;
using Campaigns.Insight;
using Campaigns.Planning;

namespace Campaigns.Server.Tests.Sending;

/// <summary>What would leave something waiting for ever.</summary>
[Collection("postgres")]
public sealed class work_that_fails_for_good(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewSchema());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Theory]
    [InlineData("hydrate_audience", "planning")]
    [InlineData("send_batch", "sending")]
    public async Task pauses_the_campaign_which_says_why_and_goes_on_when_it_is_resumed(string kind, string queue)
    {
        var campaign = await run.Api.Launch(["a.1@a.example", "a.2@a.example", "a.3@a.example"]);
        if (queue == "sending")
        {
            await run.WorkOnce("planning");
        }

        // As after ten nodes that died of it.
        await run.Store.Texts($"update messages set attempts = 10 where kind = '{kind}' returning kind");
        await run.Work();

        var stranded = await run.Api.Progress(campaign);
        (stranded.Status, stranded.Sent).ShouldBe((CampaignStatus.Paused, 0));
        stranded.Reason.ShouldNotBeNull().ShouldContain("Not one of 10 attempts");

        await run.Api.Command(campaign, "resume");
        await run.Settle();
        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent).ShouldBe((CampaignStatus.Completed, 3));
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task in_the_middle_of_a_batch_leaves_nobody_being_sent_for_ever()
    {
        var campaign = await run.Api.Launch(["a.1@a.example", "a.2@a.example"]);
        await run.WorkOnce("planning");
        await run.Store.Texts("""
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''No room''; end';
            create trigger refuse before insert on mt_events for each row when (new.type = 'batch_completed') execute function refuse();
            select 'done'
            """);
        for (var attempt = 0; attempt < 12; attempt++)
        {
            await run.Pass(TimeSpan.FromMinutes(15));
        }

        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(
            progress => progress.Status.ShouldBe(CampaignStatus.Paused), progress => progress.Reason.ShouldNotBeNull().ShouldContain("No room"));

        await run.Store.Texts("drop trigger refuse on mt_events; select 'done'");
        await run.Api.Command(campaign, "resume");
        await run.Settle();
        await run.Pass(TimeSpan.FromHours(2));
        (await run.Api.Progress(campaign)).IsOver().ShouldBeTrue();
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task is_not_what_a_contact_deleted_in_the_meantime_makes_of_an_audience()
    {
        await using var small = await CampaignRun.Start(
            await postgres.NewSchema(), new Dictionary<string, string?> { ["Sending:HydrationChunk"] = "2" });
        var campaign = await small.Api.Launch(["a.1@a.example", "a.2@a.example", "a.3@a.example", "a.4@a.example", "a.5@a.example"]);
        await small.Store.Texts("delete from contacts where email = 'a.2@a.example' returning email");

        await small.Settle();
        var progress = await small.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Skipped).ShouldBe((CampaignStatus.Completed, 4, 1));
    }

    [Fact]
    public async Task of_the_server_that_took_in_a_file_is_told_by_the_import()
    {
        await run.Api.Import("Everybody", ["a.1@a.example,Ada"]);
        // As if the server had died before the last line.
        await run.Store.Texts("update mt_doc_import set data = jsonb_set(data, '{status}', '\"Running\"') returning 'running'");
        await run.Store.Texts("""
            update messages set body = jsonb_set(body, '{version}', (select to_jsonb(mt_version) from mt_doc_import)) where kind = 'look_after_import' returning kind
            """);

        await run.Pass(ImportCare.Patience);
        var import = (await run.Api.GetJson("imports")).GetProperty("items")[0];
        (import.Text("status"), import.Number("line")).ShouldBe(("failed", 2));
        import.Text("failure").ShouldContain("has stopped");
    }
}
