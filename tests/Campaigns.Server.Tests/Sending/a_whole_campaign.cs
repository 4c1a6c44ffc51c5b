using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class a_whole_campaign(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Sending:HydrationChunk"] = "10" });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task goes_from_a_file_to_its_end_and_counts_what_the_provider_counts()
    {
        string[] special = ["click@a.example", "open.2@a.example", "bounce@a.example", "block@a.example", "drop@a.example", "defer.open@a.example", "complain@a.example", "unsubscribe@a.example"];
        var campaign = await run.Api.Launch([.. People(150), .. special]);

        await run.Settle();

        var (ours, theirs) = (await run.Api.Progress(campaign), run.Sandbox.Counts());
        ours.Status.ShouldBe(CampaignStatus.Partial); // some bounce
        (ours.Recipients, ours.Sent, ours.Queued, ours.Sending, ours.Failed, ours.InDoubt, ours.Skipped).ShouldBe((158, 158, 0, 0, 0, 0, 0));
        (theirs.Accepted, theirs.Duplicates).ShouldBe((158, 0));
        (ours.Delivered, ours.Opened, ours.Clicked, ours.Bounced, ours.Complained, ours.Unsubscribed).ShouldBe(
            (theirs.Delivered, theirs.Opened, theirs.Clicked, theirs.Bounced + theirs.Dropped, theirs.Complained, theirs.Unsubscribed));
        theirs.Clicked.ShouldBeGreaterThan(0);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task leaves_out_who_bounced_complained_or_unsubscribed_in_the_one_before()
    {
        string[] lost = ["bounce@a.example", "complain@a.example", "unsubscribe@a.example"];
        var first = await run.Api.Launch([.. lost, "open@a.example", "block@a.example"]);
        await run.Settle();

        var second = await run.Api.Launch([]);
        await run.Settle();

        var recipients = await run.Api.Recipients(second);
        recipients.Where(recipient => recipient is { Status: RecipientStatus.Skipped, Reason: "suppressed" }).Select(recipient => recipient.Email)
            .ShouldBe(lost, ignoreOrder: true);
        recipients.Where(recipient => recipient.Status == RecipientStatus.Sent).Select(recipient => recipient.Email)
            .ShouldBe(["open@a.example", "block@a.example"], ignoreOrder: true);
        (await run.Api.Progress(first)).Sent.ShouldBe(5);
    }

    [Fact]
    public async Task pauses_in_the_middle_of_a_batch_and_resumes_without_skipping_or_repeating_anyone()
    {
        Guid campaign = default;
        var paused = 0;
        run.Gate.Before = async message =>
        {
            if (message is 45 or 90)
            {
                await run.Api.Command(campaign, "pause", new { reason = "Lunch" });
                paused++;
            }

            return true;
        };
        campaign = await run.Api.Launch(People(150), new Pace(new BatchPace(20, 20, 0, 0)));

        await run.Work();
        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Reason, progress.Sending, progress.Sent + progress.Queued).ShouldBe((CampaignStatus.Paused, "Lunch", 0, 150));
        progress.Sent.ShouldBeInRange(45, 60);

        await run.Api.Command(campaign, "resume");
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBeInRange(90, 110);

        // Twice: two messages for the same batch, and one of them does nothing.
        await run.Api.Command(campaign, "resume");
        await run.Api.Command(campaign, "pause");
        await run.Api.Command(campaign, "resume");
        await run.Settle();

        paused.ShouldBe(2);
        (await run.Api.Progress(campaign)).ShouldHaveEnded();
        (run.Sandbox.Counts().Accepted, run.Sandbox.Counts().Duplicates).ShouldBe((150, 0));
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task is_cancelled_and_whoever_was_still_queued_gets_nothing()
    {
        Guid campaign = default;
        run.Gate.Before = async message =>
        {
            if (message == 25)
            {
                await run.Api.Command(campaign, "cancel", new { reason = "Wrong price" });
            }

            return true;
        };
        campaign = await run.Api.Launch(People(100), new Pace(new BatchPace(20, 20, 0, 0)));

        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Reason, progress.Sent, progress.Queued, progress.Skipped).ShouldBe((CampaignStatus.Cancelled, "Wrong price", 40, 0, 60));
        (await run.Api.Recipients(campaign)).Count(recipient => recipient is { Status: RecipientStatus.Skipped, Reason: "campaignCancelled" }).ShouldBe(60);
        run.Sandbox.Counts().Accepted.ShouldBe(40);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task does_not_write_to_whom_was_suppressed_before_or_after_the_audience_was_counted()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "person1@mail.example" } });
        run.Gate.Before = async message =>
        {
            if (message == 1)
            {
                await run.Api.Post("suppressions", new { addresses = People(50).Skip(20) });
            }

            return true;
        };
        var campaign = await run.Api.Launch(People(50), new Pace(new BatchPace(1, 1, 0, 0)));

        await run.Settle();

        var recipients = await run.Api.Recipients(campaign);
        recipients.Count(recipient => recipient is { Status: RecipientStatus.Skipped, Reason: "suppressed" }).ShouldBeGreaterThanOrEqualTo(30);
        recipients.Single(recipient => recipient.Email == "person1@mail.example").Status.ShouldBe(RecipientStatus.Skipped);
        var progress = await run.Api.Progress(campaign);
        progress.Status.ShouldBe(CampaignStatus.Completed);
        (progress.Sent + progress.Skipped).ShouldBe(50);
        run.Sandbox.Counts().Accepted.ShouldBe(progress.Sent);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task with_a_daily_limit_sends_so_many_a_period_and_no_more()
    {
        var campaign = await run.Api.Launch(People(12), new Pace(Daily: new DailyPace(5, 1)));

        await run.Work();
        run.Gate.Count.ShouldBe(5);
        var progress = await run.Api.Progress(campaign);
        progress.NextBatchAt.ShouldBe(run.Clock.Now.AddHours(1));
        await run.Pass(TimeSpan.FromMinutes(59));
        run.Gate.Count.ShouldBe(5);
        await run.Pass(TimeSpan.FromMinutes(1));
        run.Gate.Count.ShouldBe(10);
        await run.Pass(TimeSpan.FromHours(1));

        run.Gate.Count.ShouldBe(12);
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
    }

    [Fact]
    public async Task fails_only_for_whom_a_value_is_missing_and_says_which()
    {
        var list = await run.Api.Import("Companies", ["a@a.example,Acme", "b@a.example,", "c@a.example,Cyberdyne"], "email,company");
        var campaign = await run.Api.Draft(list, await run.Api.MakeTemplate("To {{company}}"));
        await run.Api.Command(campaign, "launch");

        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Failed).ShouldBe((CampaignStatus.Partial, 2, 1));
        var failed = (await run.Api.Recipients(campaign)).Single(recipient => recipient.Status == RecipientStatus.Failed);
        (failed.Email, failed.Reason).ShouldBe(("b@a.example", "content: missing-variables The contact has no company"));
    }

    [Fact]
    public async Task as_a_draft_is_tested_without_a_trace()
    {
        var list = await run.Api.Import("Everybody", People(3).Select(address => $"{address},Ada"));
        var campaign = await run.Api.Draft(list, await run.Api.MakeTemplate());
        var events = await run.Store.Number("select count(*) from mt_events");

        await run.Api.Command(campaign, "test", new { to = "me@a.example", fields = new { first_name = "Ada" } });
        await run.Settle();

        run.Sandbox.Counts().Accepted.ShouldBe(1);
        (await run.Store.Number("select count(*) from mt_events")).ShouldBe(events);
        (await run.Store.Number("select count(*) from recipients")).ShouldBe(0);
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Draft);
    }

    [Fact]
    public async Task begins_at_the_time_for_which_it_was_scheduled()
    {
        var list = await run.Api.Import("Everybody", People(3).Select(address => $"{address},Ada"));
        var campaign = await run.Api.Draft(list, await run.Api.MakeTemplate());
        await run.Api.Command(campaign, "schedule", new { at = run.Clock.Now.AddHours(2) });

        await run.Pass(TimeSpan.FromMinutes(119));
        (run.Gate.Count, (await run.Api.Progress(campaign)).Status).ShouldBe((0, CampaignStatus.Scheduled));
        await run.Pass(TimeSpan.FromMinutes(1));

        (run.Gate.Count, (await run.Api.Progress(campaign)).Status).ShouldBe((3, CampaignStatus.Completed));
    }

    [Fact]
    public async Task pauses_when_the_provider_refuses_the_account_and_loses_nobody()
    {
        run.Provider.ApiKey = "SG.wrong";
        var campaign = await run.Api.Launch(People(60));

        await run.Settle();
        var paused = await run.Api.Progress(campaign);
        (paused.Status, paused.Sent, paused.Failed, paused.Queued).ShouldBe((CampaignStatus.Paused, 0, 0, 60));
        paused.Reason.ShouldNotBeNull().ShouldContain("401");
        (await run.Api.GetJson($"campaigns/{campaign}")).Text("pausedBy").ShouldBe("breaker");

        run.Provider.ApiKey = SandboxRun.Options.ApiKey;
        await run.Api.Command(campaign, "resume");
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Reason).ShouldBe((CampaignStatus.Completed, 60, null));
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task pauses_when_the_provider_cannot_be_reached_and_loses_nobody()
    {
        var good = run.Provider.BaseAddress;
        run.Provider.BaseAddress = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
        var campaign = await run.Api.Launch(People(16), new Pace(new BatchPace(10, 10, 0, 0)));

        await run.Work();
        var paused = await run.Api.Progress(campaign);
        (paused.Status, paused.Sent, paused.Failed, paused.InDoubt, paused.Queued).ShouldBe((CampaignStatus.Paused, 0, 0, 0, 16));
        paused.Reason.ShouldNotBeNull().ShouldContain("unreachable");

        run.Provider.BaseAddress = good;
        await run.Api.Command(campaign, "resume");
        await run.Settle();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(6); // the others have a time of their own by now
        await run.Pass(TimeSpan.FromMinutes(1));
        await run.Settle();

        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
        (run.Sandbox.Counts().Accepted, run.Sandbox.Counts().Duplicates).ShouldBe((16, 0));
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task adds_nobody_twice_when_the_audience_is_gone_over_twice()
    {
        var campaign = await run.Api.Launch(People(35));
        await Hydrate(campaign);
        await Hydrate(campaign);

        await run.Work();
        await run.Pass(TimeSpan.FromMinutes(1));
        await Hydrate(campaign);
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Recipients, progress.Sent).ShouldBe((CampaignStatus.Completed, 35, 35));
        run.Sandbox.Counts().Accepted.ShouldBe(35);
        (await run.Store.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    static IEnumerable<string> People(int count) => Enumerable.Range(1, count).Select(i => $"person{i}@mail.example");

    Task Hydrate(Guid campaign) => run.Send(new HydrateAudience(campaign));
}
