using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Planning;
using Campaigns.Sandbox.Faults;
using Campaigns.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Sending;

/// <summary>The numbers that somebody who is on call looks at.</summary>
[Collection("sending")]
public sealed partial class what_is_measured(PostgresFixture postgres) : IAsyncLifetime
{
    readonly SendGridVoice voice = new();
    readonly MovedClock machine = new();
    CampaignRun run = null!;
    Measured measured = null!;

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(
            await postgres.NewDatabase(),
            new Dictionary<string, string?> { ["Sending:Limits:DomainPerHour"] = "5", ["Sending:Concurrency"] = "1", ["Messaging:RetryAfter:0"] = "00:00:01" },
            services => services.AddSingleton(new MachineClock(machine)));
        measured = Measured.By(run.Host.Services);
    }

    public async Task DisposeAsync()
    {
        measured.Dispose();
        await run.DisposeAsync();
    }

    [Fact]
    public async Task of_a_campaign_is_who_got_it_and_who_did_not_what_was_recorded_and_what_had_to_wait()
    {
        run.Sandbox.Faults.Add(new Fault { Kind = FaultKind.TooLarge, Count = 1 });
        run.Gate.Before = message => Task.FromResult(message != 3); // nobody answers
        await run.Api.Launch([.. Enumerable.Range(1, 7).Select(i => $"silent.{i}@a.example"), "silent@b.example"]);
        await run.WorkOnce("planning");
        await run.WorkOnce("sending");

        measured.Counted("campaigns.handover.messages").ShouldBe(
            ["email sent 4", "email failed content 1", "email in_doubt 1"], ignoreOrder: true);
        measured.Times("campaigns.handover.duration").ShouldBe(["1"]);
        measured.Times("campaigns.provider.call.duration").ShouldBe(
            ["accepted send sendgrid 4", "refused send sendgrid content 1", "in_doubt send sendgrid 1"], ignoreOrder: true);
        measured.Counted("campaigns.limit.refusals").ShouldBe(["recipient_domain 2"]);

        var stored = await run.Store.Texts("select type || ' ' || count(*) from mt_events group by type");
        measured.Counted("campaigns.events").ShouldBe(
            stored.Where(each => !each.StartsWith("api_key", StringComparison.Ordinal) && !each.StartsWith("organisation", StringComparison.Ordinal)), ignoreOrder: true);
    }

    [Fact]
    public async Task of_campaigns_is_how_many_are_sending_and_paused_and_who_paused_them()
    {
        var pauses = async () => Measured.Lines(await measured.Shown(run.Host.Services, "campaigns.under_way"));
        (await pauses()).ShouldBe(["sending 0", "paused 0"], ignoreOrder: true);
        var first = await run.Api.Launch(["silent.1@a.example"]);
        await run.Api.Command(first, "pause");
        run.Sandbox.Faults.Add(new Fault { Kind = FaultKind.Unauthorized, Count = 1 });
        var second = await run.Api.Launch(["silent.2@a.example"], list: "Others");
        await run.Work();
        (await run.Api.Progress(second)).Status.ShouldBe(CampaignStatus.Paused);
        await run.Api.Launch(["silent.3@a.example"], list: "More");

        measured.Counted("campaigns.pauses").ShouldBe(["person campaign 1", "breaker campaign 1"], ignoreOrder: true);
        (await pauses()).ShouldBe(["sending 1", "paused 2"], ignoreOrder: true);
        measured.Counted("campaigns.handover.messages").ShouldBe(["email returned 1"]);
    }

    [Fact]
    public async Task of_webhooks_is_what_became_of_each_body()
    {
        run.Sandbox.EventWebhook = null;
        run.Provider.WebhookPublicKey = voice.PublicKey;
        var body = JsonSerializer.SerializeToUtf8Bytes(new[] { SendGridVoice.Event("delivered", Guid.NewGuid(), run.Clock.Now) });
        for (var time = 0; time < 3; time++)
        {
            (await voice.Post(run.Host.Address, CampaignRun.Tenant, body)).Dispose();
        }

        (await voice.Post(run.Host.Address, CampaignRun.Tenant, [.. body, (byte)' '], "1600112502")).Dispose();
        (await new SendGridVoice().Post(run.Host.Address, CampaignRun.Tenant, body)).Dispose();
        run.Provider.LargestWebhook = 10;
        (await voice.Post(run.Host.Address, CampaignRun.Tenant, body)).Dispose();
        using var http = new HttpClient();
        using var text = await http.PostAsync(new Uri(run.Host.Address, "/webhooks/twilio/acme/status"), new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded"));
        text.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        measured.Counted("campaigns.webhook.bodies").ShouldBe(
            ["sendgrid stored 1", "sendgrid repeated 2", "sendgrid late 1", "sendgrid refused 1", "sendgrid too_large 1", "twilio refused 1"],
            ignoreOrder: true);
    }

    [Fact]
    public async Task of_queues_is_what_waits_what_is_scheduled_what_is_dead_and_for_how_long()
    {
        await run.Send(new ForgetWebhookBodies(), run.Clock.Now.AddSeconds(10));
        (await measured.Shown(run.Host.Services, "campaigns.queue.oldest_age"))[""].ShouldBe(0, "it is not due yet");
        run.Clock.Advance(TimeSpan.FromSeconds(100));
        (await measured.Shown(run.Host.Services, "campaigns.queue.oldest_age"))[""].ShouldBe(90, 1);
        await run.Work();
        await run.Api.Launch(["silent.1@a.example"]);
        Measured.Lines(await measured.Shown(run.Host.Services, "campaigns.queue.messages")).ShouldBe(["hydrate_audience waiting 1", "look_after_import scheduled 1"], ignoreOrder: true);
        // The ids of messages are made by the clock of the machine, whatever the test's says.
        (await measured.Shown(run.Host.Services, "campaigns.queue.oldest_age"))[""].ShouldBe((run.Clock.Now - TimeProvider.System.GetUtcNow()).TotalSeconds, 60);

        await run.Work();
        var shown = await measured.Shown(run.Host.Services, "campaigns.queue.messages");
        shown.Keys.ShouldAllBe(key => key.EndsWith(" scheduled"), "nothing is due any more");
        shown.ShouldContainKeyAndValue("time_out_opens scheduled", 1);
        (await measured.Shown(run.Host.Services, "campaigns.queue.oldest_age"))[""].ShouldBe(0);

        await run.Store.Texts("""
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''No room''; end';
            create trigger refuse before insert on mt_events for each row when (new.type = 'audience_hydrated') execute function refuse();
            select 'done'
            """);
        await run.Api.Launch(["silent.2@a.example"], list: "Others");
        await run.Pass(TimeSpan.FromMinutes(1));
        await run.Pass(TimeSpan.FromMinutes(1));
        (await measured.Shown(run.Host.Services, "campaigns.queue.messages")).ShouldContainKeyAndValue("hydrate_audience dead", 1);
    }

    [Fact]
    public async Task of_a_node_is_whether_it_is_ready_and_by_how_much_its_clock_is_wrong()
    {
        var clock = run.Host.Services.GetRequiredService<NodeClock>();
        await clock.Compare(default);
        (await measured.Shown(run.Host.Services, "campaigns.node.ready"))[""].ShouldBe(1);
        (await measured.Shown(run.Host.Services, "campaigns.clock.offset"))[""].ShouldBe(0, 1);

        machine.Ahead = TimeSpan.FromMinutes(-2);
        await clock.Compare(default);
        (await measured.Shown(run.Host.Services, "campaigns.node.ready"))[""].ShouldBe(0);
        (await measured.Shown(run.Host.Services, "campaigns.clock.offset"))[""].ShouldBe(-120, 1);
    }

    /// <summary>A number from before is not shown as one of now.</summary>
    [Fact]
    public async Task of_a_database_that_does_not_answer_is_a_gap_and_a_node_that_is_not_ready()
    {
        await run.Api.Launch(["silent.1@a.example"]);
        (await measured.Shown(run.Host.Services, "campaigns.queue.messages")).ShouldNotBeEmpty();
        await run.Store.Texts("alter table wolverine_incoming_envelopes rename to aside; select 'done'");
        (await measured.Shown(run.Host.Services, "campaigns.queue.messages")).ShouldBeEmpty();
        (await measured.Shown(run.Host.Services, "campaigns.node.ready"))[""].ShouldBe(1, "it is about this table only");
        await run.Store.Texts("alter table aside rename to wolverine_incoming_envelopes; select 'done'");
        (await measured.Shown(run.Host.Services, "campaigns.queue.messages")).ShouldNotBeEmpty();
    }

    /// <summary>The table in docs/operations.md: every instrument, with its kind, its unit and its labels.</summary>
    [Fact]
    public async Task is_in_the_document_and_nothing_else_is()
    {
        await of_a_campaign_is_who_got_it_and_who_did_not_what_was_recorded_and_what_had_to_wait();
        (await new SendGridVoice().Post(run.Host.Address, CampaignRun.Tenant, new { })).Dispose();
        await run.Api.Command((await run.Api.GetJson("campaigns")).GetProperty("items")[0].GetProperty("id").GetGuid(), "pause");
        await measured.Shown(run.Host.Services, "campaigns.node.ready");

        var rows = InstrumentRow().Matches(await File.ReadAllTextAsync(Path.Combine(Document.Root, "docs/operations.md"))).ToDictionary(
            row => row.Groups["name"].Value,
            row => (Kind: row.Groups["kind"].Value, Unit: row.Groups["unit"].Value, Labels: LabelName().Matches(row.Groups["labels"].Value).Select(label => label.Groups["name"].Value).ToList()));
        rows.Keys.ShouldBe(measured.Instruments.Select(instrument => instrument.Name), ignoreOrder: true);
        foreach (var instrument in measured.Instruments)
        {
            var (kind, unit, labels) = rows[instrument.Name];
            kind.ShouldBe(KindOf(instrument), instrument.Name);
            unit.ShouldBe(instrument.Unit, instrument.Name);
            measured.LabelsOf(instrument.Name).ShouldBe(labels, ignoreOrder: true, instrument.Name);
        }
    }

    static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" => "counter",
        "Histogram" => "histogram",
        "ObservableGauge" => "gauge",
        var other => other,
    };

    /// <summary>Name, kind and unit, labels.</summary>
    [GeneratedRegex(@"^\| `(?<name>campaigns\.[a-z_.]+)` \| (?<kind>\w+), `(?<unit>[^`]+)` \|(?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex("`(?<name>(campaigns|error)[a-z_.]+)`")]
    private static partial Regex LabelName();

    sealed class MovedClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }
}
