using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Server.Tests.Sending;
using Campaigns.Tests;
using Campaigns.Tracking;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Campaigns.Server.Tests.Tracking;

/// <summary>SendGrid posts the events of an account to one address, whosever messages they are about.</summary>
[Collection("sending")]
public sealed class an_account_that_several_share(PostgresFixture postgres, ITestOutputHelper output) : IAsyncLifetime
{
    const string Ours = CampaignRun.Tenant;
    const string Theirs = "other";

    readonly SendGridVoice voice = new();
    CampaignRun run = null!;
    HttpClient other = null!;
    List<RecipientView> ours = [], theirs = [];

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?>
        {
            ["Secrets:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        });
        run.Sandbox.EventWebhook = null;
        run.Provider.WebhookPublicKey = voice.PublicKey;
        other = await run.Host.Client(Theirs);
        var (our, their) = (await run.Api.Launch(["both@a.example", "ours@a.example"]), await other.Launch(["both@a.example", "theirs@a.example"]));
        await run.Work();
        (ours, theirs) = (await run.Api.Recipients(our), await other.Recipients(their));
    }

    public async Task DisposeAsync()
    {
        other.Dispose();
        await run.DisposeAsync();
    }

    [Fact]
    public async Task tells_each_organisation_of_its_own_messages_and_nothing_of_the_others()
    {
        await Post(
            SendGridVoice.EventOf(Ours, "delivered", ours[0].Id, run.Clock.Now), SendGridVoice.EventOf(Theirs, "delivered", theirs[0].Id, run.Clock.Now),
            SendGridVoice.EventOf(Theirs, "spamreport", theirs[1].Id, run.Clock.Now), SendGridVoice.EventOf(Ours, "open", ours[0].Id, run.Clock.Now));
        await run.Work();

        (await Recorded(ours[0])).ShouldBe(["message_delivered", "message_opened"]);
        (await Recorded(theirs[0])).ShouldBe(["message_delivered"]);
        (await Recorded(theirs[1])).ShouldBe(["spam_reported"]);
        (await Suppressed()).ShouldBe([$"other {theirs[1].Email} Complaint", "other somebody@example.com Complaint"], ignoreOrder: true);
        (await Told(run.Api)).ShouldBe([ours[0].Id, ours[0].Id]);
        (await Told(other)).ShouldBe([theirs[0].Id, theirs[1].Id]);
        (await Bodies()).ShouldBe(["*SHARED* 4 0 0 0", "acme 2 0 0 0", "other 2 0 0 0"]);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task settles_the_doubts_of_all()
    {
        run.Provider.WebhookPublicKey = run.Sandbox.WebhookPublicKey;
        run.Sandbox.EventWebhook = new Uri(run.Host.Address, "/webhooks/sendgrid");
        run.Gate.After = _ => Task.FromResult(false); // whatever is sent, nobody answers
        var our = await run.Api.Launch(["silent.1@a.example", "silent.2@a.example"], list: "More");
        var their = await other.Launch(["silent.1@a.example", "silent.3@a.example"], list: "More");
        await run.WorkOnce("planning");
        await run.WorkOnce("sending");
        (await run.Api.Progress(our)).InDoubt.ShouldBe(2);
        (await other.Progress(their)).InDoubt.ShouldBe(2);

        await run.Settle();

        foreach (var progress in new[] { await run.Api.Progress(our), await other.Progress(their) })
        {
            (progress.Status, progress.Sent, progress.InDoubt, progress.Delivered).ShouldBe((CampaignStatus.Completed, 2, 0, 2));
        }

        run.Sandbox.Counts().Duplicates.ShouldBe(0);
    }

    [Fact]
    public async Task is_asked_for_the_organisation_where_a_message_does_not_name_it()
    {
        var stranger = Guid.NewGuid();
        await Post(
            SendGridVoice.Event("open", ours[1].Id, run.Clock.Now), SendGridVoice.Event("click", theirs[1].Id, run.Clock.Now),
            SendGridVoice.Event("spamreport", stranger, run.Clock.Now));
        await run.Work();

        (await Recorded(ours[1])).ShouldBe(["message_opened"]);
        (await Recorded(theirs[1])).ShouldBe(["link_clicked"]);
        (await Suppressed()).ShouldBeEmpty();
        (await Bodies()).ShouldBe(["*SHARED* 2 0 1 0", "acme 1 0 0 0", "other 1 0 0 0"]);
    }

    [Fact]
    public async Task speaks_of_an_address_to_those_whom_it_concerns()
    {
        object Bare(string kind, string email, string? classification = null) => new
        {
            @event = kind, email, type = "bounce", bounce_classification = classification, timestamp = run.Clock.Now.ToUnixTimeSeconds(), sg_event_id = Guid.NewGuid(), category = "a campaign",
            reason = "550 <anna@sender.example> is not welcome",
        };
        await Post(
            Bare("bounce", "both@a.example"), Bare("spamreport", "both@a.example"), Bare("group_unsubscribe", "theirs@a.example"),
            Bare("bounce", "nobody@a.example"), Bare("delivered", "ours@a.example"));
        await run.Work();
        (await Suppressed()).ShouldBe(["other theirs@a.example Unsubscribed"], "what one of them sent may have bounced for its own sake");

        await Post(Bare("bounce", "both@a.example", "Invalid Address"));
        await run.Work();
        (await Suppressed()).ShouldBe(["acme both@a.example InvalidAddress", "other both@a.example InvalidAddress", "other theirs@a.example Unsubscribed"]);
        (await Bodies()).ShouldBe(["*SHARED* 1 0 0 0", "*SHARED* 1 0 4 0", "acme 1 0 0 0", "other 1 0 0 0", "other 1 0 0 0"], ignoreOrder: true);
        (await run.Store.Texts("select convert_from(body, 'UTF8') from webhook_bodies where tenant_id <> '*SHARED*'")).ShouldAllBe(
            part => !part.Contains("a campaign") && !part.Contains("sender.example"));
    }

    [Fact]
    public async Task is_no_account_of_those_who_have_one_of_their_own()
    {
        var own = new SendGridVoice();
        await other.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.own", webhookPublicKey = own.PublicKey });
        object[] aboutUs = [SendGridVoice.EventOf(Ours, "spamreport", ours[0].Id, run.Clock.Now), SendGridVoice.Event("bounce", ours[1].Id, run.Clock.Now)];
        await run.Pass(TimeSpan.FromSeconds(5)); // for which nodes remember that there were none
        using var shared = await own.Post(run.Host.Address, null, aboutUs);
        using var reserved = await own.Post(run.Host.Address, SharedBodies.Tenant, aboutUs);
        using var elsewhere = await own.Post(run.Host.Address, Ours, aboutUs);
        using var atHome = await own.Post(run.Host.Address, Theirs, aboutUs);
        await run.Work();

        (shared.StatusCode, reserved.StatusCode, elsewhere.StatusCode, atHome.StatusCode)
            .ShouldBe((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.OK));
        (await Bodies()).ShouldBe(["other 0 0 2 0"]);
        (await Recorded(ours[0])).ShouldBeEmpty();
        (await Suppressed()).ShouldBeEmpty();
    }

    [Fact]
    public async Task takes_nothing_while_the_installation_has_no_key()
    {
        run.Provider.WebhookPublicKey = "";
        using var answer = await voice.Post(run.Host.Address, null, SendGridVoice.EventOf(Ours, "open", ours[0].Id, run.Clock.Now));
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task loses_and_doubles_nothing_when_its_events_are_shared_out_again()
    {
        await Post(
            SendGridVoice.EventOf(Ours, "delivered", ours[0].Id, run.Clock.Now), SendGridVoice.EventOf(Theirs, "delivered", theirs[0].Id, run.Clock.Now));
        var body = Guid.Parse((await run.Store.Texts("select id::text from webhook_bodies")).Single());

        // A node that dies with everything ready to be committed.
        await using (var session = run.Store.LightweightSession(SharedBodies.Tenant))
        {
            await SplitSharedBodyTogether.Handle([new SplitSharedBody(body)], session, run.Host.Services.GetRequiredService<SharedBodies>(), default);
        }

        (await run.Store.Number("select count(*) from webhook_bodies")).ShouldBe(1);

        // Two nodes at the same time, and another one long afterwards.
        await Send();
        await Task.WhenAll(run.WorkOnce("splitting", limit: 1), run.WorkOnce("splitting", limit: 1));
        await run.Work();
        await run.Store.Texts("update webhook_bodies set processed_at = null where tenant_id = '*SHARED*' returning 'waits'");
        await Send();
        await run.Work();

        (await Recorded(ours[0])).ShouldBe(["message_delivered"]);
        (await Recorded(theirs[0])).ShouldBe(["message_delivered"]);
        (await Bodies()).ShouldBe(["*SHARED* 2 0 0 0", "acme 0 1 0 0", "other 0 1 0 0"], "at last each part was read once more, and told nothing new");
        (await run.Host.Services.Waiting("tracking")).ShouldBe(0);

        Task Send() => run.Host.Send(SharedBodies.Tenant, new SplitSharedBody(body));
    }

    [Fact]
    public async Task can_be_read_again_by_who_has_the_installations_key()
    {
        var unknown = Guid.NewGuid();
        await Post(SendGridVoice.Event("open", ours[0].Id, run.Clock.Now), SendGridVoice.Event("open", unknown, run.Clock.Now));
        await run.Work();
        await run.Store.RenameRecipient(ours[1].Id, unknown); // whom nobody knew, somebody knows now

        using var operators = await run.Host.Client(SharedBodies.Tenant);
        var whole = (await operators.GetJson("webhook-bodies")).GetProperty("items").EnumerateArray().ShouldHaveSingleItem().Text("id");
        using var notOurs = await run.Api.PostAsync($"webhook-bodies/{whole}/replay", null);
        using var replay = await operators.PostAsync($"webhook-bodies/{whole}/replay", null);
        await run.Work();

        (notOurs.StatusCode, replay.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.Accepted));
        (await run.Store.Texts($"select type from mt_events where stream_id in ('{ours[0].Id}', '{unknown}') and type = 'message_opened'")).Count.ShouldBe(2);
        (await Bodies()).ShouldBe(["*SHARED* 2 0 0 0", "acme 1 0 0 0", "acme 1 1 0 0"]);
    }

    [Fact]
    public async Task is_hurt_by_no_noise_in_its_events()
    {
        var random = new Random(Seed.Of(output));
        byte[][] hopeless =
        [
            [], "["u8.ToArray(), "null"u8.ToArray(), "<html>"u8.ToArray(), [0xff, 0xfe, 0x00, 0xd8], Encoding.UTF8.GetBytes(new string('[', 100_000)),
            Encoding.UTF8.GetBytes($$"""[{"event":"click","timestamp":1,"ob_org":{"a":1},"ob_mid":7,"url":"{{new string('x', 3_000_000)}}"}]"""),
            """[{"\ud800":1,"event":"open","timestamp":1,"ob_mid":"x","email":"a@a.example","sg_event_id":"1","url":"u","url_offset":1}]"""u8.ToArray(),
            """[{"event":"bounce","timestamp":1,"email":"\u0000\ud800","ob_org":"\ud800"},{"event":"open","timestamp":1,"ob_org":"*SHARED*"}]"""u8.ToArray(),
        ];
        foreach (var body in hopeless)
        {
            using var answer = await voice.Post(run.Host.Address, null, body);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        for (var second = 0; second < 40; second++)
        {
            var (organisation, recipient) = second % 2 == 0 ? (Ours, ours[0]) : (Theirs, theirs[0]);
            var good = JsonSerializer.SerializeToUtf8Bytes(SendGridVoice.EventOf(organisation, "delivered", recipient.Id, run.Clock.Now.AddSeconds(second)));
            var spoilt = Mutation.Of(JsonSerializer.SerializeToUtf8Bytes(SendGridVoice.EventOf(Ours, "click", Guid.NewGuid(), run.Clock.Now)), random);
            byte[][] both = random.Next(2) == 0 ? [good, spoilt] : [spoilt, good];
            using var answer = await voice.Post(run.Host.Address, null, [.. "["u8, .. both[0], .. ",\r\n"u8, .. both[1], .. "]\r\n"u8]);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await run.Work();

        (await Recorded(ours[0])).Count(type => type == "message_delivered").ShouldBe(20);
        (await Recorded(theirs[0])).Count(type => type == "message_delivered").ShouldBe(20);
        (await run.Store.Number("select count(*) from webhook_bodies where processed_at is null")).ShouldBe(0);
        (await run.Host.Services.Waiting("tracking")).ShouldBe(0);
    }

    async Task Post(params object[] events)
    {
        using var answer = await voice.Post(run.Host.Address, null, events);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The messages that the bodies of an organisation name, as it may read them.</summary>
    static async Task<List<Guid>> Told(HttpClient api)
    {
        var told = new List<Guid>();
        foreach (var body in (await api.GetJson("webhook-bodies")).GetProperty("items").EnumerateArray())
        {
            var entries = JsonSerializer.Deserialize<JsonElement>(await api.GetByteArrayAsync($"webhook-bodies/{body.Text("id")}"));
            told.AddRange(entries.EnumerateArray().Select(entry => Guid.ParseExact(entry.Text("ob_mid"), "N")));
        }

        return told;
    }

    Task<List<string>> Suppressed() => run.Store.Texts("select tenant_id || ' ' || address || ' ' || reason from suppressions order by 1");

    Task<List<string>> Bodies() => run.Store.Texts(
        "select concat_ws(' ', tenant_id, recorded, duplicates, unmatched, malformed) body from webhook_bodies order by tenant_id = '*SHARED*' desc, body");

    Task<List<string>> Recorded(RecipientView recipient) => run.Store.Texts(
        $"select type from mt_events where stream_id = '{recipient.Id}' and type not in ('recipient_queued', 'message_sent') order by version");
}
