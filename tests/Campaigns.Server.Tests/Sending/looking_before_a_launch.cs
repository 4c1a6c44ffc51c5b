using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class looking_before_a_launch(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task counts_who_would_get_it_and_who_not_and_why_and_what_is_missing()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "sue@a.example" } });
        var list = await run.Api.Import(
            "People",
            [
                "ann@a.example,Ann,Bern,+41790000001", "bob@a.example,Bob,Bern,+41790000002", "ben@a.example,Ben,Bern,+41790000002", "bea@a.example,Bea,,", "cid@a.example,Cid,Bern,",
                "sue@a.example,Sue,Bern,", ",Tom,Bern,+41790000003",
            ],
            "email,first_name,city,phone");
        var campaign = await Draft(list, "Hello {{first_name}} in {{city}}", "emailAndSms");

        var check = await Check(campaign);

        check.Refusal.ShouldBeNull();
        check.Audience!.Members.ShouldBe(7);
        check.Audience.Channels.Select(channel => (channel.Channel, channel.WouldGet, string.Join(' ', channel.Skipped.Select(each => $"{each.Key} {each.Value}").Order())))
            .ShouldBe([(Channel.Email, 5, "noAddress 1 suppressed 1"), (Channel.Sms, 3, "noAddress 3 sameAddress 1")], ignoreOrder: true);
        (check.Audience.Content.Examined, check.Audience.Content.WouldFail).ShouldBe((8, 1), "the number that two have gets one message");
        var problem = check.Audience.Content.Problems.ShouldHaveSingleItem();
        (problem.Code, problem.Field, problem.Messages).ShouldBe(("missing-variables", "city", 1));
        problem.Examples.ShouldAllBe(example => example.Email == "bea@a.example");
        check.EstimatedCompletion.ShouldNotBeNull();
        (await run.Api.GetJson($"campaigns/{campaign}")).Text("status").ShouldBe("draft");
    }

    [Fact]
    public async Task counts_as_the_sending_does()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "sue@a.example" } });
        var list = await run.Api.Import("People", ["ann@a.example,Ann", "sue@a.example,Sue", "bob@a.example,"]);
        var campaign = await Draft(list, "Hello {{first_name}}");
        var check = await Check(campaign);
        await run.Api.Command(campaign, "launch");
        await run.Work();
        var progress = await run.Api.Progress(campaign);
        (progress.Recipients, progress.Skipped, progress.Failed).ShouldBe(
            (check.Audience!.Channels[0].WouldGet, check.Audience.Channels[0].Skipped.Values.Sum(), check.Audience.Content.WouldFail));
        (progress.Recipients, progress.Skipped, progress.Failed).ShouldBe((2, 1, 1));
    }

    [Fact]
    public async Task knows_who_had_enough_of_other_campaigns()
    {
        using var changed = await run.Api.PutAsJsonAsync(
            "organisation", new { name = "Acme", approvalRequired = false, timeZone = "Etc/UTC", frequencyCap = new { messages = 1, days = 7 } });
        changed.EnsureSuccessStatusCode();
        await run.Api.Launch(["ann@a.example", "bob@a.example"], list: "First");
        await run.Work();
        var list = await run.Api.Import("Second", ["ann@a.example,Ann", "cid@a.example,Cid"]);
        var channel = (await Check(await Draft(list, "Hello"))).Audience!.Channels.Single();
        (channel.WouldGet, channel.Skipped["frequencyCap"], channel.Waiting).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task knows_which_addresses_had_enough_whoever_has_them()
    {
        using var changed = await run.Api.PutAsJsonAsync(
            "organisation", new { name = "Acme", approvalRequired = false, timeZone = "Etc/UTC", frequencyCap = new { messages = 1, days = 7 } });
        changed.EnsureSuccessStatusCode();
        await run.Api.Launch(["ann@a.example", "bob@a.example"]);
        await run.Work();
        await run.Store.Texts("update contacts set email = 'old.' || email where email is not null returning email");
        var list = await run.Api.Import("Second", ["ann@a.example,Ann", "bob@a.example,Bob"]);
        var campaign = await Draft(list, "Hello");

        var check = await Check(campaign);
        (check.Audience!.Channels.Single().WouldGet, check.Audience.Channels.Single().Skipped["frequencyCap"]).ShouldBe((0, 2));
        check.Refusal!.Code.ShouldBe("nobody-to-write-to");
        (await Refused(campaign)).Text("type").ShouldBe("/problems/nobody-to-write-to");

        await run.Api.Import("Second", ["cid@a.example,Cid"]);
        await run.Api.Command(campaign, "launch");
        await run.Work();
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(progress => progress.Sent.ShouldBe(1), progress => progress.Skipped.ShouldBe(2));
    }

    [Fact]
    public async Task knows_where_it_is_not_the_hour_for_those_who_would_be_dropped()
    {
        var now = TimeOnly.FromDateTime(run.Clock.Now.UtcDateTime);
        var open = new { from = now.AddHours(-1).ToString("HH:00", CultureInfo.InvariantCulture), to = now.AddHours(2).ToString("HH:00", CultureInfo.InvariantCulture) };
        var list = await run.Api.Import("People", ["ann@a.example,Ann,Etc/UTC", "bob@a.example,Bob,Asia/Tokyo", "cid@a.example,Cid,"], "email,first_name,time_zone");
        var campaign = await Draft(list, "Hello");
        await Window(campaign, open.from, open.to);
        var channel = (await Check(campaign)).Audience!.Channels.Single();
        (channel.WouldGet, channel.Skipped["outsideHours"]).ShouldBe((2, 1));

        await Window(campaign, now.AddHours(3).ToString("HH:00", CultureInfo.InvariantCulture), now.AddHours(4).ToString("HH:00", CultureInfo.InvariantCulture));
        (await Check(campaign)).Refusal!.Code.ShouldBe("nobody-to-write-to");
        (await Refused(campaign)).Text("type").ShouldBe("/problems/nobody-to-write-to");

        await run.Api.Command(campaign, "schedule", new { at = run.Clock.Now.AddHours(3.5) });
        var scheduled = await Check(campaign);
        (scheduled.Refusal, scheduled.Audience!.Channels.Single().WouldGet).ShouldBe((null, 2), "then it is the hour");
    }

    [Fact]
    public async Task knows_the_limit_of_a_domain()
    {
        var campaign = await Draft(await run.Api.Import("People", Enumerable.Range(0, 50).Select(i => $"p{i}@slow.example,Ada")), "Hello");
        using var changed = await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { limits = new { domainPerHour = 5 } });
        changed.EnsureSuccessStatusCode();
        var check = await Check(campaign);
        check.Audience!.Domains.ShouldBe([new DomainShare("slow.example", 1)]);
        check.EstimateBasis!.ShouldContain("slow.example takes 5 messages an hour");

        await run.Api.Command(campaign, "launch");
        await run.Work();
        while ((await run.Api.Progress(campaign)).Sent < 50)
        {
            // Up to a minute late an hour, which the next hour begins with.
            run.Clock.Now.ShouldBeLessThan(check.EstimatedCompletion!.Value.AddMinutes(20));
            await run.Pass(TimeSpan.FromMinutes(1));
        }

        run.Clock.Now.ShouldBeGreaterThan(check.EstimatedCompletion!.Value.AddMinutes(-15));
    }

    async Task Window(Guid campaign, string from, string to)
    {
        using var changed = await run.Api.PatchAsJsonAsync(
            $"campaigns/{campaign}",
            new { window = new { from, to, outside = "drop", days = new[] { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" } } });
        changed.EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task refuses_a_launch_that_would_reach_nobody_until_it_is_forced()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "sue@a.example" } });
        var campaign = await Draft(await run.Api.Import("People", ["sue@a.example,Sue"]), "Hello");

        (await Check(campaign)).Refusal.ShouldBe(new LaunchRefusal("nobody-to-write-to", (await Refused(campaign)).Text("detail"), true));
        (await run.Api.GetJson($"campaigns/{campaign}")).Text("status").ShouldBe("draft");

        await run.Api.Command(campaign, "launch?force=true");
        await run.Work();
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Failed);
    }

    [Fact]
    public async Task refuses_a_launch_of_which_most_messages_would_fail_until_it_is_forced()
    {
        var campaign = await Draft(await run.Api.Import("People", ["ann@a.example,", "bob@a.example,", "cid@a.example,Cid"]), "Hello {{first_name}}");

        var problem = await Refused(campaign);
        problem.Text("type").ShouldBe("/problems/most-would-fail");
        problem.Text("detail").ShouldStartWith("2 of 3 messages would fail. 2: there is no first_name, as with ");

        await run.Api.Command(campaign, "launch?force=true");
        await run.Work();
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(progress => progress.Sent.ShouldBe(1), progress => progress.Failed.ShouldBe(2));
    }

    [Theory, InlineData("launch?force=true"), InlineData("resume")]
    public async Task pauses_a_scheduled_one_at_its_time_and_says_why(string command)
    {
        var campaign = await Draft(await run.Api.Import("People", ["ann@a.example,", "bob@a.example,"]), "Hello {{first_name}}");
        await run.Api.Command(campaign, "schedule", new { at = run.Clock.Now.AddHours(1) });
        await run.Pass(TimeSpan.FromHours(1));

        var paused = await run.Api.GetJson($"campaigns/{campaign}");
        paused.Text("status").ShouldBe("paused");
        paused.Text("reason").ShouldStartWith("Could not start at its time: 2 of 2 messages would fail.");

        paused.Text("reason").ShouldEndWith("So does resuming it.");
        await run.Api.Command(campaign, command);
        await run.Work();
        (await run.Api.Progress(campaign)).Failed.ShouldBe(2);
    }

    [Fact]
    public async Task looks_at_some_from_all_over_a_long_list()
    {
        var list = await run.Api.Import("People", Enumerable.Range(1, 3 * Audiences.Sample).Select(i => $"p{i}@a.example,{(i <= 2 * Audiences.Sample ? "" : "Ada")}"));
        var problem = await Refused(await Draft(list, "Hello {{first_name}}"));
        var numbers = problem.Text("detail").Split(' ');
        var (failing, examined) = (int.Parse(numbers[0], CultureInfo.InvariantCulture), int.Parse(numbers[2], CultureInfo.InvariantCulture));
        examined.ShouldBeInRange(Audiences.Sample * 8 / 10, Audiences.Sample);
        ((double)failing / examined).ShouldBeInRange(0.6, 0.73, "two thirds of the list");
    }

    async Task<LaunchCheckView> Check(Guid campaign) => (await run.Api.GetFromJsonAsync<LaunchCheckView>($"campaigns/{campaign}/check", CampaignSteps.Json))!;

    async Task<System.Text.Json.JsonElement> Refused(Guid campaign)
    {
        using var refused = await run.Api.PostAsync($"campaigns/{campaign}/launch", null);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        return await refused.Json();
    }

    async Task<Guid> Draft(Guid list, string text, string channels = "email")
    {
        var template = (await run.Api.Post("templates", new { name = "Offer", subject = "An offer", text, sms = text })).GetProperty("id").GetGuid();
        return (await run.Api.Post("campaigns", new
        {
            name = "Spring", listId = list, templateId = template, channels, pace = CampaignSteps.Fast, from = new { email = "anna@sender.example" },
        })).GetProperty("id").GetGuid();
    }
}
