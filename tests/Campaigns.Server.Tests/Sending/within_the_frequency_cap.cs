using Campaigns.Storage;
using System.Net.Http.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Sandbox.Faults;
using Npgsql;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class within_the_frequency_cap(PostgresFixture postgres) : IAsyncLifetime
{
    string connectionString = "";
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(connectionString = await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task of_one_nobody_gets_two_from_campaigns_that_two_nodes_send_at_the_same_time()
    {
        await Cap(new { messages = 1, days = 7 });
        await using var other = await ApiHost.Start(
            connectionString, new Dictionary<string, string?> { ["SendGrid:BaseAddress"] = run.Gate.Address.ToString(), ["SendGrid:ApiKey"] = run.Provider.ApiKey }, run.Clock);
        var small = new Pace(new BatchPace(5, 10, 0, 0));
        Guid[] campaigns = [await run.Api.Launch(People(60), small, list: "A"), await run.Api.Launch(People(60), small, list: "B")];
        while (await run.WorkOnce("planning") > 0)
        {
        }

        Workers[] nodes = [new(run.Host.Services, run.Clock), new(other.Services, run.Clock)];
        while ((await Task.WhenAll(nodes.Select(node => Task.Run(() => node.Round("sending", 1))))).Sum() > 0)
        {
        }

        await run.Settle();
        List<RecipientView> all = [.. await run.Api.Recipients(campaigns[0]), .. await run.Api.Recipients(campaigns[1])];
        all.Where(recipient => recipient.Status == RecipientStatus.Sent).Select(recipient => recipient.Email).ShouldBe(People(60), ignoreOrder: true);
        all.Count(recipient => recipient is { Status: RecipientStatus.Skipped, Reason: "frequencyCap" }).ShouldBe(60);
        run.Sandbox.Counts().Accepted.ShouldBe(60);
        (await run.Store.Number("select count(*) from permits where limit_key like 'contact:%'")).ShouldBe(60);
        (await run.Store.Number("select count(*) from permits where claim <> '00000000-0000-0000-0000-000000000000'")).ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task that_holds_people_wait_until_they_may_get_another_one()
    {
        await Cap(new { messages = 1, days = 7, hold = true });
        await run.Api.Launch(People(3), list: "A");
        await run.Work();
        run.Clock.Advance(TimeSpan.FromDays(2));
        var campaign = await run.Api.Launch([.. People(3), "new@mail.example"], list: "B");
        await run.Work();

        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(first => first.Sent.ShouldBe(1), first => first.Queued.ShouldBe(3));
        var hold = (await run.Api.GetJson($"campaigns/{campaign}/why")).GetProperty("holds").EnumerateArray().Single(each => each.Text("kind") == "deferral");
        (hold.Text("reason"), hold.Number("recipients")).ShouldBe(("a contact or address gets at most 1 messages in 7 days", 3));
        var waiting = (await run.Api.Recipients(campaign)).First(recipient => recipient.Status == RecipientStatus.Queued);
        (await run.Api.GetJson($"recipients/{waiting.Id}")).GetProperty("story").EnumerateArray().Last().Text("what")
            .ShouldMatch("^Put off until 2037-03-08 12:.*: a contact or address gets at most 1 messages in 7 days.$");

        await run.Pass(TimeSpan.FromDays(5) - TimeSpan.FromMinutes(1));
        (await run.Api.Progress(campaign)).Sent.ShouldBe(1);
        await run.Pass(TimeSpan.FromMinutes(1) + (TimeSpan.FromDays(7) / 1000));
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(done => done.Sent.ShouldBe(4), done => done.Status.ShouldBe(CampaignStatus.Completed));
    }

    [Fact]
    public async Task that_a_campaign_ignores_neither_holds_it_nor_counts_it()
    {
        await Cap(new { messages = 1, days = 7 });
        var draft = await run.Api.Post("campaigns", new
        {
            name = "Invoices", listId = await run.Api.Import("A", People(3).Select(address => $"{address},Ada")), templateId = await run.Api.MakeTemplate(),
            from = new { email = "anna@sender.example" }, pace = CampaignSteps.Fast, ignoresFrequencyCap = true,
        });
        var copy = await run.Api.Command(draft.GetProperty("id").GetGuid(), "duplicate");
        copy.GetProperty("ignoresFrequencyCap").GetBoolean().ShouldBeTrue();
        await run.Api.Command(draft.GetProperty("id").GetGuid(), "launch");
        await run.Work();
        var capped = await run.Api.Launch(People(3), list: "B");
        await run.Work();
        await run.Api.Command(copy.GetProperty("id").GetGuid(), "launch");
        await run.Work();

        (await run.Api.Progress(capped)).Sent.ShouldBe(3, "the one before counts for nothing");
        (await run.Api.Progress(copy.GetProperty("id").GetGuid())).Sent.ShouldBe(3);
    }

    [Fact]
    public async Task a_message_in_doubt_counts_and_one_that_was_refused_does_not_when_they_are_tried_again()
    {
        await Cap(new { messages = 1, days = 7 });
        run.Gate.Before = message => Task.FromResult(message != 1); // the first is in doubt
        run.Sandbox.Faults.Add(new Fault { Kind = FaultKind.TooLarge, Count = 1 });
        var campaign = await run.Api.Launch(People(3), list: "A");
        await run.Work();
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(
            first => first.InDoubt.ShouldBe(1), first => first.Failed.ShouldBe(1), first => first.Sent.ShouldBe(1));

        await run.Api.Command(campaign, "retry", new { failed = "all", inDoubt = true });
        await run.Work();
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(again => again.Sent.ShouldBe(2), again => again.Skipped.ShouldBe(1));
        var skipped = (await run.Api.Recipients(campaign)).Single(recipient => recipient.Status == RecipientStatus.Skipped);
        (await run.Api.GetJson($"recipients/{skipped.Id}")).Text("now")
            .ShouldBe("Gets nothing: other messages to the contact had used up the organisation's frequency cap.");
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task a_commit_takes_no_more_locks_for_a_thousand_contacts_than_they_share()
    {
        await using var connection = await run.Store.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var take = new NpgsqlCommand("""
            select take_permits(gen_random_uuid(), array_agg('contact:acme:' || i), array_agg(1), array_agg(1), array_agg(interval '7 days'), '1 hour', now())
            from generate_series(1, 1000) i
            """, connection, transaction);
        await take.ExecuteNonQueryAsync();
        await using var locks = new NpgsqlCommand("select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()", connection, transaction);
        ((long)(await locks.ExecuteScalarAsync())!).ShouldBeInRange(1, 512);
    }

    [Fact]
    public async Task that_makes_no_sense_is_refused()
    {
        using var refused = await run.Api.PutAsJsonAsync("organisation", new { name = "Acme", approvalRequired = false, timeZone = "Europe/Zurich", frequencyCap = new { messages = 1 } });
        (await refused.Json()).Text("type").ShouldBe("/problems/frequency-cap-invalid");
    }

    async Task Cap(object frequencyCap) =>
        (await run.Api.PutAsJsonAsync("organisation", new { name = "Acme", approvalRequired = false, timeZone = "Europe/Zurich", frequencyCap })).EnsureSuccessStatusCode();

    static IEnumerable<string> People(int count) => Enumerable.Range(0, count).Select(i => $"deliver.{i}@mail.example");
}
