using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;

namespace Campaigns.Server.Tests.Sending;

/// <summary>In whose name messages go out, and how what a sender sent is received over several campaigns.</summary>
[Collection("sending")]
public sealed class the_health_of_senders(PostgresFixture postgres) : IAsyncLifetime
{
    readonly SendGridVoice voice = new();
    CampaignRun run = null!;
    Guid anna, ben;

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?>
        {
            ["Sending:BounceRateBreak"] = "0.05", ["Sending:SentBeforeBreak"] = "20", ["Sending:BadBeforeBreak"] = "3",
        });
        run.Sandbox.EventWebhook = null;
        run.Provider.WebhookPublicKey = voice.PublicKey;
        (anna, ben) = (await Add("anna"), await Add("ben"));
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task is_bad_when_campaigns_too_small_to_be_stopped_are_bad_together()
    {
        var (first, second) = (await Launch("first", 15, anna), await Launch("second", 15, anna));
        await Bounce(first, 2);
        (await Sender(anna)).TryGetProperty("pausedBy", out _).ShouldBeFalse();
        await Bounce(second, 2);

        var sender = await Sender(anna);
        (sender.Text("pausedBy"), sender.Text("reason")).ShouldBe(("breaker", "4 of 30 messages bounced, over 5.0 %"));
        var health = sender.GetProperty("health");
        (health.Number("sent"), health.Number("bounced"), health.Number("complained")).ShouldBe((30, 4, 0));
        ((await run.Api.Progress(first)).Status, (await run.Api.Progress(second)).Status).ShouldBe((CampaignStatus.Sending, CampaignStatus.Sending));
        var alert = (await Alerts()).ShouldHaveSingleItem();
        (alert.CampaignId, alert.SenderId, alert.Reason).ShouldBe((null, anna, "4 of 30 messages bounced, over 5.0 %"));

        var third = await Launch("third", 20, anna, ben);
        (await run.Api.Recipients(third)).Where(recipient => recipient.Status == RecipientStatus.Sent).ShouldAllBe(recipient => recipient.SenderId == ben);
        var listed = (await run.Api.GetJson("senders")).GetProperty("items").EnumerateArray()
            .Select(each => (each.Text("name"), each.GetProperty("health").Number("sent"), each.GetProperty("health").Number("bounced")));
        listed.ShouldBe([("anna", 30, 4), ("ben", 20, 0)], ignoreOrder: true);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task counts_anew_once_a_person_has_resumed_it()
    {
        var first = await Launch("first", 30, anna);
        await Bounce(first, 3);
        (await Sender(anna)).Text("pausedBy").ShouldBe("breaker");

        var resumed = await run.Api.Post($"senders/{anna}/resume", new { });
        (resumed.GetProperty("health").Number("sent"), resumed.GetProperty("health").GetProperty("since").GetDateTimeOffset()).ShouldBe((0, run.Clock.Now.AddHours(1)));
        (await Alerts()).ShouldNotContain(alert => alert.SenderId == anna);
        await Bounce(first, 3);
        (await Sender(anna)).TryGetProperty("pausedBy", out _).ShouldBeFalse("of what was known when it was resumed");

        await run.Pass(TimeSpan.FromHours(1));
        var second = await Launch("second", 25, anna);
        await Bounce(first, 3);
        (await Sender(anna)).TryGetProperty("pausedBy", out _).ShouldBeFalse("nor of what comes later about messages from before");
        await Bounce(second, 2);
        (await Sender(anna)).TryGetProperty("pausedBy", out _).ShouldBeFalse();
        await Bounce(second, 1);
        (await Sender(anna)).Text("reason").ShouldBe("3 of 25 messages bounced, over 5.0 %");
    }

    [Fact]
    public async Task is_told_to_who_resumes_a_campaign_whose_sender_is_paused()
    {
        var campaign = await Launch("first", 30, anna, ben);
        await run.Api.Command(campaign, "pause");
        (await run.Api.Command(campaign, "resume")).TryGetProperty("pausedSenders", out _).ShouldBeFalse();
        await run.Api.Post($"senders/{anna}/pause", new { reason = "Holidays" });
        await run.Api.Command(campaign, "pause");

        var resumed = await run.Api.Command(campaign, "resume");

        resumed.Text("status").ShouldBe("sending");
        var paused = resumed.GetProperty("pausedSenders").EnumerateArray().ShouldHaveSingleItem();
        (paused.GetProperty("id").GetGuid(), paused.Text("name"), paused.Text("pausedBy"), paused.Text("reason"), paused.Text("resume"))
            .ShouldBe((anna, "anna@sender.example", "person", "Holidays", $"POST /api/v1/senders/{anna}/resume"));
        await run.Api.Post(paused.Text("resume").Split(' ')[1], new { });
        (await run.Api.Command(campaign, "resume")).TryGetProperty("pausedSenders", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task stays_good_when_one_campaign_among_good_ones_is_bad()
    {
        var good = await Launch("good", 60, anna);
        var bad = await Launch("bad", 20, anna);
        await Bounce(bad, 3);

        ((await run.Api.Progress(good)).Status, (await run.Api.Progress(bad)).Status).ShouldBe((CampaignStatus.Sending, CampaignStatus.Paused));
        (await Sender(anna)).TryGetProperty("pausedBy", out _).ShouldBeFalse();
        (await Alerts()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            alert => alert.CampaignId.ShouldBe(bad), alert => alert.SenderId.ShouldBeNull());
    }

    [Fact]
    public async Task is_of_those_in_whose_name_each_message_went_out()
    {
        var campaign = await Launch("both", 40, anna, ben);
        var addresses = run.Sandbox.Arrivals().ToDictionary(arrival => arrival.Id!, arrival => arrival.From);
        var recipients = (await run.Api.Recipients(campaign)).Where(recipient => recipient.Status == RecipientStatus.Sent).ToList();
        recipients.Count.ShouldBe(40);
        recipients.ShouldAllBe(recipient => addresses[recipient.Id.ToString("N")] == (recipient.SenderId == anna ? "anna@sender.example" : "ben@sender.example"));
        recipients.Select(recipient => recipient.SenderId).Distinct().Count().ShouldBe(2);
        var story = await run.Api.GetJson($"recipients/{recipients.First(recipient => recipient.SenderId == ben).Id}");
        story.GetProperty("story").EnumerateArray().Single(line => line.Text("event") == "batch_started").Text("what").ShouldEndWith("in the name of ben.");
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task is_of_whom_it_was_sent_for_in_the_end()
    {
        run.Gate.Before = _ => Task.FromResult(false);
        await run.Api.Post($"senders/{ben}/pause", new { });
        var campaign = await Launch("doubtful", 3, anna, ben);
        var heardOf = (await run.Api.Recipients(campaign)).First(recipient => recipient.Status == RecipientStatus.InDoubt).Id;
        await Post(SendGridVoice.Event("bounce", heardOf, run.Clock.Now));

        await run.Api.Post($"senders/{ben}/resume", new { });
        await run.Api.Post($"senders/{anna}/pause", new { });
        run.Gate.Before = _ => Task.FromResult(true);
        await run.Api.Command(campaign, "retry", new { inDoubt = true });
        await run.Pass(TimeSpan.FromDays(1));

        var recipients = await run.Api.Recipients(campaign);
        recipients.Single(recipient => recipient.Id == heardOf).SenderId.ShouldBe(anna);
        recipients.Where(recipient => recipient.Id != heardOf && recipient.SentAt is not null).ShouldAllBe(recipient => recipient.SenderId == ben);
        ((await Sender(anna)).GetProperty("health").Number("bounced"), (await Sender(ben)).GetProperty("health").Number("sent")).ShouldBe((1, 3));
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task is_kept_while_four_campaigns_of_one_sender_are_under_way_at_once()
    {
        run.Sandbox.EventWebhook = new Uri(run.Host.Address, $"/webhooks/sendgrid/{CampaignRun.Tenant}");
        run.Provider.WebhookPublicKey = run.Sandbox.WebhookPublicKey;
        var campaigns = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            campaigns.Add(await Draft($"bounce.{i}", 60, new Pace(new BatchPace(5, 5, 0, 0)), anna));
            await run.Api.Command(campaigns[^1], "launch");
        }

        while (await run.WorkOnce("planning") > 0)
        {
        }

        string[] hands = ["sending", "sending", "sending", "sending", "tracking", "tracking"];
        while ((await Task.WhenAll(hands.Select(queue => run.WorkOnce(queue, limit: 1)))).Sum() > 0)
        {
        }

        await run.Settle();
        foreach (var campaign in campaigns)
        {
            (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(
                progress => progress.Sent.ShouldBe(60), progress => progress.Bounced.ShouldBe(60));
        }

        (await run.Store.Number("select sum(sent) from sender_health")).ShouldBe(240);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    async Task<Guid> Add(string name) => (await run.Api.Post("senders", new { name, email = $"{name}@sender.example" })).GetProperty("id").GetGuid();

    Task<JsonElement> Sender(Guid id) => run.Api.GetJson($"senders/{id}");

    async Task<List<AlertView>> Alerts() =>
        (await run.Api.GetJson("alerts?open=true")).GetProperty("items").Deserialize<List<AlertView>>(CampaignSteps.Json)!;

    /// <summary>Under way, with so many sent and one left for the next day.</summary>
    async Task<Guid> Launch(string name, int sent, params Guid[] senders)
    {
        var campaign = await Draft(name, sent + 1, new Pace(Daily: new DailyPace(sent)), senders);
        await run.Api.Command(campaign, "launch");
        await run.Work();
        return campaign;
    }

    async Task<Guid> Draft(string name, int people, Pace pace, params Guid[] senders)
    {
        var list = await run.Api.Import(name, Enumerable.Range(1, people).Select(i => $"{name}.{i}@a.example,Ada"));
        return (await run.Api.Post("campaigns", new
        {
            name, listId = list, templateId = await run.Api.MakeTemplate(), from = new { email = "anna@sender.example" }, pace, senderIds = senders,
        })).GetProperty("id").GetGuid();
    }

    async Task Bounce(Guid campaign, int messages)
    {
        var sent = (await run.Api.Recipients(campaign)).Where(recipient => recipient is { Status: RecipientStatus.Sent, BouncedAt: null });
        await Post([.. sent.Take(messages).Select(recipient => SendGridVoice.Event("bounce", recipient.Id, run.Clock.Now))]);
    }

    async Task Post(params object[] events)
    {
        using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, events);
        answer.EnsureSuccessStatusCode();
        await run.Work();
    }
}
