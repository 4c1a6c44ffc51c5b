using System.Net;
using System.Net.Http.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class whom_a_campaign_goes_to(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    // Two in a chunk: the ends of chunks lie among the lists.
    public async Task InitializeAsync() =>
        run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Sending:HydrationChunk"] = "2" });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task several_lists_without_some_of_them()
    {
        var customers = await run.Api.Import("Customers", ["ann@a.example,Ann", "bob@a.example,Bob", "cid@a.example,Cid"]);
        var visitors = await run.Api.Import("Visitors", ["bob@a.example,Bob", "dan@b.example,Dan", "eve@rival.example,Eve", "fay@sub.rival.example,Fay"]);
        var staff = await run.Api.Import("Staff", ["cid@a.example,Cid", "zoe@a.example,Zoe"]);
        var gus = await run.Contact("gus@a.example");
        var campaign = await Draft(new
        {
            lists = new[] { customers, visitors }, contacts = new[] { gus, await run.Id("ann@a.example") }, exceptLists = new[] { staff },
            exceptContacts = new[] { await run.Id("dan@b.example") }, exceptDomains = new[] { "Rival.example" },
        });

        (await run.Api.GetJson($"campaigns/{campaign}")).GetProperty("audience").GetProperty("exceptDomains")[0].GetString().ShouldBe("rival.example");
        var check = await Check(campaign);
        check.Audience!.Members.ShouldBe(7);
        var channel = check.Audience.Channels.Single();
        (channel.WouldGet, channel.Skipped.Count, channel.Skipped["excepted"]).ShouldBe((4, 1, 3));

        await run.Api.Command(campaign, "launch");
        await run.Work();

        (await Sent()).ShouldBe(["ann@a.example", "bob@a.example", "fay@sub.rival.example", "gus@a.example"]);
        var recipients = await run.Api.Recipients(campaign);
        recipients.Count.ShouldBe(7, "nobody comes twice, and of who is left out it is on record");
        recipients.Where(recipient => recipient.Status == RecipientStatus.Skipped).Select(recipient => (recipient.Email, recipient.Reason)).Order()
            .ShouldBe([("cid@a.example", "excepted"), ("dan@b.example", "excepted"), ("eve@rival.example", "excepted")]);
        var story = await run.Api.GetJson($"recipients/{recipients.Single(recipient => recipient.Email == "dan@b.example").Id}");
        story.ToString().ShouldContain("the campaign leaves them out");
    }

    [Fact]
    public async Task everybody_but_those_on_a_list()
    {
        await run.Api.Import("Customers", ["ann@a.example,Ann", "bob@a.example,Bob", "cid@a.example,Cid", "dan@a.example,Dan"]);
        var left = await run.Api.Import("Left", ["bob@a.example,Bob"]);
        await run.Contact("eve@a.example");
        var campaign = await Draft(new { everybody = true, exceptLists = new[] { left } });
        await run.Api.Command(campaign, "launch");
        await run.Work();
        (await Sent()).ShouldBe(["ann@a.example", "cid@a.example", "dan@a.example", "eve@a.example"]);
        (await run.Api.Progress(campaign)).Skipped.ShouldBe(1);
    }

    [Fact]
    public async Task segments_without_a_segment()
    {
        var list = await run.Api.Import(
            "Customers", ["ann@a.example,Ann,Bern,5", "bob@a.example,Bob,Bern,1", "cid@a.example,Cid,Basel,5", "dan@a.example,Dan,Chur,5", "eve@a.example,Eve,,"], "email,first_name,city,orders");
        var bern = await Segment("Bern", new { field = new { name = "city", @is = new[] { "bern" } } });
        var busy = await Segment("Busy", new { all = new object[] { new { field = new { name = "orders", atLeast = 2 } }, new { list } } });
        var dan = await Segment("Chur", new { field = new { name = "city", startsWith = "Chu" } });
        var campaign = await Draft(new { segments = new[] { bern, busy }, contacts = new[] { await run.Id("eve@a.example"), await run.Id("ann@a.example") }, exceptSegments = new[] { dan } });

        var check = await Check(campaign);
        (check.Audience!.Members, check.Audience.Channels[0].WouldGet, check.Audience.Channels[0].Skipped["excepted"]).ShouldBe((5, 4, 1));
        await run.Api.Command(campaign, "launch");
        await run.Work();

        (await Sent()).ShouldBe(["ann@a.example", "bob@a.example", "cid@a.example", "eve@a.example"]);
        (await run.Api.Recipients(campaign)).Count.ShouldBe(5);
        (await run.Store.Texts("select data #>> '{segments,0,revision}' from mt_events where type = 'audience_hydrated'")).ShouldBe(["1"]);
        (await run.Store.Number("select count(*) from audience_snapshots")).ShouldBe(0);
    }

    [Fact]
    public async Task as_they_are_at_the_launch()
    {
        await run.Api.Import("Customers", ["ann@a.example,Ann,Bern", "bob@a.example,Bob,Bern", "cid@a.example,Cid,Bern", "dan@a.example,Dan,Basel"], "email,first_name,city");
        var bern = await Segment("Bern", new { field = new { name = "city", @is = new[] { "Bern" } } });
        var campaign = await Draft(new { segments = new[] { bern } });
        (await run.Api.PutAsJsonAsync($"segments/{bern}", new { name = "Bern", condition = new { field = new { name = "city", @is = new[] { "Bern", "Thun" } } } })).EnsureSuccessStatusCode();
        await run.Api.Command(campaign, "launch");
        await run.WorkOnce("planning", 1); // who it is, is fixed; the recipients are still to be made

        (await run.Store.Number("select sum(cardinality(contacts)) from audience_snapshots")).ShouldBe(3);
        await run.Api.Import("Late", ["eve@a.example,Eve,Bern", "fay@a.example,Fay,Thun"], "email,first_name,city");
        (await run.Api.PatchAsJsonAsync($"contacts/{await run.Id("bob@a.example")}", new { attributes = new { city = "Basel" } })).EnsureSuccessStatusCode();
        (await run.Api.DeleteAsync($"contacts/{await run.Id("cid@a.example")}")).EnsureSuccessStatusCode();
        using var needed = await run.Api.DeleteAsync($"segments/{bern}");
        (await needed.Json()).Text("type").ShouldBe("/problems/in-use");
        await run.Work();

        (await Sent()).ShouldBe(["ann@a.example", "bob@a.example"]);
        (await run.Api.Recipients(campaign)).Count(recipient => recipient.Reason == "contactDeleted").ShouldBe(1);
        (await run.Store.Texts("select data #>> '{segments,0,revision}' from mt_events where type = 'audience_hydrated'")).ShouldBe(["2"]);
        (await run.Api.DeleteAsync($"segments/{bern}")).StatusCode.ShouldBe(HttpStatusCode.NoContent, "everybody who belonged to it is a recipient");
    }

    [Fact]
    public async Task looked_through_before_the_launch_and_without_those_who_are_left_out_by_hand()
    {
        var list = await run.Api.Import(
            "Customers", ["ann@a.example,Ann,+41790000001", "bob@a.example,Bob,", ",Tom,+41790000003", "zoe@z.example,Zoe,"], "email,first_name,phone");
        await run.Api.Post("suppressions", new { addresses = new[] { "bob@a.example", "+41790000001" } });
        var campaign = await run.Api.Draft(list, (await run.Api.Post("templates", new { name = "Offer", subject = "An offer", text = "Hello", sms = "Hello" })).GetProperty("id").GetGuid());
        (await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { channels = "emailAndSms" })).EnsureSuccessStatusCode();

        (await People("")).ShouldBe(["Ann email: -, sms: suppressed", "Bob email: suppressed, sms: noAddress", "Tom email: noAddress, sms: -", "Zoe email: -, sms: noAddress"]);
        (await People("?search=zo")).ShouldBe(["Zoe email: -, sms: noAddress"]);
        (await People("?search=+41790000003")).ShouldBe(["Tom email: noAddress, sms: -"]);
        (await People("?reached=false")).ShouldBe(["Bob email: suppressed, sms: noAddress"]);
        (await People("?reached=true&limit=2")).ShouldBe(["Ann email: -, sms: suppressed", "Tom email: noAddress, sms: -", "Zoe email: -, sms: noAddress"]);

        var zoe = await run.Id("zoe@z.example");
        var changed = await run.Api.Command(campaign, "audience/leave-out", new { contactIds = new[] { zoe } });
        changed.GetProperty("audience").GetProperty("exceptContacts")[0].GetGuid().ShouldBe(zoe);
        (await People("?search=zoe")).ShouldBe(["Zoe email: excepted, sms: excepted"]);
        await run.Api.Command(campaign, "audience/take-in", new { contactIds = new[] { zoe } });
        (await People("?search=zoe")).ShouldBe(["Zoe email: -, sms: noAddress"]);
        await run.Api.Command(campaign, "audience/leave-out", new { contactIds = new[] { zoe } });
        using (var unknown = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/audience/leave-out", new { contactIds = new[] { Guid.NewGuid() } }))
        {
            (await unknown.Json()).Text("type").ShouldBe("/problems/contact-unknown");
        }

        using (var none = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/audience/leave-out", new { contactIds = Array.Empty<Guid>() }))
        {
            none.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        await run.Api.Command(campaign, "launch");
        await run.Work();
        (await Sent()).ShouldNotContain("zoe@z.example");
        using var over = await run.Api.GetAsync($"campaigns/{campaign}/audience");
        (await over.Json()).Text("type").ShouldBe("/problems/campaign-launched");
        using var late = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/audience/leave-out", new { contactIds = new[] { zoe } });
        (await late.Json()).Text("type").ShouldBe("/problems/campaign-not-draft");
        (await run.Store.Texts("select user_name from mt_events where type = 'campaign_edited' order by seq_id desc limit 1")).Single().ShouldContain("test");

        async Task<List<string>> People(string query)
        {
            var people = new List<string>();
            for (var path = $"campaigns/{campaign}/audience{query}"; path is not null;)
            {
                var page = await run.Api.GetJson(path);
                people.AddRange(page.GetProperty("items").EnumerateArray().Select(person => $"{person.Text("firstName")} " + string.Join(", ", person.GetProperty("channels").EnumerateArray()
                    .Select(channel => $"{channel.Text("channel")}: {(channel.TryGetProperty("skipped", out var why) ? why.GetString() : "-")}"))));
                path = page.TryGetProperty("next", out var next) && next.GetString() is { } after ? $"campaigns/{campaign}/audience{query}&cursor={after}" : null;
            }

            return [.. people.Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task without_an_audience_there_is_nobody_to_look_at()
    {
        var campaign = (await run.Api.Post("campaigns", new { name = "Spring" })).GetProperty("id").GetGuid();
        using var refused = await run.Api.GetAsync($"campaigns/{campaign}/audience");
        (await refused.Json()).Text("type").ShouldBe("/problems/campaign-incomplete");
        using var another = await run.Api.GetAsync($"campaigns/{Guid.NewGuid()}/audience");
        another.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task from_the_beginning_where_the_server_died_before_anybody_was_a_recipient()
    {
        var list = await run.Api.Import("Customers", ["ann@a.example,Ann", "bob@a.example,Bob", "cid@a.example,Cid"]);
        var campaign = await Draft(new { lists = new[] { list } });
        await run.Api.Command(campaign, "launch");
        await run.Send(new HydrateAudience(campaign)); // as who died behind the snapshot and before the next message finds it again
        await run.WorkOnce("planning", 2);
        (await run.Store.Number("select count(distinct snapshot) from audience_snapshots")).ShouldBe(2);
        await run.Work();
        (await run.Store.Number("select count(*) from audience_snapshots")).ShouldBe(0);
        (await Sent()).ShouldBe(["ann@a.example", "bob@a.example", "cid@a.example"]);
        (await run.Api.Recipients(campaign)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task behind_the_last_recipient_that_an_older_version_made()
    {
        var list = await run.Api.Import("Customers", ["ann@a.example,Ann", "bob@a.example,Bob", "cid@a.example,Cid"]);
        var campaign = await Draft(new { lists = new[] { list } });
        await run.Api.Command(campaign, "launch");
        await run.WorkOnce("planning", 1); // two of the three
        var last = Guid.Parse((await run.Store.Texts("select contact_id::text from recipients order by contact_id desc limit 1")).Single());
        await run.Store.Texts("delete from audience_snapshots returning part::text");
        await run.Store.Texts("delete from wolverine_incoming_envelopes where message_type = 'hydrate_audience' returning id::text");
        await run.Send(new HydrateAudience(campaign, After: last, Queued: 2));
        await run.Work();
        (await Sent()).ShouldBe(["ann@a.example", "bob@a.example", "cid@a.example"]);
        (await run.Store.Texts("select data ->> 'queued' from mt_events where type = 'audience_hydrated'")).ShouldBe(["3"]);
    }

    [Fact]
    public async Task nobody_is_forgotten_where_a_snapshot_is_lost()
    {
        var list = await run.Api.Import("Customers", ["ann@a.example,Ann", "bob@a.example,Bob", "cid@a.example,Cid"]);
        var campaign = await Draft(new { lists = new[] { list } });
        await run.Api.Command(campaign, "launch");
        await run.WorkOnce("planning", 1);
        await run.Store.Texts("delete from audience_snapshots where part = 1 returning part::text"); // as nobody can
        await run.Work();
        (await run.Store.Number("select count(*) from mt_events where type = 'audience_hydrated'")).ShouldBe(0, "it is not taken for done: the message is tried again, and its campaign paused in the end");
        (await Sent()).ShouldBeEmpty();
    }

    [Fact]
    public async Task over_no_channel_to_who_is_left_out()
    {
        var list = await run.Api.Import(
            "Customers", ["ann@a.example,Ann,+41790000001", "bob@b.example,Bob,+41790000002", ",Tom,+41790000003"], "email,first_name,phone");
        var campaign = (await run.Api.Post("campaigns", new
        {
            name = "Spring", audience = new { lists = new[] { list, list }, exceptDomains = new[] { "b.example" } }, channels = "emailAndSms", pace = CampaignSteps.Fast,
            templateId = (await run.Api.Post("templates", new { name = "Offer", subject = "An offer", text = "Hello", sms = "Hello" })).Text("id"), from = new { email = "anna@sender.example" },
        })).GetProperty("id").GetGuid();
        (await Check(campaign)).Audience!.Channels.Select(channel => (channel.Channel, channel.WouldGet, channel.Skipped["excepted"]))
            .ShouldBe([(Channel.Email, 1, 1), (Channel.Sms, 2, 1)], ignoreOrder: true);

        await run.Api.Command(campaign, "launch");
        await run.Work();

        (await run.Api.Recipients(campaign)).Select(recipient => $"{recipient.Email} {recipient.Channel} {recipient.Reason}".Trim()).Order(StringComparer.Ordinal)
            .ShouldBe(["Email noAddress", "Sms", "ann@a.example Email", "ann@a.example Sms", "bob@b.example Email excepted", "bob@b.example Sms excepted"]);
    }

    [Fact]
    public async Task examines_those_who_would_get_it_and_not_those_who_are_left_out()
    {
        await run.Api.Import("Customers", ["ann@a.example,Ann", "bob@a.example,Bob"]);
        var others = await run.Api.Import("Others", ["zoe@z.example,Zoe"]);
        await run.Store.Texts($"""
            with added as (
                insert into contacts (tenant_id, id, email, created_at, updated_at)
                select 'acme', gen_random_uuid(), n || '@many.example', now(), now() from generate_series(1, {3 * Audiences.Sample}) n
                returning id
            )
            insert into list_members select 'acme', '{others}', id from added returning list_id::text
            """);
        var check = await Check(await Draft(new { everybody = true, exceptLists = new[] { others } }));
        (check.Audience!.Members, check.Audience.Channels[0].WouldGet, check.Audience.Content.Examined).ShouldBe((3 + (3 * Audiences.Sample), 2, 2));
    }

    [Fact]
    public async Task contacts_who_are_gone_are_in_nobodys_way()
    {
        var (ann, bob) = (await run.Contact("ann@a.example"), await run.Contact("bob@a.example"));
        var campaign = await Draft(new { contacts = new[] { ann, bob } });
        using (var removed = await run.Api.DeleteAsync($"contacts/{bob}"))
        {
            removed.EnsureSuccessStatusCode();
        }

        using (var renamed = await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { name = "Summer" }))
        {
            renamed.EnsureSuccessStatusCode();
        }

        using (var another = await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { audience = new { exceptContacts = new[] { Guid.NewGuid() } } }))
        {
            (await another.Json()).Text("type").ShouldBe("/problems/contact-unknown");
        }

        await run.Api.Command(campaign, "launch");
        await run.Work();
        (await Sent()).ShouldBe(["ann@a.example"]);
        (await run.Api.Recipients(campaign)).Select(recipient => recipient.Reason).Order().ShouldBe([null, "contactDeleted"]);
    }

    [Fact]
    public async Task nobody_where_all_of_them_are_left_out()
    {
        var list = await run.Api.Import("Customers", ["ann@a.example,Ann"]);
        var campaign = await Draft(new { lists = new[] { list }, exceptLists = new[] { list } });
        (await Check(campaign)).Refusal!.Code.ShouldBe("nobody-to-write-to");
        using var refused = await run.Api.PostAsync($"campaigns/{campaign}/launch", null);
        (await refused.Json()).Text("type").ShouldBe("/problems/nobody-to-write-to");
    }

    [Fact]
    public async Task lists_that_a_campaign_needs_stay()
    {
        var list = await run.Api.Import("Customers", ["ann@a.example,Ann"]);
        var left = await run.Api.Import("Left", ["bob@a.example,Bob"]);
        var campaign = await Draft(new { lists = new[] { list }, exceptLists = new[] { left } });
        foreach (var each in new[] { list, left })
        {
            using var refused = await run.Api.DeleteAsync($"lists/{each}");
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        }

        await run.Store.Texts($"delete from lists where id = '{left}' returning name"); // as nobody can
        using var launch = await run.Api.PostAsync($"campaigns/{campaign}/launch", null);
        var problem = await launch.Json();
        (problem.Text("type"), problem.Text("detail")).ShouldBe(("/problems/list-unknown", $"Its list {left} does not exist any more: choose another one."));
    }

    [Fact]
    public async Task what_cannot_be_is_refused_by_name()
    {
        var list = await run.Api.Import("Customers", ["ann@a.example,Ann"]);
        var none = Guid.NewGuid();
        await Refuse(new { name = "Spring", audience = new { lists = new[] { none } } }, "list-unknown", none.ToString());
        await Refuse(new { name = "Spring", audience = new { everybody = true, exceptSegments = new[] { none } } }, "segment-unknown", none.ToString());
        await Refuse(new { name = "Spring", audience = new { segments = Enumerable.Range(0, 11).Select(_ => Guid.NewGuid()) } }, "invalid", "At most 10 segments");
        await Refuse(new { name = "Spring", audience = new { lists = new[] { list }, exceptContacts = new[] { none } } }, "contact-unknown", none.ToString());
        await Refuse(new { name = "Spring", audience = new { exceptLists = new[] { list } } }, "invalid", "It names nobody");
        await Refuse(new { name = "Spring", audience = new { everybody = true, exceptDomains = new[] { "no domain" } } }, "invalid", "'no domain' is no domain");
        await Refuse(new { name = "Spring", audience = new { everybody = true, exceptDomains = new string?[] { null, "a.example" } } }, "invalid", "'' is no domain");
        await Refuse(new { name = "Spring", audience = new { everybody = true, arguments = 5 } }, "invalid-json", "arguments");
        await Refuse(new { name = "Spring", audience = new { contacts = Enumerable.Repeat(none, 201) } }, "invalid", "At most 200 contacts");
        await Refuse(new { name = "Spring", listId = list, audience = new { everybody = true } }, "invalid", "Give listId or audience, not both");
    }

    [Fact]
    public async Task a_copy_has_the_audience_and_a_list_takes_its_place()
    {
        var list = await run.Api.Import("Customers", ["ann@a.example,Ann"]);
        var campaign = await Draft(new { everybody = true });
        var copy = (await run.Api.Command(campaign, "duplicate")).GetProperty("id").GetGuid();
        (await run.Api.GetJson($"campaigns/{copy}")).GetProperty("audience").GetProperty("everybody").GetBoolean().ShouldBeTrue();
        using var both = await run.Api.PatchAsJsonAsync($"campaigns/{copy}", new { listId = list });
        both.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var changed = await run.Api.PatchAsJsonAsync($"campaigns/{copy}", new { listId = list, audience = (object?)null });
        changed.EnsureSuccessStatusCode();
        (await run.Api.GetJson($"campaigns/{copy}")).GetProperty("listId").GetGuid().ShouldBe(list);
    }

    async Task Refuse(object draft, string code, string words)
    {
        using var refused = await run.Api.PostAsJsonAsync("campaigns", draft);
        var problem = await refused.Json();
        problem.Text("type").ShouldStartWith("/problems/" + code);
        problem.ToString().ShouldContain(words);
    }

    async Task<Guid> Segment(string name, object condition) => (await run.Api.Post("segments", new { name, condition })).GetProperty("id").GetGuid();

    async Task<Guid> Draft(object audience) => (await run.Api.Post("campaigns", new
    {
        name = "Spring", audience, templateId = await run.Api.MakeTemplate("Hello"), pace = CampaignSteps.Fast, from = new { email = "anna@sender.example" },
    })).GetProperty("id").GetGuid();

    async Task<LaunchCheckView> Check(Guid campaign) => (await run.Api.GetFromJsonAsync<LaunchCheckView>($"campaigns/{campaign}/check", CampaignSteps.Json))!;

    Task<List<string>> Sent() => run.Store.Texts(
        "select c.email from recipients r join contacts c on c.tenant_id = r.tenant_id and c.id = r.contact_id where r.status = 'sent' order by c.email");
}

file static class Contacts
{
    public static async Task<Guid> Contact(this CampaignRun run, string email) => (await run.Api.Post("contacts", new { email })).GetProperty("id").GetGuid();

    public static async Task<Guid> Id(this CampaignRun run, string email) =>
        (await run.Api.GetJson($"contacts?search={email}")).GetProperty("items")[0].GetProperty("id").GetGuid();
}
