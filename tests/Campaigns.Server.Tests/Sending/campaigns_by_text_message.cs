using System.Net;
using System.Net.Http.Json;
using Campaigns.Insight;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers.Twilio;
using Campaigns.Recipients;
using Campaigns.Server.Tests.Consent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class campaigns_by_text_message(PostgresFixture postgres) : IAsyncLifetime
{
    const string Public = "https://hooks.example.com";
    const string Ann = "+41790000001";
    const string Bob = "+41790000002";

    TwilioStandIn twilio = null!;
    CampaignRun run = null!;
    TwilioVoice voice = null!;
    Guid list;

    public async Task InitializeAsync()
    {
        twilio = await TwilioStandIn.Start();
        var settings = TwilioVoice.Settings(Public);
        settings["Twilio:BaseAddress"] = twilio.Address.ToString();
        settings["Secrets:Key"] = Convert.ToBase64String(new byte[32]);
        run = await CampaignRun.Start(await postgres.NewDatabase(), settings);
        voice = new TwilioVoice(run.Host.Address, Public);
        list = await run.Api.Import(
            "People", ["ann@a.example,Ann,+41 79 000 00 01", "bob@a.example,Bob,+41 79 000 00 02", "cid@a.example,Cid,"], "email,first_name,phone");
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await twilio.DisposeAsync();
    }

    [Fact]
    public async Task reach_everybody_who_has_a_telephone()
    {
        var campaign = await Launch("sms");
        await run.Work();

        var recipients = await run.Api.Recipients(campaign);
        recipients.Select(recipient => (recipient.Email, recipient.Phone, recipient.Channel, recipient.Status, recipient.Reason)).ShouldBe(
            [
                ("ann@a.example", Ann, Channel.Sms, RecipientStatus.Sent, null), ("bob@a.example", Bob, Channel.Sms, RecipientStatus.Sent, null),
                ("cid@a.example", null, Channel.Sms, RecipientStatus.Skipped, "noAddress"),
            ], ignoreOrder: true);
        twilio.Messages.Select(message => (message["To"], message["From"], message["Body"])).ShouldBe(
            [(Ann, "+14155552345", "Hi Ann & co"), (Bob, "+14155552345", "Hi Bob & co")], ignoreOrder: true);
        foreach (var message in twilio.Messages)
        {
            var recipient = recipients.Single(recipient => recipient.Phone == message["To"]);
            message["StatusCallback"].ShouldBe($"{Public}/webhooks/twilio/acme/status?mid={recipient.Id:N}#rc=5&rp=all");
        }

        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
        run.Gate.Count.ShouldBe(0, "no e-mail");
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task reach_those_who_have_no_address_whom_an_e_mail_skips()
    {
        list = await run.Api.Import("Numbers", [",Dan,+41 79 000 00 04", "eve@a.example,Eve,"], "email,first_name,phone");

        var campaign = await Launch("emailAndSms");
        await run.Settle();

        var recipients = await run.Api.Recipients(campaign);
        recipients.Select(recipient => (recipient.Email, recipient.Phone, recipient.Channel, recipient.Status, recipient.Reason)).ShouldBe(
            [
                (null, "+41790000004", Channel.Sms, RecipientStatus.Sent, null), (null, "+41790000004", Channel.Email, RecipientStatus.Skipped, "noAddress"),
                ("eve@a.example", null, Channel.Email, RecipientStatus.Sent, null), ("eve@a.example", null, Channel.Sms, RecipientStatus.Skipped, "noAddress"),
            ], ignoreOrder: true);
        twilio.Messages.ShouldHaveSingleItem()["To"].ShouldBe("+41790000004");
        var story = await run.Api.GetFromJsonAsync<RecipientStory>(
            $"recipients/{recipients.Single(recipient => recipient is { Email: null, Channel: Channel.Email }).Id}", CampaignSteps.Json);
        story!.Story.Select(line => line.What).ShouldBe(["Left out from the start: the contact has no e-mail address."]);
        (await run.Api.GetStringAsync($"campaigns/{campaign}/recipients?format=csv")).ShouldContain(",\"'+41790000004\",");
        await run.Store.ShouldAddUp();

        var dan = recipients.First(recipient => recipient.Email is null).ContactId;
        using var erased = await run.Api.PostAsync($"contacts/{dan}/erase", null);
        erased.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await run.Work();
        (await run.Store.Number("select count(*) from contacts where phone = '+41790000004'")).ShouldBe(0);
    }

    [Theory, InlineData("sms"), InlineData("emailAndSms")]
    public async Task reach_a_number_once_however_many_contacts_have_it(string channels)
    {
        await run.Api.Import(
            "People", ["dan@a.example,Dan,+41790000002", "eve@a.example,Eve,0041 79 000 00 02", ",Fay,+41790000009"], "email,first_name,phone");
        var campaign = await Launch(channels, new Pace(new BatchPace(1, 1, 0, 0))); // one a batch: what the batches before did is read from the database
        await run.Settle();

        twilio.Messages.Select(message => message["To"]).ShouldBe([Ann, Bob, "+41790000009"], ignoreOrder: true);
        var texts = (await run.Api.Recipients(campaign)).Where(recipient => recipient is { Channel: Channel.Sms, Phone: Bob }).ToList();
        var written = texts.Single(recipient => recipient.Status == RecipientStatus.Sent);
        var others = texts.Where(recipient => recipient.Id != written.Id).ToList();
        others.Select(recipient => (recipient.Status, recipient.Reason)).ShouldBe([(RecipientStatus.Skipped, "sameAddress"), (RecipientStatus.Skipped, "sameAddress")]);
        var story = await run.Api.GetFromJsonAsync<RecipientStory>($"recipients/{others[0].Id}", CampaignSteps.Json);
        story!.Now.ShouldBe("Gets nothing: the message went to the same number already, for another contact who has it.");
        story.Story[^1].What.ShouldEndWith($"(recipient {written.Id}).");
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task reach_a_number_by_the_contact_for_whom_something_can_be_written()
    {
        list = await run.Api.Import(
            "Family", ["dan@a.example,,+41790000003", "eve@a.example,Eve,+41790000003", "dot@a.example,,+41790000003", "eli@a.example,Eli,+41790000003"],
            "email,first_name,phone");
        var campaign = await Launch("sms");
        await run.Work();

        twilio.Messages.ShouldHaveSingleItem()["Body"].ShouldBeOneOf("Hi Eve & co", "Hi Eli & co");
        // In the order of their ids, which is drawn: behind the one who gets it the number has its message.
        (await run.Api.Recipients(campaign)).Where(recipient => recipient.Status != RecipientStatus.Sent).Select(recipient => recipient.Reason)
            .ShouldAllBe(reason => reason == "sameAddress" || reason == "content: missing-variables The contact has no first_name");
    }

    [Fact]
    public async Task reach_a_number_once_also_where_it_was_another_contacts_in_between()
    {
        var campaign = await Launch("sms", new Pace(Daily: new DailyPace(1, 24)));
        await run.Work();
        var first = twilio.Messages.ShouldHaveSingleItem()["To"];
        var (had, gets) = first == Ann ? ("ann@a.example", "bob@a.example") : ("bob@a.example", "ann@a.example");
        await run.Store.Texts($"update contacts set phone = '+41790000077', updated_at = updated_at + interval '1 second' where email = '{had}' returning email");
        await run.Store.Texts($"update contacts set phone = '{first}' where email = '{gets}' returning email");
        await run.Pass(TimeSpan.FromDays(1));

        twilio.Messages.ShouldHaveSingleItem();
        (await run.Api.Recipients(campaign)).Single(recipient => recipient.Email == gets).Reason.ShouldBe("sameAddress");
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task reach_a_number_by_the_next_contact_who_has_it_when_the_first_got_nothing_and_was_deleted()
    {
        list = await run.Api.Import("Family", ["dan@a.example,Dan,+41790000003", "eve@a.example,Eve,+41790000003"], "email,first_name,phone");
        twilio.IsBusy = true;
        var campaign = await Launch("sms", new Pace(Daily: new DailyPace(1, 24)));
        await run.Work();
        (await run.Store.Number("select count(*) from recipients where batch is not null and status = 'queued'")).ShouldBe(1);
        var tried = (await run.Store.Texts("select contact_id::text from recipients where batch is not null")).Single();
        using var deleted = await run.Api.DeleteAsync($"contacts/{tried}");
        deleted.EnsureSuccessStatusCode();
        twilio.IsBusy = false;
        await run.Pass(TimeSpan.FromDays(1));
        await run.Pass(TimeSpan.FromDays(1));

        twilio.Messages.ShouldHaveSingleItem()["To"].ShouldBe("+41790000003");
        (await run.Api.Recipients(campaign)).Select(recipient => (recipient.ContactId.ToString() == tried, recipient.Status)).ShouldBe(
            [(true, RecipientStatus.Skipped), (false, RecipientStatus.Sent)], ignoreOrder: true);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task reach_a_number_once_also_where_the_contact_who_got_it_was_forgotten_meanwhile()
    {
        list = await run.Api.Import("Family", ["dan@a.example,Dan,+41790000003", "eve@a.example,Eve,+41790000003", "fay@a.example,Fay,+41790000004"], "email,first_name,phone");
        var campaign = await Launch("sms", new Pace(Daily: new DailyPace(1, 24)));
        while (!twilio.Messages.Any(message => message["To"] == "+41790000003"))
        {
            await run.Pass(TimeSpan.FromDays(1));
        }

        var got = (await run.Store.Texts("select contact_id::text from recipients r join contacts c on c.id = r.contact_id where r.status = 'sent' and c.phone = '+41790000003'")).Single();
        using var erased = await run.Api.PostAsync($"contacts/{got}/erase", null);
        erased.EnsureSuccessStatusCode();
        await run.Pass(TimeSpan.FromDays(1));
        await run.Pass(TimeSpan.FromDays(1));
        await run.Pass(TimeSpan.FromDays(2));

        twilio.Messages.Select(message => message["To"]).ShouldBe(["+41790000003", "+41790000004"], ignoreOrder: true);
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
        (await run.Store.Number("select count(*) from written_to")).ShouldBe(1, "the campaign is over: nothing is kept of who was forgotten");
    }

    [Fact]
    public async Task count_against_the_frequency_cap_of_the_number_whoever_has_it()
    {
        using var changed = await run.Api.PutAsJsonAsync(
            "organisation", new { name = "Acme", approvalRequired = false, timeZone = "Etc/UTC", frequencyCap = new { messages = 1, days = 7 } });
        changed.EnsureSuccessStatusCode();
        await Launch("sms");
        await run.Work();
        list = await run.Api.Import(
            "Others", ["dan@a.example,Dan,+41790000002", "bob@a.example,Bob,+41790000002", "eve@a.example,Eve,+41790000005"], "email,first_name,phone");

        var second = await Draft("sms", await Template());
        var looked = await run.Api.GetFromJsonAsync<LaunchCheckView>($"campaigns/{second}/check", CampaignSteps.Json);
        var audience = looked!.Audience!.Channels.ShouldHaveSingleItem();
        (audience.WouldGet, audience.Skipped["frequencyCap"], audience.Skipped["sameAddress"]).ShouldBe((1, 1, 1));
        await run.Api.Command(second, "launch");
        await run.Work();

        twilio.Messages.Count(message => message["To"] == Bob).ShouldBe(1);
        (await run.Api.Recipients(second)).Select(recipient => recipient.Reason).ShouldBe(["frequencyCap", "frequencyCap", null], ignoreOrder: true);
    }

    [Fact]
    public async Task come_from_the_word_of_a_sender_who_has_one()
    {
        using var own = await run.Api.PutAsJsonAsync("credentials/twilio", new { accountSid = "AC00000000000000000000000000000001", authToken = "token" });
        own.EnsureSuccessStatusCode();
        var sender = (await run.Api.Post("senders", new { name = "Acme", alphanumericId = "MG Acme" })).GetProperty("id").GetGuid();
        var campaign = (await run.Api.Post("campaigns", new
        {
            name = "Spring", listId = list, templateId = await Template(), channels = "sms", senderIds = new[] { sender }, pace = CampaignSteps.Fast,
        })).GetProperty("id").GetGuid();
        var looked = await run.Api.GetFromJsonAsync<LaunchCheckView>($"campaigns/{campaign}/check", CampaignSteps.Json);
        (looked!.Refusal?.Code, looked.Refusal?.CanBeForced).ShouldBe(("no-way-out", true), "nobody can answer STOP to a word");
        using var refused = await run.Api.PostAsync($"campaigns/{campaign}/launch", null);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        await run.Api.Command(campaign, "launch?force=true");
        await run.Work();
        twilio.Messages.Select(message => (message["From"], message["MessagingServiceSid"])).Distinct().ShouldBe([("MG Acme", "")]);
    }

    [Fact]
    public async Task leave_no_trace_of_the_number_of_who_is_forgotten()
    {
        await Launch("sms");
        await run.Work();
        (await run.Store.Number("select count(*) from written_to")).ShouldBe(2);
        var bob = (await run.Store.Texts("select id::text from contacts where email = 'bob@a.example'")).Single();
        await run.Store.Texts("update contacts set phone = '+41790000088' where email = 'bob@a.example' returning email");
        using var erased = await run.Api.PostAsync($"contacts/{bob}/erase", null);
        await run.Work();
        (await run.Store.Number("select count(*) from written_to")).ShouldBe(1);
    }

    [Fact]
    public async Task give_back_their_recipients_as_the_contacts_they_were()
    {
        await run.Api.Import("People", ["-dan@a.example,=Dan,+41 79 000 00 04", ",Eve,+41 79 000 00 05"], "email,first_name,phone");
        var campaign = await Launch("sms");
        await run.Work();
        var before = await run.Store.Texts("select coalesce(email, '') || ' ' || coalesce(phone, '') from contacts order by 1");

        var file = await run.Api.GetStringAsync($"campaigns/{campaign}/recipients?format=csv");
        using var csv = new StringContent(file, System.Text.Encoding.UTF8, "text/csv");
        using var response = await run.Api.PostAsync("imports?existing=update", csv);

        var report = await response.Json();
        (report.Number("rows"), report.Number("updated"), report.Number("unusablePhones")).ShouldBe((5, 5, 0));
        (await run.Store.Texts("select coalesce(email, '') || ' ' || coalesce(phone, '') from contacts order by 1")).ShouldBe(before);
    }

    [Fact]
    public async Task and_e_mail_give_each_message_an_end_of_its_own()
    {
        var campaign = await Launch("emailAndSms");
        await run.Settle();
        var recipients = await run.Api.Recipients(campaign);
        recipients.Count.ShouldBe(6);
        using var undelivered = await voice.Status(Sms(recipients, Ann).Id, "SM1", "undelivered", Ann, 30003);
        using var delivered = await voice.Status(Sms(recipients, Bob).Id, "SM2", "delivered", Bob);
        await run.Work();

        recipients = await run.Api.Recipients(campaign);
        (Sms(recipients, Ann).BouncedAt, Sms(recipients, Bob).DeliveredAt).ShouldBe((run.Clock.Now, run.Clock.Now));
        recipients.Where(recipient => recipient.Channel == Channel.Email).ShouldAllBe(recipient => recipient.Status == RecipientStatus.Sent);
        twilio.Messages.Count.ShouldBe(2);
        (await run.Api.Progress(campaign)).Sent.ShouldBe(5);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task hear_the_answers_to_the_last_message()
    {
        var first = await Launch("sms");
        await run.Work();
        run.Clock.Advance(TimeSpan.FromHours(1));
        var second = await Launch("sms");
        await run.Work();
        using var reply = await voice.Message(Ann, "Tell me more, please");
        using var stop = await voice.Message(Bob, "stop");
        await run.Work();
        var third = await Launch("sms");
        await run.Work();

        var answered = Sms(await run.Api.Recipients(second), Ann);
        (await run.Store.Texts("select stream_id::text from mt_events where type = 'reply_received'")).ShouldBe([answered.Id.ToString()]);
        (await run.Store.Number("select count(*) from mt_events where data::text like '%Tell me more%'")).ShouldBe(0, "what people say is no event");
        (await run.Api.GetFromJsonAsync<RecipientStory>($"recipients/{answered.Id}", CampaignSteps.Json))!.Story.Select(line => line.What).ShouldBe(
            ["Queued for a text message, as one of those whom the campaign goes to.", "Taken by batch 1, one of 2, to be handed to the provider.",
                $"Handed to the provider in batch 1, which calls it {ProviderId(answered)}.", "Answered."]);
        Sms(await run.Api.Recipients(second), Bob).UnsubscribedAt.ShouldBe(run.Clock.Now);
        Sms(await run.Api.Recipients(first), Bob).UnsubscribedAt.ShouldBeNull();
        (Sms(await run.Api.Recipients(third), Bob).Status, Sms(await run.Api.Recipients(third), Bob).Reason).ShouldBe((RecipientStatus.Skipped, "suppressed"));
        Sms(await run.Api.Recipients(third), Ann).Status.ShouldBe(RecipientStatus.Sent);
    }

    [Fact]
    public async Task do_not_reach_whom_twilio_knows_to_have_opted_out()
    {
        twilio.OptedOut.Add(Ann);
        var campaign = await Launch("sms");
        await run.Work();
        var recipient = Sms(await run.Api.Recipients(campaign), Ann);
        (recipient.Status, recipient.Reason).ShouldBe((RecipientStatus.Failed, "recipient: 21610 Attempt to send to unsubscribed recipient"));
    }

    [Fact]
    public async Task suppress_a_number_for_what_twilio_says_when_it_is_asked()
    {
        twilio.Undelivered[Ann] = 30005;
        twilio.Undelivered[Bob] = 30003;
        for (var number = 1; number <= 3; number++)
        {
            await Launch("sms");
            await run.Work();
            await run.Pass(run.Host.Services.GetRequiredService<IOptions<SendingOptions>>().Value.Checks[0]);
        }

        (await run.Store.Texts("select address || ' ' || reason from suppressions order by address")).ShouldBe([$"{Ann} InvalidAddress", $"{Bob} Unreachable"]);
        (await run.Store.Number("select count(*) from webhook_bodies")).ShouldBe(0);
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task never_end_unopened()
    {
        var campaign = await Launch("emailAndSms");
        run.Sandbox.EventWebhook = null;
        await run.Work();
        await run.Pass(TimeSpan.FromDays(4));
        (await run.Api.Recipients(campaign)).Where(recipient => recipient.TimedOutAt is not null).ShouldAllBe(recipient => recipient.Channel == Channel.Email);
        (await run.Store.Number("select count(*) from mt_events where type = 'open_timed_out'")).ShouldBe(3);
    }

    [Fact]
    public async Task need_a_text_to_be_launched()
    {
        var template = await run.Api.MakeTemplate();
        var campaign = await Draft("emailAndSms", template);
        using var refused = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/launch", new { });
        (refused.StatusCode, (await refused.Json()).Text("type")).ShouldBe((HttpStatusCode.UnprocessableEntity, "/problems/sms-missing"));
    }

    [Fact]
    public async Task are_tried_on_a_telephone_of_ones_own()
    {
        var campaign = await Draft("sms", await Template());
        var tested = await run.Api.Command(campaign, "test", new { to = "+41 79 999 99 99", fields = new { first_name = "Me" } });
        tested.Text("to").ShouldBe("+41799999999");
        twilio.Messages.Single()["Body"].ShouldBe("[Test] Hi Me & co");
        (await run.Api.Recipients(campaign)).ShouldBeEmpty();
    }

    [Fact]
    public async Task are_previewed_with_their_parts()
    {
        var preview = await run.Api.Post($"templates/{await Template()}/preview", new { fields = new { first_name = "Ann" } });
        preview.Text("sms").ShouldBe("Hi Ann & co");
        (preview.GetProperty("smsSegments").Text("encoding"), preview.GetProperty("smsSegments").Number("count")).ShouldBe(("gsm7", 1));
        using var lacking = await run.Api.PostAsJsonAsync("templates/preview", new { subject = "s", text = "t", sms = "{{nickname}}" });
        (await lacking.Json()).Text("type").ShouldBe("/problems/missing-variables");
    }

    [Fact]
    public async Task are_refused_at_save_where_nobody_could_get_them()
    {
        using var tooLong = await run.Api.PostAsJsonAsync("templates", new { name = "Offer", sms = new string('a', 1_601) });
        tooLong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await tooLong.Json()).Text("type").ShouldBe("/problems/template-invalid");
    }

    [Fact]
    public async Task fail_before_they_are_handed_over_where_nothing_is_left_of_them_and_count_against_no_limit()
    {
        var template = (await run.Api.Post("templates", new { name = "Offer", sms = "{{#if nope}}a{{/if}}" })).GetProperty("id").GetGuid();
        var campaign = await Draft("sms", template);
        await run.Api.Command(campaign, "launch?force=true");
        await run.Work();

        var failed = (await run.Api.Recipients(campaign)).Where(recipient => recipient.Status == RecipientStatus.Failed).ToList();
        failed.Select(recipient => recipient.Phone).ShouldBe([Ann, Bob], ignoreOrder: true);
        failed.ShouldAllBe(recipient => recipient.Reason!.Contains("text-empty", StringComparison.Ordinal));
        twilio.Messages.ShouldBeEmpty();
        (await run.Store.Number("select coalesce(sum(count), 0)::bigint from permits")).ShouldBe(0);
    }

    [Fact]
    public async Task skip_numbers_that_a_person_suppressed()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "+41 79 000 00 01" } });
        var campaign = await Launch("emailAndSms");
        await run.Settle();
        var skipped = (await run.Api.Recipients(campaign)).Where(recipient => recipient.Reason == "suppressed").ShouldHaveSingleItem();
        (skipped.Channel, skipped.Phone).ShouldBe((Channel.Sms, Ann));
    }

    [Fact]
    public async Task do_not_concern_sendgrid_when_a_number_is_reinstated()
    {
        await using var sendGrid = await SendGridStandIn.Start();
        (run.Provider.BaseAddress, run.Provider.SingleOrganisation) = (sendGrid.Address, true);
        await run.Api.Post("suppressions", new { addresses = new[] { "+41 79 000 00 01" } });
        using var reinstated = await run.Api.PostAsJsonAsync("suppressions/reinstate", new { address = Ann, reason = "A typing error" });
        reinstated.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await run.Work();
        (await run.Store.Number("select count(*) from suppressions")).ShouldBe(0);
        sendGrid.Calls.ShouldBeEmpty();
    }

    static RecipientView Sms(List<RecipientView> recipients, string phone) =>
        recipients.Single(recipient => recipient.Channel == Channel.Sms && recipient.Phone == phone);

    string ProviderId(RecipientView recipient) =>
        $"SM{twilio.Messages.Index().Single(message => message.Item["StatusCallback"].Contains($"{recipient.Id:N}", StringComparison.Ordinal)).Index + 1:D32}";

    async Task<Guid> Launch(string channels, Pace? pace = null)
    {
        var campaign = await Draft(channels, await Template(), pace);
        await run.Api.Command(campaign, "launch");
        return campaign;
    }

    async Task<Guid> Template() =>
        (await run.Api.Post("templates", new { name = "Offer", subject = "An offer", text = "Hello", sms = "Hi {{first_name}} & co" })).GetProperty("id").GetGuid();

    async Task<Guid> Draft(string channels, Guid template, Pace? pace = null) => (await run.Api.Post("campaigns", new
    {
        name = "Spring", listId = list, templateId = template, channels, pace = pace ?? CampaignSteps.Fast,
        from = channels == "sms" ? null : new { email = "anna@sender.example" },
    })).GetProperty("id").GetGuid();
}
