using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sending;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Runtime;

namespace Campaigns.Server.Tests.Sending;

/// <summary>The provider's answer did not come: perhaps it has the message, perhaps not.</summary>
[Collection("sending")]
public sealed class messages_in_doubt(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task are_settled_by_the_word_of_the_provider_and_end_the_campaign()
    {
        run.Gate.After = message => Task.FromResult(message != 3);
        var campaign = await run.Api.Launch(["silent.1@a.example", "silent.2@a.example", "silent.3@a.example"]);

        await run.WorkOnce("planning");
        await run.WorkOnce("sending");
        (await run.Api.Progress(campaign)).InDoubt.ShouldBe(1);
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Sending);
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.InDoubt).ShouldBe((CampaignStatus.Completed, 3, 0));
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task stay_so_and_are_not_sent_again_when_the_provider_never_says_anything()
    {
        run.Gate.Before = message => Task.FromResult(message != 2);
        var campaign = await run.Api.Launch(["silent.1@a.example", "silent.2@a.example", "silent.3@a.example"]);

        await run.Settle();
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Sending);
        await run.Pass(TimeSpan.FromHours(2));

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.InDoubt).ShouldBe((CampaignStatus.Partial, 2, 1));
        run.Gate.Count.ShouldBe(3);
        (await run.Api.Recipients(campaign)).Single(recipient => recipient.Status == RecipientStatus.InDoubt).Reason.ShouldNotBeNullOrEmpty();
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task are_queued_again_or_ended_when_the_node_that_had_stood_still_says_what_it_knows()
    {
        run.Gate.Before = _ => Task.FromResult(false); // no answer to anybody
        var campaign = await run.Api.Launch(["a@late.example", "b@late.example", "c@late.example", "d@late.example"]);
        await run.WorkOnce("planning");
        await run.WorkOnce("sending");
        var people = (await run.Api.Recipients(campaign)).OrderBy(recipient => recipient.Email).Select(recipient => recipient.Id).ToList();
        var results = new BatchResults();
        results.Add(people[0], new MessageSent(1, "sg-1"));
        results.Add(people[1], new MessageFailed(1, FailureCategory.Recipient, "550", "No such person"));
        results.Add(people[2], new MessageReturned(1, "Another node took the batch while this one stood still"));
        results.Add(people[3], new MessageInDoubt(1, "No answer"));
        run.Gate.Before = _ => Task.FromResult(true);

        (await Record(results)).ShouldBe(new ResultsRecorded(true, 3));
        (await Record(results)).ShouldBe(new ResultsRecorded(true, 0), "who is not in doubt any more is left alone");
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Failed, progress.InDoubt).ShouldBe((CampaignStatus.Sending, 2, 1, 1));
        run.Sandbox.Counts().Accepted.ShouldBe(1, "the one who was returned, and nobody else");
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();

        await run.Pass(TimeSpan.FromHours(2));
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Partial);
        var later = new BatchResults();
        later.Add(people[3], new MessageReturned(1, "Another node took the batch while this one stood still"));
        (await Record(later)).ShouldBe(new ResultsRecorded(true, 1));
        await run.Settle();
        (await run.Api.Recipients(campaign)).Single(recipient => recipient.Id == people[3]).ShouldSatisfyAllConditions(
            recipient => recipient.Status.ShouldBe(RecipientStatus.Failed, "the campaign has ended and sends nothing by itself"),
            recipient => recipient.Reason!.ShouldContain(RecordLateResultsHandler.NeverHandedOver));

        Task<ResultsRecorded> Record(BatchResults known) => new MessageBus(run.Host.Services.GetRequiredService<IWolverineRuntime>())
            .InvokeForTenantAsync<ResultsRecorded>(CampaignRun.Tenant, new RecordLateResults(new SendBatch(campaign, 1), Guid.NewGuid(), known));
    }

    [Fact]
    public async Task that_were_sent_after_all_time_out_unopened_like_any_other()
    {
        run.Gate.After = message => Task.FromResult(message != 2);
        var campaign = await run.Api.Launch(["silent.1@a.example", "silent.2@a.example", "silent.3@a.example"], noOpenAfterSeconds: 60);
        await run.Settle();

        await run.Pass(TimeSpan.FromSeconds(61));

        (await run.Api.Progress(campaign)).TimedOut.ShouldBe(3);
    }

    [Fact]
    public async Task that_never_came_do_not_time_out_unopened()
    {
        run.Gate.Before = message => Task.FromResult(message != 2);
        var campaign = await run.Api.Launch(["silent.1@a.example", "silent.2@a.example", "silent.3@a.example"], noOpenAfterSeconds: 60);
        await run.Settle();

        await run.Pass(TimeSpan.FromHours(3));

        (await run.Api.Progress(campaign)).TimedOut.ShouldBe(2);
    }

    [Fact]
    public async Task are_none_when_it_fails_before_anything_was_handed_over()
    {
        await run.Api.Launch(["silent.1@a.example", "silent.2@a.example"]);
        await run.WorkOnce("planning");
        await run.Store.Texts("alter table written_to rename to written_to_away"); // every look at who is next fails

        await run.Work();
        await run.Pass(TimeSpan.FromSeconds(3));
        (await run.Store.Texts("select distinct status from recipients")).ShouldBe(["queued"]);

        await run.Store.Texts("alter table written_to_away rename to written_to");
        await run.Pass(TimeSpan.FromSeconds(10));
        (await run.Store.Texts("select distinct status from recipients")).ShouldBe(["sent"]);
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
    }
}
