using Campaigns.Storage;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Campaigns.Providers.SendGrid;
using Campaigns.Insight;
using Campaigns.Server.Tests.Sending;
using Campaigns.Tests;
using Campaigns.Tracking;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Campaigns.Server.Tests.Tracking;

/// <summary>Repeated, in disorder, broken, forged: SendGrid's events as its users report them.</summary>
[Collection("sending")]
public sealed class webhooks_as_they_come(PostgresFixture postgres, ITestOutputHelper output) : IAsyncLifetime
{
    readonly SendGridVoice voice = new();
    CampaignRun run = null!;
    List<RecipientView> recipients = [];

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase());
        run.Sandbox.EventWebhook = null;
        run.Provider.WebhookPublicKey = voice.PublicKey;
        var campaign = await run.Api.Launch(Enumerable.Range(1, 20).Select(i => $"silent.{i}@a.example"));
        await run.Work();
        recipients = await run.Api.Recipients(campaign);
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task forged_ones_are_refused_and_not_kept()
    {
        var @event = SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now);
        using var stranger = await new SendGridVoice().Post(run.Host.Address, CampaignRun.Tenant, @event);
        using var http = new HttpClient();
        using var unsigned = await http.PostAsync(new Uri(run.Host.Address, "/webhooks/sendgrid/acme"), new StringContent("[]", Encoding.UTF8, "application/json"));

        stranger.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        unsigned.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await stranger.Json()).Text("type").ShouldBe("/problems/signature-invalid");
        (await run.Store.Number("select count(*) from webhook_bodies")).ShouldBe(0);
    }

    [Fact]
    public async Task about_somebody_who_is_queued_again_wait_for_the_batch_that_takes_him()
    {
        var (id, campaign) = (recipients[0].Id, await run.Store.Number("select count(*) from campaign_progress"));
        campaign.ShouldBe(1);
        await run.Store.Texts($"update recipients set status = 'queued' where id = '{id}' returning status"); // was returned, for certain not sent
        await run.Store.Texts("update campaign_progress set queued = 1, sent = sent - 1 returning 'queued'");
        await Post(SendGridVoice.Event("delivered", id, run.Clock.Now));

        // A batch that takes him, in the middle of its commit.
        Task work;
        await using (var batch = await run.Store.Database.OpenConnectionAsync())
        {
            await using var transaction = await batch.BeginTransactionAsync();
            foreach (var statement in new[]
            {
                "select 1 from mt_streams where type = 'campaign' for update",
                $"update recipients set status = 'sending', batch = 9 where id = '{id}'",
                "update campaign_progress set queued = 0, sending = 1",
            })
            {
                await using var command = new Npgsql.NpgsqlCommand(statement, batch);
                await command.ExecuteNonQueryAsync();
            }

            work = run.Work();
            while (await run.Store.Number("select count(*) from pg_locks where not granted") == 0)
            {
                work.IsCompleted.ShouldBeFalse();
                await Task.Yield();
            }

            await transaction.CommitAsync();
        }

        await work;
        (await run.Store.Texts($"select status from recipients where id = '{id}'")).ShouldBe(["sent"]);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task repeats_are_recorded_once_also_under_new_ids()
    {
        var first = SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now, "one");
        var renamed = SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now, "two");
        var sameName = SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now.AddSeconds(1), "two");

        await Post(first, first, renamed);
        await run.Work();
        await Post(first);
        await Post(renamed);
        await Post(sameName);
        await run.Work();

        (await Recorded(recipients[0])).ShouldBe(["message_delivered"]);
        (await run.Store.Number("select sum(duplicates) from webhook_bodies")).ShouldBe(5);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task as_they_came_before_are_counted_and_not_stored_again()
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new[] { SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now) });
        foreach (var same in Enumerable.Range(0, 3))
        {
            using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, body);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            await run.Work(); // under way or read: it makes no difference
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, [.. body, (byte)' ']); // all at once
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }));
        await run.Work();

        var listed = (await run.Api.GetJson("webhook-bodies")).GetProperty("items").EnumerateArray().ToList();
        listed.Select(each => each.GetProperty("repeats").GetInt32()).ShouldBe([2, 7], ignoreOrder: true); // one moment by the test's clock
        (await Recorded(recipients[0])).ShouldBe(["message_delivered"]);
    }

    [Theory]
    [InlineData("-90001")]
    [InlineData("90001")]
    [InlineData("1600112502")]
    [InlineData("soon")]
    [InlineData("-5")]
    public async Task that_were_signed_long_before_or_after_are_kept_apart_until_somebody_has_them_read(string moment)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var timestamp = moment.TrimStart('-') == "90001" ? $"{now + int.Parse(moment, null)}" : moment;
        var body = JsonSerializer.SerializeToUtf8Bytes(new[] { SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now) });

        using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, body, timestamp);
        await run.Work();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK, "or SendGrid would repeat it for a day");
        (await Recorded(recipients[0])).ShouldBeEmpty();
        (await run.Api.GetJson("webhook-bodies?late=false")).GetProperty("items").GetArrayLength().ShouldBe(0);
        var late = (await run.Api.GetJson("webhook-bodies?late=true")).GetProperty("items").EnumerateArray().Single();
        (late.GetProperty("late").GetBoolean(), late.TryGetProperty("processedAt", out _)).ShouldBe((true, false));

        await run.Api.Post($"webhook-bodies/{late.Text("id")}/replay", new { });
        await run.Work();
        (await Recorded(recipients[0])).ShouldBe(["message_delivered"]);
    }

    [Fact]
    public async Task that_come_within_the_tolerance_are_read_as_they_come()
    {
        run.Provider.WebhookTolerance = TimeSpan.FromMinutes(5);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        foreach (var (person, seconds) in new[] { (0, -240), (1, 240), (2, -3600) })
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new[] { SendGridVoice.Event("delivered", recipients[person].Id, run.Clock.Now) });
            using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, body, $"{now + seconds}");
        }

        await run.Work();

        (await Recorded(recipients[0])).ShouldBe(["message_delivered"]);
        (await Recorded(recipients[1])).ShouldBe(["message_delivered"]);
        (await Recorded(recipients[2])).ShouldBeEmpty();
    }

    [Fact]
    public async Task in_reversed_order_they_say_the_same()
    {
        var (id, now) = (recipients[0].Id, run.Clock.Now);
        await Post(SendGridVoice.Event("click", id, now.AddSeconds(4)));
        await Post(SendGridVoice.Event("open", id, now.AddSeconds(3)));
        await Post(SendGridVoice.Event("delivered", id, now.AddSeconds(2)), SendGridVoice.Event("processed", id, now.AddSeconds(1)));
        await run.Work();

        var recipient = (await run.Api.Recipients(await Campaign())).Single(row => row.Id == id);
        (recipient.DeliveredAt, recipient.OpenedAt, recipient.ClickedAt).ShouldBe((now.AddSeconds(2), now.AddSeconds(3), now.AddSeconds(4)));
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task about_people_nobody_knows_they_are_counted_and_ignored()
    {
        var events = await run.Store.Number("select count(*) from mt_events");
        await Post(SendGridVoice.Event("delivered", Guid.NewGuid(), run.Clock.Now), new { @event = "delivered", timestamp = 1, email = "x@a.example" });
        using var other = await voice.Post(run.Host.Address, "another", SendGridVoice.Event("bounce", recipients[0].Id, run.Clock.Now));
        other.EnsureSuccessStatusCode();
        await run.Work();

        (await run.Store.Number("select count(*) from mt_events")).ShouldBe(events);
        (await run.Store.Number("select sum(unmatched) from webhook_bodies")).ShouldBe(3);
    }

    [Theory]
    [InlineData("spamreport", "Complaint", null), InlineData("spamreport", "Complaint", "Another.Spelling@a.example")]
    [InlineData("unsubscribe", "Unsubscribed", null), InlineData("group_unsubscribe", "Unsubscribed", "")]
    [InlineData("bounce", "InvalidAddress", null)]
    public async Task suppress_the_address_of_the_contact_whose_message_they_name_however_they_spell_it(string kind, string reason, string? email)
    {
        var recipient = recipients[3];
        var said = SendGridVoice.Event(kind, recipient.Id, run.Clock.Now);
        (said["type"], said["bounce_classification"]) = ("bounce", "Invalid Address");
        if (email is null)
        {
            said.Remove("email");
        }
        else
        {
            said["email"] = email;
        }

        await Post(said);
        await run.Work();

        (await run.Store.Texts($"select reason || ' ' || source from suppressions where address = '{recipient.Email}'")).ShouldBe([$"{reason} recipient {recipient.Id}"]);
        var next = await run.Api.Launch([recipient.Email!, "silent.99@a.example"], list: "Next");
        await run.Work();
        (await run.Api.Recipients(next)).Single(each => each.Email == recipient.Email).Reason.ShouldBe("suppressed");
    }

    [Theory]
    [InlineData("spamreport", "Complaint", true), InlineData("unsubscribe", "Unsubscribed", true), InlineData("bounce", "InvalidAddress", false)]
    public async Task suppress_where_the_message_went_and_for_what_people_want_where_they_moved_to(string kind, string reason, bool isWish)
    {
        var recipient = recipients[3];
        run.Clock.Advance(TimeSpan.FromDays(1));
        using var moved = await run.Api.PatchAsJsonAsync($"contacts/{recipient.ContactId}", new { email = "moved@b.example" });
        moved.EnsureSuccessStatusCode();
        var said = SendGridVoice.Event(kind, recipient.Id, run.Clock.Now);
        (said["type"], said["bounce_classification"]) = ("bounce", "Invalid Address");
        said.Remove("email");
        await Post(said);
        await run.Work();

        (await run.Store.Texts("select address || ' ' || reason from suppressions")).ShouldBe(
            isWish ? [$"{recipient.Email} {reason}", $"moved@b.example {reason}"] : [$"{recipient.Email} {reason}"], ignoreOrder: true);
    }

    [Fact]
    public async Task suppress_nobody_elses_address_for_an_address_that_came_to_nothing()
    {
        var recipient = recipients[3];
        var said = SendGridVoice.Event("bounce", recipient.Id, run.Clock.Now); // of the address that the contact had then
        (said["type"], said["bounce_classification"], said["email"]) = ("bounce", "Invalid Address", "former@a.example");
        await Post(said);
        await run.Work();
        (await run.Store.Texts("select address from suppressions")).ShouldBe(["former@a.example"]);
    }

    [Fact]
    public async Task take_back_what_the_same_group_said_and_nothing_else()
    {
        var (byGroup, byLink, byTwo) = (recipients[0], recipients[1], recipients[2]);
        Dictionary<string, object> Said(string kind, RecipientView recipient, int group, int second) =>
            new(SendGridVoice.Event(kind, recipient.Id, run.Clock.Now.AddSeconds(second))) { ["email"] = recipient.Email!, ["asm_group_id"] = group };

        await Post(Said("group_unsubscribe", byGroup, 7, 0), Said("group_unsubscribe", byLink, 7, 0), Said("group_unsubscribe", byTwo, 7, 0));
        await Post(
            SendGridVoice.Event("unsubscribe", byLink.Id, run.Clock.Now.AddSeconds(1)), Said("group_unsubscribe", byTwo, 8, 1));
        await run.Work();
        await Post(Said("group_resubscribe", byGroup, 8, 2));
        await run.Work();
        (await run.Store.Number("select count(*) from suppressions where address like 'silent.%'")).ShouldBe(3, "another group's word");

        await Post(Said("group_resubscribe", byGroup, 7, 3), Said("group_resubscribe", byLink, 7, 3), Said("group_resubscribe", byTwo, 7, 3));
        await run.Work();

        (await run.Store.Texts("select address from suppressions where address like 'silent.%' order by 1"))
            .ShouldBe(new[] { byLink.Email!, byTwo.Email! }.Order(StringComparer.Ordinal));
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task take_nothing_back_that_was_said_after_them_however_late_they_come()
    {
        var (once, again, twice) = (recipients[0], recipients[1], recipients[2]);
        Dictionary<string, object> Said(string kind, RecipientView recipient, int second, int group = 7) =>
            new(SendGridVoice.Event(kind, recipient.Id, run.Clock.Now.AddSeconds(second))) { ["email"] = recipient.Email!, ["asm_group_id"] = group };

        await Post(Said("group_unsubscribe", once, -60), Said("group_unsubscribe", again, -3000), Said("group_unsubscribe", twice, -60, 1), Said("group_unsubscribe", twice, -60, 2));
        await run.Work();
        var since = await run.Store.Texts("select since::text || source from suppressions where address like 'silent.%' order by address");
        await Post(Said("group_unsubscribe", again, -60));
        await run.Work();
        (await run.Store.Texts("select since::text || source from suppressions where address like 'silent.%' order by address")).ShouldBe(since, "of a wish said again the first counts");

        await Post(Said("group_resubscribe", once, -3600), Said("group_resubscribe", again, -1800), Said("group_resubscribe", twice, 0, 1));
        await run.Work();
        (await run.Store.Number("select count(*) from suppressions where address like 'silent.%'")).ShouldBe(3);
        await run.Host.Services.ShouldSurviveARebuild();

        await Post(Said("group_resubscribe", once, -30), Said("group_resubscribe", again, -30));
        await run.Work();
        (await run.Store.Texts("select address from suppressions where address like 'silent.%'")).ShouldBe([twice.Email!]);
    }

    [Fact]
    public async Task suppress_an_address_that_they_name_also_where_they_name_no_message()
    {
        var recipient = recipients[0].Id;
        object Without(string kind, string email, string type = "bounce") => new { @event = kind, email, type, timestamp = run.Clock.Now.ToUnixTimeSeconds(), sg_event_id = Guid.NewGuid() };
        await Post(
            Without("spamreport", "complainer@a.example"), Without("unsubscribe", "leaver@a.example"), Without("bounce", "nobody@a.example"),
            Without("spamreport", "complainer@a.example"), Without("bounce", "blocked@a.example", "blocked"), Without("delivered", "reader@a.example"),
            SendGridVoice.Event("spamreport", Guid.NewGuid(), run.Clock.Now)); // a message that is not this organisation's
        await run.Work();

        (await run.Store.Texts("select address || ' ' || reason || ' ' || source from suppressions order by address")).ShouldBe(
            ["complainer@a.example Complaint webhook", "leaver@a.example Unsubscribed webhook", "nobody@a.example InvalidAddress webhook"]);
        (await run.Store.Texts("select recorded || ' ' || duplicates || ' ' || unmatched from webhook_bodies")).ShouldBe(["3 1 3"]);
    }

    [Fact]
    public async Task are_there_to_be_looked_at_and_read_again()
    {
        var unknown = Guid.NewGuid();
        await Post(SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now), SendGridVoice.Event("delivered", unknown, run.Clock.Now));
        await run.Pass(TimeSpan.FromSeconds(1));
        await Post(SendGridVoice.Event("open", recipients[0].Id, run.Clock.Now));

        var latest = await run.Api.GetJson("webhook-bodies?limit=1");
        var earlier = await run.Api.GetJson($"webhook-bodies?cursor={latest.Text("next")}");
        latest.GetProperty("items")[0].TryGetProperty("processedAt", out _).ShouldBeFalse("it waits");
        var body = earlier.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        (body.Number("recorded"), body.Number("unmatched"), body.Text("provider")).ShouldBe((1, 1, "sendgrid"));
        var raw = await run.Api.GetByteArrayAsync($"webhook-bodies/{body.Text("id")}");
        raw.Length.ShouldBe((int)body.Number("size"));
        JsonSerializer.Deserialize<JsonElement>(raw)[1].Text("ob_mid").ShouldBe(unknown.ToString("N"));

        await run.Store.RenameRecipient(recipients[1].Id, unknown); // whom nobody knew, somebody knows now
        using var replay = await run.Api.PostAsync($"webhook-bodies/{body.Text("id")}/replay", null);
        replay.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await run.Work();

        (await run.Store.Texts("select recorded || ' ' || duplicates || ' ' || unmatched from webhook_bodies order by id")).ShouldBe(["1 1 0", "1 0 0"]);
        (await Recorded(recipients[0])).ShouldBe(["message_delivered", "message_opened"]);
    }

    [Fact]
    public async Task are_no_business_of_another_organisation()
    {
        await Post(SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now));
        var id = (await run.Store.Texts("select id::text from webhook_bodies")).Single();
        using var other = await run.Host.Client("other");
        using var read = await other.GetAsync($"webhook-bodies/{id}");
        using var replayed = await other.PostAsync($"webhook-bodies/{id}/replay", null);
        (read.StatusCode, replayed.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
        (await other.GetJson("webhook-bodies")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task are_forgotten_after_their_time_unless_they_still_wait_to_be_read()
    {
        await Post(SendGridVoice.Event("delivered", recipients[0].Id, run.Clock.Now));
        await run.Work();
        await Forget(after: TimeSpan.FromDays(29));
        (await run.Store.Number("select count(*) from webhook_bodies")).ShouldBe(1);
        await Post(SendGridVoice.Event("open", recipients[0].Id, run.Clock.Now));
        await Forget(after: TimeSpan.FromDays(31));
        (await run.Store.Texts("select recorded::text from webhook_bodies")).ShouldBe(["1"], "the one that was read is gone, the one that waited is not");

        // Before what waits is worked on, as the queues may come.
        async Task Forget(TimeSpan after)
        {
            run.Clock.Advance(after);
            await run.Send(new ForgetWebhookBodies());
            await run.WorkOnce("housekeeping");
            await run.Work();
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("[]")]
    [InlineData("\"event\"")]
    [InlineData("{}")]
    [InlineData("""{"event":"delivered","timestamp":"soon"}""")]
    [InlineData("""{"event":{"delivered":true},"timestamp":1}""")]
    [InlineData("""{"event":"delivered","timestamp":1e400,"ob_mid":{}}""")]
    [InlineData("""{"event":"delivered","timestamp":1,"email":"\u0000\ud800","ob_mid":"\ud800","sg_event_id":"\udfff"}""")]
    [InlineData("""{"\ud800":1,"event":"delivered","timestamp":1,"ob_mid":"x"}""")]
    [InlineData("""{"event":"\ud800","timestamp":1,"url_offset":{"\udfff":1}}""")]
    [InlineData("""{"event":"toString","timestamp":-1}""")]
    public async Task malformed_entries_do_not_spoil_the_good_ones_beside_them(string malformed)
    {
        var good = SendGridVoice.Event("bounce", recipients[0].Id, run.Clock.Now);
        good["reason"] = "550 \0 no such user \ud800";
        var body = $"[{malformed},{JsonSerializer.Serialize(good).Replace("\\uFFFD", "\\ud800", StringComparison.Ordinal)},{malformed}]";

        using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, Encoding.UTF8.GetBytes(body));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await run.Work();

        (await Recorded(recipients[0])).ShouldBe(["message_bounced"]);
        (await run.Host.Services.Waiting("tracking")).ShouldBe(0);
    }

    [Fact]
    public async Task unreadable_bodies_are_kept_and_hold_up_nothing()
    {
        byte[][] bodies =
        [
            [], "["u8.ToArray(), "[{\"event\":\"deliv"u8.ToArray(), "<html>"u8.ToArray(), [0xff, 0xfe, 0x00, 0xd8], [0xEF, 0xBB, 0xBF, (byte)'[', (byte)']'],
            Encoding.Unicode.GetBytes("[{\"event\":\"open\"}]"), Encoding.Latin1.GetBytes("[{\"event\":\"\u00e9\",\"timestamp\":1}]"),
            Encoding.UTF8.GetBytes(new string('[', 100_000)), Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 5000))),
            Encoding.UTF8.GetBytes($"[{{\"event\":\"click\",\"timestamp\":1,\"url\":\"{new string('x', 3_000_000)}\"}}]"),
        ];
        foreach (var body in bodies)
        {
            using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, body);
            ((int)answer.StatusCode).ShouldBeLessThan(500);
        }

        await run.Work();

        (await run.Store.Number("select count(*) from webhook_bodies")).ShouldBe(bodies.Length);
        (await run.Store.Number("select count(*) from webhook_bodies where processed_at is null")).ShouldBe(0);
        (await run.Host.Services.Waiting("tracking")).ShouldBe(0);
    }

    [Fact]
    public async Task noise_in_one_event_neither_stops_anything_nor_loses_the_others()
    {
        var random = new Random(Seed.Of(output));
        for (var round = 0; round < 3; round++)
        {
            foreach (var recipient in recipients)
            {
                var good = JsonSerializer.SerializeToUtf8Bytes(SendGridVoice.Event("delivered", recipient.Id, run.Clock.Now.AddSeconds(round)));
                var spoilt = Mutation.Of(JsonSerializer.SerializeToUtf8Bytes(SendGridVoice.Event("click", Guid.NewGuid(), run.Clock.Now)), random);
                byte[][] both = random.Next(2) == 0 ? [good, spoilt] : [spoilt, good];
                using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, [.. "["u8, .. both[0], .. ",\r\n"u8, .. both[1], .. "]\r\n"u8]);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            }
        }

        await run.Work();

        foreach (var recipient in recipients)
        {
            (await Recorded(recipient)).ShouldBe(["message_delivered", "message_delivered", "message_delivered"]);
        }

        (await run.Host.Services.Waiting("tracking")).ShouldBe(0);
    }

    [Fact]
    public async Task five_thousand_in_one_post_are_recorded_but_for_the_bad_ones()
    {
        var events = Enumerable.Range(0, 5000).Select(i => i % 1000 == 999
            ? "{\"event\":\"open\",\"timestamp\":" + new string('[', 10_000)
            : JsonSerializer.Serialize(SendGridVoice.Event("open", recipients[i % recipients.Count].Id, run.Clock.Now.AddSeconds(i))));
        using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, Encoding.UTF8.GetBytes($"[{string.Join(",\r\n", events)}]\r\n"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await run.Work();

        (await run.Store.Texts("select recorded || ' ' || malformed from webhook_bodies")).ShouldBe(["4995 5"]);
        (await run.Store.Number("select count(*) from mt_events where type = 'message_opened'")).ShouldBe(4995);
    }

    [Fact]
    public async Task large_ones_are_recorded_a_few_in_a_commit_and_the_others_come_again()
    {
        foreach (var (megabytes, index) in new[] { 5, 2, 1, 2 }.Select((size, index) => (size, index)))
        {
            var @event = SendGridVoice.Event("open", recipients[index].Id, run.Clock.Now);
            @event["useragent"] = new string('x', megabytes * 1_000_000);
            await Post(@event);
            run.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        List<RecordFacts> waiting = [.. (await run.Store.Texts("select id::text from webhook_bodies order by id")).Select(id => new RecordFacts(Guid.Parse(id)))];
        foreach (var (recorded, left) in new[] { (1, 3), (3, 1), (4, 0) })
        {
            // As workers take them: all that wait, in one commit.
            await using var session = run.Store.LightweightSession(CampaignRun.Tenant);
            var outgoing = await RecordFactsTogether.Handle([.. waiting], session, run.Host.Services.GetRequiredService<FactRecorder>(), default);
            await session.SaveChangesAsync();
            waiting = [.. outgoing.OfType<RecordFacts>()];
            (await run.Store.Number("select count(*) from webhook_bodies where recorded = 1")).ShouldBe(recorded);
            waiting.Count.ShouldBe(left);
        }

        (await run.Store.Number("select count(*) from mt_events where type = 'message_opened'")).ShouldBe(4);
    }

    [Fact]
    public async Task too_large_a_body_is_refused_before_it_is_read()
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(run.Host.Address, "/webhooks/sendgrid/acme"))
        {
            Content = new ByteArrayContent(new byte[run.Provider.LargestWebhook + 1]),
            Headers = { ExpectContinue = true },
        };
        request.Headers.TryAddWithoutValidation(SendGridSignature.SignatureHeader, "MEUCIQ==");
        request.Headers.TryAddWithoutValidation(SendGridSignature.TimestampHeader, "1600112502");
        using var answer = await http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.Json()).Text("type").ShouldBe("/problems/too-large");
    }

    [Fact]
    public async Task of_two_recorders_at_the_same_body_one_records()
    {
        await Post([.. recipients.SelectMany(recipient => new object[]
        {
            SendGridVoice.Event("delivered", recipient.Id, run.Clock.Now), SendGridVoice.Event("spamreport", recipient.Id, run.Clock.Now),
        })]);
        var body = Guid.Parse((await run.Store.Texts("select id::text from webhook_bodies")).Single());
        await run.Send(new RecordFacts(body));

        await Task.WhenAll(run.WorkOnce("tracking", limit: 1), run.WorkOnce("tracking", limit: 1));
        await run.Work();

        foreach (var recipient in recipients)
        {
            (await Recorded(recipient)).ShouldBe(["message_delivered", "spam_reported"]);
        }

        (await run.Store.Number("select count(*) from mt_events where type = 'address_suppressed'")).ShouldBe(
            recipients.Count + 1, "the contacts', and the one that all events name");
        (await run.Host.Services.Waiting("tracking")).ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    async Task Post(params object[] events)
    {
        using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, events);
        answer.EnsureSuccessStatusCode();
    }

    async Task<Guid> Campaign() => Guid.Parse((await run.Store.Texts("select distinct campaign_id::text from recipients")).Single());

    /// <summary>What the stream holds behind the sending.</summary>
    Task<List<string>> Recorded(RecipientView recipient) => run.Store.Texts(
        $"select type from mt_events where stream_id = '{recipient.Id}' and type not in ('recipient_queued', 'message_sent') order by version");
}
