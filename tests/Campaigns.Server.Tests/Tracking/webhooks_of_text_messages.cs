using System.Net;
using Campaigns.Insight;
using Campaigns.Server.Tests.Sending;
using Campaigns.Tracking;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Tracking;

[Collection("sending")]
public sealed class webhooks_of_text_messages(PostgresFixture postgres) : IAsyncLifetime
{
    const string Public = "https://hooks.example.com/campaigns";
    const string Phone = "+41791234567";

    CampaignRun run = null!;
    TwilioVoice twilio = null!;
    RecipientView recipient = null!;

    public async Task InitializeAsync()
    {
        var settings = TwilioVoice.Settings(Public);
        settings["Twilio:HelpText"] = "Acme & sons: call +41441234567.";
        run = await CampaignRun.Start(await postgres.NewDatabase(), settings);
        run.Sandbox.EventWebhook = null;
        twilio = new TwilioVoice(run.Host.Address, Public);
        var campaign = await run.Api.Launch(["silent@a.example"]);
        await run.Work();
        recipient = (await run.Api.Recipients(campaign)).Single();
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task forged_ones_are_refused_and_not_kept()
    {
        var forger = new TwilioVoice(run.Host.Address, Public, "guessed");
        using var status = await forger.Status(recipient.Id, "SM1", "delivered");
        using var message = await forger.Message(Phone, "STOP");
        using var elsewhere = await new TwilioVoice(run.Host.Address, run.Host.Address.ToString().TrimEnd('/')).Status(recipient.Id, "SM1", "delivered");
        using var http = new HttpClient();
        using var unsigned = await http.PostAsync(new Uri(run.Host.Address, "/webhooks/twilio/acme/status"), new FormUrlEncodedContent([]));

        foreach (var answer in new[] { status, message, elsewhere, unsigned })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.Json()).Text("type").ShouldBe("/problems/signature-invalid");
        }

        (await run.Store.Number("select count(*) from webhook_bodies")).ShouldBe(0);
    }

    [Fact]
    public async Task statuses_count_once_and_nothing_after_the_end_whatever_their_order()
    {
        foreach (var status in new[] { "sent", "delivered", "sending", "undelivered", "delivered", "queued" })
        {
            run.Clock.Advance(TimeSpan.FromMilliseconds(1));
            using var answer = await twilio.Status(recipient.Id, "SM1", status, errorCode: status == "undelivered" ? 30005 : null);
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
            (await answer.Content.ReadAsStringAsync()).ShouldBeEmpty();
        }

        await run.Work();
        (await Recorded()).ShouldBe(["message_delivered"]);
        (await run.Store.Number("select sum(duplicates + repeats) from webhook_bodies")).ShouldBe(2);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task a_number_that_is_none_is_not_written_to_again()
    {
        using var answer = await twilio.Status(recipient.Id, "SM1", "undelivered", Phone, 30005);
        await run.Work();

        (await Recorded()).ShouldBe(["message_undelivered"]);
        (await Suppressed()).ShouldBe([$"{Phone} InvalidAddress"]);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task a_number_that_says_stop_gets_nothing_until_it_says_start()
    {
        foreach (var (body, suppressed) in new[] { ("stop please", 1), ("Stop", 1), ("hello?", 1), ("START", 0), ("start", 0) })
        {
            using var answer = await twilio.Message(Phone, body);
            (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, "text/xml"));
            (await answer.Content.ReadAsStringAsync()).ShouldBe("<Response />");
            await run.Work();
            (await Suppressed()).Count.ShouldBe(suppressed, body);
        }

        (await run.Store.Number("select count(*) from mt_events where type like 'address_%'")).ShouldBe(2);
    }

    [Fact]
    public async Task start_undoes_nothing_but_stop()
    {
        using var undelivered = await twilio.Status(recipient.Id, "SM1", "undelivered", Phone, 30005);
        await run.Work();
        using var start = await twilio.Message(Phone, "START");
        await run.Work();
        (await Suppressed()).ShouldBe([$"{Phone} InvalidAddress"]);
    }

    [Fact]
    public async Task start_undoes_nothing_that_a_person_said_after_stop()
    {
        using var stop = await twilio.Message(Phone, "STOP");
        await run.Work();
        await run.Api.Post("suppressions", new { addresses = new[] { Phone } });
        using var start = await twilio.Message(Phone, "YES");
        await run.Work();
        using var again = await twilio.Message(Phone, "STOP");
        await run.Work();

        (await Suppressed()).ShouldBe([$"{Phone} Manual"]);
        (await run.Store.Number("select count(*) from mt_events where type like 'address_%'")).ShouldBe(2);
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task stop_and_start_in_one_round_hold_in_their_order()
    {
        foreach (var body in new[] { "STOP", "START", "STOP" })
        {
            run.Clock.Advance(TimeSpan.FromMilliseconds(1));
            using var answer = await twilio.Message(Phone, body);
        }

        // As workers take them: those that wait, in one commit, in whatever order they come.
        var waiting = (await run.Store.Texts("select id::text from webhook_bodies order by random()")).Select(id => new RecordFacts(Guid.Parse(id)));
        await using (var session = run.Store.LightweightSession(CampaignRun.Tenant))
        {
            await RecordFactsTogether.Handle([.. waiting], session, run.Host.Services.GetRequiredService<FactRecorder>(), default);
            await session.SaveChangesAsync();
        }

        (await Suppressed()).ShouldBe([$"{Phone} Unsubscribed"]);
    }

    [Fact]
    public async Task a_call_for_help_is_answered()
    {
        using var answer = await twilio.Message(Phone, "help");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("<Response><Message>Acme &amp; sons: call +41441234567.</Message></Response>");
        using var answered = await twilio.Post(
            "/webhooks/twilio/acme/inbound", new() { ["MessageSid"] = "SM1", ["From"] = Phone, ["Body"] = "help", ["OptOutType"] = "HELP" });
        (await answered.Content.ReadAsStringAsync()).ShouldBe("<Response />", "Twilio did it");
    }

    [Fact]
    public async Task too_large_a_body_is_refused()
    {
        using var answer = await twilio.Post("/webhooks/twilio/acme/inbound", new() { ["Body"] = new string('x', 300_000) });
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task what_makes_no_sense_is_kept_and_holds_up_nothing()
    {
        using var empty = await twilio.Post("/webhooks/twilio/acme/status", []);
        using var stranger = await twilio.Status(Guid.NewGuid(), "SM1", "delivered");
        using var zero = await twilio.Post("/webhooks/twilio/acme/inbound", new() { ["MessageSid"] = "SM2", ["From"] = "Acme\0", ["Body"] = "\0\ufffd" });
        await run.Work();

        (await run.Store.Number("select count(*) from webhook_bodies where processed_at is not null")).ShouldBe(3);
        (await run.Store.Number("select sum(malformed) from webhook_bodies")).ShouldBe(1);
        (await run.Store.Number("select sum(unmatched) from webhook_bodies")).ShouldBe(2);
        (await run.Host.Services.Waiting("tracking")).ShouldBe(0);
    }

    Task<List<string>> Suppressed() => run.Store.Texts("select address || ' ' || reason from suppressions order by address");

    /// <summary>What the stream holds behind the sending.</summary>
    Task<List<string>> Recorded() => run.Store.Texts(
        $"select type from mt_events where stream_id = '{recipient.Id}' and type not in ('recipient_queued', 'message_sent') order by version");
}
