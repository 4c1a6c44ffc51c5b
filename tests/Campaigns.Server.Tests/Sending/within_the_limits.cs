using System.Net;
using System.Net.Http.Json;
using Campaigns.Insight;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class within_the_limits(PostgresFixture postgres) : IAsyncLifetime
{
    static readonly Pace InOneGo = new(new BatchPace(1000, 1000, 0, 0));

    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task of_its_sender_a_campaign_goes_out_a_minutes_share_at_a_time()
    {
        await Limits(new { senderPerMinute = 20 });
        var campaign = await run.Api.Launch(People(50), InOneGo);
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(20);

        var why = await run.Api.GetJson($"campaigns/{campaign}/why");
        why.GetProperty("isSending").GetBoolean().ShouldBeFalse();
        why.GetProperty("holds").EnumerateArray().Select(hold => hold.Text("kind")).ShouldContain("limit");
        var limit = why.GetProperty("holds").EnumerateArray().Single(hold => hold.Text("kind") == "limit");
        (limit.Number("most"), limit.Number("used")).ShouldBe((20, 20));
        var letsGo = limit.GetProperty("letsGoAt").GetDateTimeOffset();
        letsGo.ShouldBeInRange(run.Clock.Now.AddSeconds(60), run.Clock.Now.AddSeconds(60.12)); // a thousandth of the window

        await run.Pass(TimeSpan.FromSeconds(59));
        (await run.Api.Progress(campaign)).Sent.ShouldBe(20);
        await run.Pass(TimeSpan.FromSeconds(1.12));
        (await run.Api.Progress(campaign)).Sent.ShouldBe(40);
        await run.Pass(TimeSpan.FromSeconds(60.12));
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(done => done.Sent.ShouldBe(50), done => done.Status.ShouldBe(CampaignStatus.Completed));
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task a_campaign_that_is_held_names_what_holds_it_and_no_rate_of_before()
    {
        await Limits(new { senderPerHour = 20 });
        var campaign = await run.Api.Launch(People(30), InOneGo);
        await run.Work();
        run.Clock.Advance(TimeSpan.FromMinutes(1));
        (await run.Api.Progress(campaign)).MessagesPerSecond.ShouldNotBeNull().ShouldBe(20 / 60.0, 0.01);

        run.Clock.Advance(TimeSpan.FromMinutes(5));
        var held = await run.Api.Progress(campaign);
        (held.Sent, held.MessagesPerSecond, held.EstimateBasis).ShouldBe((20, null, "its sender may send 20 messages an hour"));
        held.EstimatedCompletion.ShouldNotBeNull().ShouldBeGreaterThan(run.Clock.Now.AddMinutes(50));
    }

    [Fact]
    public async Task of_one_no_two_nodes_ever_get_it_at_once()
    {
        var permits = run.Host.Services.GetRequiredService<Permits>();
        var limit = new Limit(LimitKind.SenderGap, "one", 1, TimeSpan.FromMinutes(1));
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Take(limit, 1))));
        taken.Count(claim => claim is not null).ShouldBe(1);
        (await Left(permits, limit)).ShouldBe(0);

        // Unused it is free at once; used it is free a whole window after the batch was closed.
        await Release(taken.OfType<Guid>().Single(), (limit.Key, 1));
        (await Left(permits, limit)).ShouldBe(1);
        var claim = (await Take(limit, 1)).ShouldNotBeNull();
        run.Clock.Advance(TimeSpan.FromSeconds(90));
        (await Left(permits, limit)).ShouldBe(0); // the batch is still out
        await Release(claim);
        run.Clock.Advance(TimeSpan.FromSeconds(59.9));
        (await Take(limit, 1)).ShouldBeNull();
        run.Clock.Advance(TimeSpan.FromSeconds(0.22));
        (await Take(limit, 1)).ShouldNotBeNull();
    }

    [Fact]
    public async Task permits_of_a_node_that_never_closes_its_batch_come_back_by_themselves()
    {
        var limit = new Limit(LimitKind.SenderGap, "one", 1, TimeSpan.FromMinutes(1));
        (await Take(limit, 1)).ShouldNotBeNull();
        run.Clock.Advance(TimeSpan.FromHours(1));
        (await Take(limit, 1)).ShouldBeNull();
        run.Clock.Advance(TimeSpan.FromMinutes(2));
        (await Take(limit, 1)).ShouldNotBeNull();
    }

    [Fact]
    public async Task permits_of_limits_that_nobody_asks_for_again_are_forgotten()
    {
        await Release((await Take(new Limit(LimitKind.FrequencyCap, "contact:acme:1", 1, TimeSpan.FromDays(1)), 1)).ShouldNotBeNull());
        (await LeftAfter(TimeSpan.FromHours(23))).ShouldBe(1);
        (await LeftAfter(TimeSpan.FromHours(2))).ShouldBe(0);

        async Task<long> LeftAfter(TimeSpan time)
        {
            await run.Send(new ForgetPermits(), run.Clock.Now + time);
            await run.Pass(time);
            return await run.Store.Number("select count(*) from permits");
        }
    }

    [Fact]
    public async Task no_window_wherever_it_lies_holds_more_than_the_limit_over_days()
    {
        var permits = run.Host.Services.GetRequiredService<Permits>();
        var limit = new Limit(LimitKind.SenderHour, "hour", 100, TimeSpan.FromHours(1));
        var random = new Random(7);
        var taken = new List<(DateTimeOffset At, int Count)>();
        var until = run.Clock.Now.AddDays(2);
        while (run.Clock.Now < until)
        {
            var left = await Left(permits, limit);
            var wanted = Math.Min(left, random.Next(1, 30));
            if (wanted > 0 && await Take(limit, wanted) is { } claim)
            {
                taken.Add((run.Clock.Now, wanted));
                run.Clock.Advance(TimeSpan.FromSeconds(random.Next(0, 5)));
                await Release(claim);
                taken.Add((run.Clock.Now, 0));
            }
            else
            {
                run.Clock.Advance(TimeSpan.FromSeconds(20));
            }
        }

        foreach (var (start, _) in taken)
        {
            taken.Where(take => take.At >= start && take.At < start.AddHours(1)).Sum(take => take.Count).ShouldBeLessThanOrEqualTo(100);
        }

        taken.Sum(take => take.Count).ShouldBeGreaterThanOrEqualTo((int)(48 * 100 * 0.97));
        (await run.Store.Number("select count(*) from permits")).ShouldBeLessThan(200);
    }

    [Fact]
    public async Task of_a_domain_that_a_campaign_sets_itself_keep_no_other_campaign()
    {
        async Task<Guid> Launch(string list, int people, int perHour)
        {
            var members = await run.Api.Import(list, Enumerable.Range(0, people).Select(i => $"{list}{i}@slow.example,Ada"));
            var campaign = await run.Api.Draft(members, await run.Api.MakeTemplate(), InOneGo);
            using var changed = await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { limits = new { domainPerHour = perHour } });
            changed.EnsureSuccessStatusCode();
            await run.Api.Command(campaign, "launch");
            await run.Work();
            return campaign;
        }

        var careful = await Launch("a", 10, perHour: 2);
        var other = await Launch("b", 5, perHour: 100);

        (await run.Api.Progress(careful)).Sent.ShouldBe(2);
        (await run.Api.Progress(other)).Sent.ShouldBe(5);
    }

    [Fact]
    public async Task of_a_domain_its_recipients_are_put_off_one_by_one_and_nobody_else_waits()
    {
        await Limits(new { domainPerHour = 10 });
        string[] people = [.. Enumerable.Range(0, 15).Select(i => $"p{i}@slow.example"), .. Enumerable.Range(0, 5).Select(i => $"p{i}@other{i}.example")];
        var campaign = await run.Api.Launch(people, InOneGo);
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(15);

        var recipients = await run.Api.Recipients(campaign);
        recipients.Where(recipient => recipient.Status == RecipientStatus.Queued).ShouldAllBe(recipient =>
            recipient.Email!.EndsWith("slow.example") && recipient.Reason == "slow.example takes 10 messages an hour");
        var why = await run.Api.GetJson($"campaigns/{campaign}/why");
        why.GetProperty("holds").EnumerateArray().Single(hold => hold.Text("kind") == "deferral").Number("recipients").ShouldBe(5);

        await run.Pass(TimeSpan.FromHours(1));
        await run.Pass(TimeSpan.FromSeconds(10));
        (await run.Api.Progress(campaign)).Sent.ShouldBeInRange(16, 17);
        for (var i = 0; i < 30; i++)
        {
            await run.Pass(TimeSpan.FromMinutes(1));
        }

        (await run.Api.Progress(campaign)).ShouldHaveEnded();
        (await run.Store.Number("select count(*) from deferrals")).ShouldBe(0);
        (await run.Store.Number("select max(n) from (select count(*) n from mt_events where type = 'recipient_deferred' group by stream_id) d")).ShouldBeLessThanOrEqualTo(2);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task whoever_is_tried_again_while_a_limit_holds_the_campaign_is_not_forgotten()
    {
        await Limits(new { senderPerMinute = 10 });
        run.Gate.Before = message => Task.FromResult(message > 2); // the first two are in doubt
        var campaign = await run.Api.Launch(People(25), InOneGo);
        await run.Work();
        (await run.Api.Progress(campaign)).InDoubt.ShouldBe(2);
        await run.Api.Post("suppressions", new { addresses = (await run.Api.Recipients(campaign)).Where(recipient => recipient.Status == RecipientStatus.Queued).Take(3).Select(recipient => recipient.Email) });
        await run.Pass(TimeSpan.FromSeconds(5)); // looks along those who are suppressed by now, and is held behind them

        await run.Api.Command(campaign, "retry", new { inDoubt = true });
        for (var minute = 0; minute < 4; minute++)
        {
            await run.Pass(TimeSpan.FromSeconds(61));
        }

        await run.Settle();
        var done = await run.Api.Progress(campaign);
        (done.Status, done.Sent, done.Skipped, done.Queued).ShouldBe((CampaignStatus.Completed, 22, 3, 0));
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task that_was_raised_is_felt_by_a_held_campaign_once_it_is_resumed()
    {
        await Limits(new { senderPerHour = 5 });
        var campaign = await run.Api.Launch(People(12), InOneGo);
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(5);
        await Limits(new { senderPerHour = 100 });
        await run.Api.Command(campaign, "pause");
        await run.Api.Command(campaign, "resume");
        await run.Work();
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
    }

    [Fact]
    public async Task of_its_sender_tests_count_too_and_one_too_many_is_told_when_to_come_again()
    {
        await Limits(new { senderPerMinute = 2 });
        var campaign = await run.Api.Draft(await run.Api.Import("Everybody", People(5).Select(address => $"{address},Ada")), await run.Api.MakeTemplate(), InOneGo);
        (await Test()).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Test()).StatusCode.ShouldBe(HttpStatusCode.OK);

        var refused = await Test();
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Json()).Text("type").ShouldBe("/problems/limit-reached");
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(61)); // with a thousandth of the window
        run.Sandbox.Counts().Accepted.ShouldBe(2);

        run.Clock.Advance(TimeSpan.FromSeconds(61));
        (await Test()).StatusCode.ShouldBe(HttpStatusCode.OK);
        await run.Api.Command(campaign, "launch");
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(1);

        Task<HttpResponseMessage> Test() => run.Api.PostAsJsonAsync($"campaigns/{campaign}/test", new { to = "me@a.example", fields = new { first_name = "Me" } });
    }

    [Fact]
    public async Task that_they_share_two_campaigns_get_alike()
    {
        await Limits(new { senderPerMinute = 20 });
        var first = await run.Api.Launch(People(100, "a"), InOneGo, list: "A");
        await run.Work();
        var second = await run.Api.Launch(People(100, "b"), InOneGo, list: "B");
        await run.Work();
        for (var minute = 0; minute < 4; minute++)
        {
            await run.Pass(TimeSpan.FromSeconds(60.2));
        }

        var (a, b) = ((await run.Api.Progress(first)).Sent, (await run.Api.Progress(second)).Sent);
        (a + b).ShouldBe(100);
        b.ShouldBeInRange(30, 50); // the first had a minute for itself
    }

    [Theory]
    [InlineData(20, null, 4), InlineData(60, null, 1)]
    [InlineData(null, 1.0, 0.5)] // one message at a time: there is no share of it
    [InlineData(60, null, 1, true), InlineData(null, 0.5, 0.25, true)] // batches that keep their distance beside
    public async Task that_they_share_an_urgent_campaign_gets_four_parts_of_what_another_gets_one_of(int? perMinute, double? gap, double step, bool atDefaultPace = false)
    {
        await Limits(new { senderPerMinute = perMinute ?? 0, senderPerHour = 0, senderGapSeconds = gap });
        var template = await run.Api.MakeTemplate();
        async Task<Guid> Launch(string list, bool urgent)
        {
            var campaign = (await run.Api.Post("campaigns", new
            {
                name = list, listId = await run.Api.Import(list, People(480, list).Select(address => $"{address},Ada")), templateId = template, urgent,
                from = new { email = "anna@sender.example" }, pace = atDefaultPace ? Pace.Default : InOneGo,
            })).GetProperty("id").GetGuid();
            await run.Api.Command(campaign, "launch");
            return campaign;
        }

        run.Clock.GoesOnFor = TimeSpan.FromMilliseconds(200); // a batch waits for its limit to open in a moment
        var (normal, urgent) = (await Launch("normal", urgent: false), await Launch("urgent", urgent: true));
        await run.Work();
        async Task PassMinutes(int minutes)
        {
            for (var end = run.Clock.Now.AddMinutes(minutes); run.Clock.Now < end;)
            {
                await run.Pass(TimeSpan.FromSeconds(step));
            }
        }

        await PassMinutes(1);
        var (normalBefore, urgentBefore) = ((await run.Api.Progress(normal)).Sent, (await run.Api.Progress(urgent)).Sent);
        await PassMinutes(2);
        var (byNormal, byUrgent) = ((await run.Api.Progress(normal)).Sent - normalBefore, (await run.Api.Progress(urgent)).Sent - urgentBefore);

        (byNormal + byUrgent).ShouldBeGreaterThan((perMinute ?? (int)(60 / gap!.Value)) * 3 / 2, "the limit is used");
        ((double)byUrgent / byNormal).ShouldBeInRange(3.5, 4.5, $"{byUrgent} to {byNormal}");
    }

    [Fact]
    public async Task that_they_share_who_took_some_keeps_a_place_while_these_are_handed_over()
    {
        var permits = run.Host.Services.GetRequiredService<Permits>();
        var limit = new Limit(LimitKind.SenderMinute, "shared", 50, TimeSpan.FromMinutes(1));
        var (normal, urgent, begin) = (Guid.NewGuid(), Guid.NewGuid(), run.Clock.Now);
        await Commit(session => Permits.Wait(session, limit, normal, begin, 400, 1, begin.AddSeconds(-10)));
        await Commit(session => Permits.Wait(session, limit, urgent, begin, 400, 4, begin.AddSeconds(-10)));

        (await Share(urgent, 4, begin)).ShouldBe(40);
        await Commit(session => Permits.Take(session, Guid.NewGuid(), urgent, new Dictionary<Limit, int> { [limit] = 8 }, begin));
        (await Share(normal, 1, begin.AddMilliseconds(50))).ShouldBe(8, "a fifth of 42, and not all of them");
        (await Share(normal, 1, begin.AddSeconds(4))).ShouldBe(8);
        (await Share(normal, 1, begin.AddSeconds(6))).ShouldBe(42, "it is late, and loses its place");

        async Task<long> WaitedAgainAt(double seconds)
        {
            await Commit(session => Permits.Wait(session, limit, urgent, begin.AddMinutes(1), 400, 4, begin.AddSeconds(seconds)));
            return await run.Store.Number($"select extract(epoch from since - '{begin:O}')::bigint from limit_waits where campaign_id = '{urgent}'");
        }

        (await WaitedAgainAt(6)).ShouldBe(6, "in between it did not wait");
        (await WaitedAgainAt(8)).ShouldBe(6, "and goes on to");
        await Commit(session => Permits.Take(session, Guid.NewGuid(), urgent, new Dictionary<Limit, int> { [limit] = 8 }, begin.AddSeconds(10)));
        (await WaitedAgainAt(12)).ShouldBe(10, "it is back in time");

        async Task<int> Share(Guid campaign, int weight, DateTimeOffset at) =>
            (await permits.Read([limit], campaign, 400, weight, at, CancellationToken.None)).States.Single().Left;

        async Task Commit(Action<IDocumentSession> change)
        {
            await using var session = run.Store.LightweightSession(CampaignRun.Tenant);
            change(session);
            await session.SaveChangesAsync();
        }
    }

    [Fact]
    public async Task outside_the_hours_the_end_is_forecast_by_where_those_live_who_wait()
    {
        // It is 21:00 in Tokyo: 12:00 UTC.
        var campaign = (await run.Api.Post("campaigns", new
        {
            name = "Spring", listId = await run.Api.Import("Tokyo", ["c@mail.example,Chi,Asia/Tokyo"], "email,first_name,time_zone"),
            templateId = await run.Api.MakeTemplate(), from = new { email = "anna@sender.example" }, pace = InOneGo,
            window = new { from = "03:00", to = "04:00", jitterMinutes = 0 },
        })).GetProperty("id").GetGuid();
        await run.Api.Command(campaign, "launch");
        await run.Work();

        var progress = await run.Api.Progress(campaign);
        progress.EstimatedCompletion.ShouldNotBeNull().ShouldBeInRange(run.Clock.Now.AddHours(6), run.Clock.Now.AddHours(6).AddMinutes(1));
    }

    [Fact]
    public async Task outside_the_hours_people_wait_for_the_morning_where_they_live()
    {
        // It is noon in London, 7:00 in New York and 21:00 in Tokyo, on a Sunday.
        var members = await run.Api.Import("World", ["a@mail.example,Ada,Europe/London", "b@mail.example,Bo,America/New_York", "c@mail.example,Chi,Asia/Tokyo"], "email,first_name,time_zone");
        var campaign = (await run.Api.Post("campaigns", new
        {
            name = "Spring", listId = members, templateId = await run.Api.MakeTemplate(), from = new { email = "anna@sender.example" }, pace = InOneGo,
            window = new { from = "09:00", to = "18:00", days = new[] { "sunday", "monday" }, jitterMinutes = 0 },
        })).GetProperty("id").GetGuid();
        await run.Api.Command(campaign, "launch");
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(1);
        await run.Pass(TimeSpan.FromMinutes(119));
        (await run.Api.Progress(campaign)).Sent.ShouldBe(1);
        await run.Pass(TimeSpan.FromMinutes(1));
        (await run.Api.Progress(campaign)).Sent.ShouldBe(2);
        await run.Pass(TimeSpan.FromHours(10)); // midnight in London, 9:00 in Tokyo
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
        await run.Host.Services.ShouldSurviveARebuild();
    }

    async Task Limits(object limits) =>
        (await run.Api.PutAsync("organisation", JsonContent.Create(new { name = "Acme", approvalRequired = false, timeZone = "Europe/Zurich", limits })))
            .EnsureSuccessStatusCode();

    static IEnumerable<string> People(int count, string name = "p") => Enumerable.Range(0, count).Select(i => $"{name}{i}@mail.example");

    async Task<int> Left(Permits permits, Limit limit) =>
        (await permits.Read([limit], Guid.Empty, 1, 1, run.Clock.Now, CancellationToken.None)).States.Single().Left;

    /// <returns>Null: it was used up.</returns>
    async Task<Guid?> Take(Limit limit, int count)
    {
        await using var session = run.Store.LightweightSession(CampaignRun.Tenant);
        var claim = Guid.NewGuid();
        Permits.Take(session, claim, Guid.NewGuid(), new Dictionary<Limit, int> { [limit] = count }, run.Clock.Now);
        try
        {
            await session.SaveChangesAsync();
            return claim;
        }
        catch (Exception error) when (Races.PermitsWereTaken(error))
        {
            return null;
        }
    }

    async Task Release(Guid claim, params (string Key, int Count)[] unused)
    {
        await using var session = run.Store.LightweightSession(CampaignRun.Tenant);
        Permits.Release(session, claim, run.Clock.Now, unused.ToDictionary(each => each.Key, each => each.Count));
        await session.SaveChangesAsync();
    }
}
