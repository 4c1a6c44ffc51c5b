using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Sandbox.Faults;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class in_the_middle_of_a_batch(PostgresFixture postgres) : IAsyncLifetime
{
    const int People = 600;

    static readonly Pace InOneGo = new(new BatchPace(1000, 1000, 0, 0));

    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task a_pause_stops_what_was_not_handed_over_and_resuming_goes_on_with_exactly_those()
    {
        var (campaign, pause) = (Guid.Empty, new TaskCompletionSource());
        run.Sandbox.Faults.Add(new Fault { Kind = FaultKind.Slow, Milliseconds = 20 }); // the rest takes longer than the word of a pause
        run.Gate.Before = async message =>
        {
            if (message == 20)
            {
                await run.Api.Command(campaign, "pause", new { reason = "The offer changed" });
                pause.SetResult();
            }

            if (message > 20)
            {
                await pause.Task;
            }

            return true;
        };
        campaign = await run.Api.Launch(Persons(), InOneGo);
        await run.Work();

        var paused = await run.Api.Progress(campaign);
        (paused.Status, paused.Reason, paused.InDoubt, paused.Sending).ShouldBe((CampaignStatus.Paused, "The offer changed", 0, 0));
        paused.Sent.ShouldBeInRange(20, People - 1);
        (paused.Sent + paused.Queued).ShouldBe(People);
        run.Sandbox.Counts().Accepted.ShouldBe(paused.Sent);

        await run.Api.Command(campaign, "resume");
        await run.Settle();
        (await run.Api.Progress(campaign)).ShouldHaveEnded();
        (run.Sandbox.Counts().Accepted, run.Sandbox.Counts().Duplicates).ShouldBe((People, 0));
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task a_provider_that_has_too_much_is_left_alone_for_as_long_as_it_asks_by_every_campaign()
    {
        var first = await run.Api.Launch(Persons(), InOneGo);
        run.Gate.Before = async message =>
        {
            if (message == 20)
            {
                run.Sandbox.Faults.Add(new Fault { Kind = FaultKind.TooManyRequestsWithRetryAfter, Seconds = 90 });
            }

            return await Task.FromResult(true);
        };
        await run.Work();
        var stopped = await run.Api.Progress(first);
        (stopped.Status, stopped.Failed, stopped.InDoubt).ShouldBe((CampaignStatus.Sending, 0, 0));
        stopped.Sent.ShouldBeInRange(1, 60);
        var asked = run.Gate.Count;
        run.Gate.Before = _ => Task.FromResult(true);

        run.Sandbox.Faults.Clear();
        var second = await run.Api.Launch(Enumerable.Range(0, 5).Select(i => $"other{i}@mail.example"), InOneGo, list: "Others");
        await run.Pass(TimeSpan.FromSeconds(80));
        run.Gate.Count.ShouldBe(asked);
        foreach (var campaign in new[] { first, second })
        {
            var why = await run.Api.GetJson($"campaigns/{campaign}/why");
            why.GetProperty("holds").EnumerateArray().Select(hold => hold.Text("kind")).ShouldContain("provider");
        }

        await run.Pass(TimeSpan.FromSeconds(20));
        await run.Settle();
        foreach (var campaign in new[] { first, second })
        {
            (await run.Api.Progress(campaign)).ShouldHaveEnded();
        }

        (run.Sandbox.Counts().Accepted, run.Sandbox.Counts().Duplicates).ShouldBe((People + 5, 0));
        await run.Store.ShouldAddUp();
    }

    static IEnumerable<string> Persons() => Enumerable.Range(0, People).Select(i => $"person{i}@mail{i % 7}.example");
}
