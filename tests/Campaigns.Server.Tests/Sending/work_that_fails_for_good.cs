using Campaigns.Audience.Import;
using Campaigns.Insight;
using Campaigns.Planning;

namespace Campaigns.Server.Tests.Sending;

/// <summary>What would leave something waiting for ever.</summary>
[Collection("sending")]
public sealed class work_that_fails_for_good(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Theory]
    [InlineData("audience_hydrated")]
    [InlineData("batch_started")]
    [InlineData("batch_started", "55P03")]
    public async Task pauses_the_campaign_which_says_why_and_goes_on_when_it_is_resumed(string fact, string refusal = "P0001")
    {
        var campaign = await run.Api.Launch(["a.1@a.example", "a.2@a.example", "a.3@a.example"]);
        await Refuse(fact, refusal);
        await GiveUp();

        var stranded = await run.Api.Progress(campaign);
        (stranded.Status, stranded.Sent).ShouldBe((CampaignStatus.Paused, 0));
        stranded.Reason.ShouldNotBeNull().ShouldContain("No room");
        (await run.Store.Number("select count(*) from wolverine_dead_letters")).ShouldBe(1);

        await Allow();
        await run.Api.Command(campaign, "resume");
        await run.Settle();
        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent).ShouldBe((CampaignStatus.Completed, 3));
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    [Theory]
    [InlineData("audience_hydrated", "53100")]
    [InlineData("batch_started", "53100")]
    [InlineData("batch_started", "25006")]
    [InlineData("batch_started", "57P01")]
    public async Task is_no_work_that_waits_for_a_database_which_takes_nothing_however_long(string fact, string refusal)
    {
        var campaign = await run.Api.Launch(["a.1@a.example", "a.2@a.example", "a.3@a.example"]);
        await Refuse(fact, refusal);
        await GiveUp();
        await GiveUp();
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Sending);
        (await run.Store.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);

        await Allow();
        await run.Pass(TimeSpan.FromMinutes(15));
        await run.Settle();
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(
            progress => progress.Status.ShouldBe(CampaignStatus.Completed), progress => progress.Sent.ShouldBe(3));
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    /// <summary>Whoever waits is told first, and the message is moved to the dead letters then: somebody may resume in between.</summary>
    [Fact]
    public async Task is_not_forgotten_by_a_resume_that_comes_before_its_message_is_dead()
    {
        var campaign = await run.Api.Launch(["a.1@a.example", "a.2@a.example"]);
        await Refuse("audience_hydrated");
        await GiveUp();
        await run.Store.Texts("create table aside as select * from wolverine_dead_letters; delete from wolverine_dead_letters; select 'not dead yet'");

        await Allow();
        await run.Api.Command(campaign, "resume");
        await run.Settle();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(0);
        (await run.Store.Number("select count(*) from stranded_messages")).ShouldBe(1, "it is still to come");

        await run.Store.Texts("insert into wolverine_dead_letters select * from aside; select 'dead'");
        await run.Api.Command(campaign, "pause");
        await run.Api.Command(campaign, "resume");
        await run.Settle();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(2);
        (await run.Store.Number("select count(*) from stranded_messages")).ShouldBe(0);
    }

    [Fact]
    public async Task in_the_middle_of_a_batch_leaves_nobody_being_sent_for_ever()
    {
        var campaign = await run.Api.Launch(["a.1@a.example", "a.2@a.example"]);
        await run.WorkOnce("planning");
        await Refuse("batch_completed");
        await GiveUp();

        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(
            progress => progress.Status.ShouldBe(CampaignStatus.Paused), progress => progress.Reason.ShouldNotBeNull().ShouldContain("No room"));

        await Allow();
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
            await postgres.NewDatabase(), new Dictionary<string, string?> { ["Sending:HydrationChunk"] = "2" });
        var campaign = await small.Api.Launch(["a.1@a.example", "a.2@a.example", "a.3@a.example", "a.4@a.example", "a.5@a.example"]);
        await small.WorkOnce("planning", 1); // it is fixed who is in it, and the first two are recipients
        await small.Store.Texts("delete from contacts where email = 'a.5@a.example' returning email");

        await small.Settle();
        var progress = await small.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Skipped).ShouldBe((CampaignStatus.Completed, 4, 1));
    }

    [Fact]
    public async Task of_the_server_that_took_in_a_file_is_told_by_the_import()
    {
        await run.Api.Import("Everybody", ["a.1@a.example,Ada"]);
        // As if the server had died before the last line.
        await run.Store.Texts("update mt_doc_contact_import set data = jsonb_set(data, '{status}', '\"Running\"') returning 'running'");
        await run.Store.Texts("delete from wolverine_incoming_envelopes where message_type = 'look_after_import' returning message_type");
        await run.Send(
            new LookAfterImport(
                Guid.Parse((await run.Store.Texts("select id::text from mt_doc_contact_import")).Single()), await run.Store.Number("select mt_version from mt_doc_contact_import")),
            run.Clock.Now + LookAfterImportHandler.Patience);

        await run.Pass(LookAfterImportHandler.Patience);
        var import = (await run.Api.GetJson("imports")).GetProperty("items")[0];
        (import.Text("status"), import.Number("line")).ShouldBe(("failed", 2));
        import.Text("reason").ShouldContain("has stopped");
    }

    /// <summary>No commit that records this gets through.</summary>
    Task<List<string>> Refuse(string fact, string sqlState = "P0001") => run.Store.Texts($"""
        create function refuse() returns trigger language plpgsql as 'begin raise exception ''No room'' using errcode = ''{sqlState}''; end';
        create trigger refuse before insert on mt_events for each row when (new.type = '{fact}') execute function refuse();
        select 'done'
        """);

    Task<List<string>> Allow() => run.Store.Texts("drop trigger refuse on mt_events; select 'done'");

    /// <summary>Until the last attempt has failed.</summary>
    async Task GiveUp()
    {
        for (var attempt = 0; attempt < 12; attempt++)
        {
            await run.Pass(TimeSpan.FromMinutes(15));
        }
    }
}
