using System.Net;
using System.Net.Http.Json;
using Campaigns.Audience;
using Campaigns.Authoring;
using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Senders;
using Campaigns.Server.Tests.Sending;
using JasperFx;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;

namespace Campaigns.Server.Tests.Audience;

[Collection("postgres")]
public sealed class finding_and_removing(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    HttpClient Api => run.Api;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?>
    {
        ["Secrets:Key"] = Convert.ToBase64String(new byte[32]),
    });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task contacts_are_found_by_a_part_of_address_number_or_name()
    {
        var list = await Api.Import("Friends", ["ann.lee@a.example,Ann", "BERT@b.example,Bért"]);
        await Api.Post("contacts", new { email = "carla@a.example", lastName = "Leeds", phone = "+41791234567" });

        (await Found("search=lee")).ShouldBe(["ann.lee@a.example", "carla@a.example"]);
        (await Found("search=BÉRT")).ShouldBe(["bert@b.example"]);
        (await Found("search=+4179")).ShouldBe(["carla@a.example"]);
        await Api.Post("contacts", new { email = "sr@bücher.example" });
        (await Found("search=bücher.example")).ShouldBe(["sr@xn--bcher-kva.example"]);
        (await Found("search=SR@Bücher.example")).ShouldBe(["sr@xn--bcher-kva.example"]);
        (await Found("search=%25")).ShouldBeEmpty("no letter has a meaning of its own");
        (await Found($"search=lee&list={list}")).ShouldBe(["ann.lee@a.example"]);
        (await Found($"list={list}")).ShouldBe(["ann.lee@a.example", "bert@b.example"]);

        foreach (var (query, status) in new[]
        {
            ("search=", 400), ("email=a@a.example&phone=%2B41791234567", 400), ("search=lee&format=csv", 400), ($"list={Guid.NewGuid()}", 404),
        })
        {
            using var answer = await Api.GetAsync($"contacts?{query}");
            ((int)answer.StatusCode).ShouldBe(status, query);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_search_looks_through_so_many_contacts_a_page_and_goes_on_there(bool ofList)
    {
        var list = await Api.Import("Everybody", Enumerable.Range(1, 25).Select(i => $"{(i % 10 == 0 ? "x" : "y")}{i}@a.test,Ada"));
        var search = new ContactSearch(run.Store, CampaignRun.Tenant, ofList ? list : null);

        var pages = new List<int>();
        var found = new List<string>();
        for (string? cursor = null; pages.Count == 0 || cursor is not null;)
        {
            var page = await search.Find("x", new PageRequest(5, cursor), CancellationToken.None, most: 8);
            found.AddRange(page.Items.Select(contact => contact.Email!));
            pages.Add(page.Items.Count);
            cursor = page.Next;
        }

        found.ShouldBe(["x10@a.test", "x20@a.test"], ignoreOrder: true);
        pages.Count.ShouldBe(4, "25 of 8 a page");
    }

    [Fact]
    public async Task campaigns_are_found_by_statuses_and_a_part_of_the_name()
    {
        foreach (var name in new[] { "Spring offer", "Summer offer", "100% spring" })
        {
            await Api.Post("campaigns", new { name });
        }

        var list = await Api.Import("Everybody", ["ann@a.example,Ann"]);
        await Api.Command(await Api.Draft(list, await Api.MakeTemplate()), "schedule", new { at = run.Clock.Now.AddHours(1) });

        (await Names("search=SPRING")).ShouldBe(["100% spring", "Spring", "Spring offer"]);
        (await Names("search=0%25")).ShouldBe(["100% spring"]);
        (await Names("status=draft&search=offer")).ShouldBe(["Spring offer", "Summer offer"]);
        (await Names("status=scheduled&status=sending")).ShouldBe(["Spring"]);
        (await Names("status=draft&status=scheduled")).Count.ShouldBe(4);
        using var wrong = await Api.GetAsync("campaigns?status=draft&status=drafted");
        (wrong.StatusCode, (await wrong.Json()).Text("detail")).ShouldSatisfyAllConditions(
            answer => answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest), answer => answer.Item2.ShouldContain("inReview"));

        async Task<List<string>> Names(string query) =>
            [.. (await Api.GetJson($"campaigns?{query}")).GetProperty("items").EnumerateArray().Select(campaign => campaign.Text("name")).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task who_is_taken_off_a_list_stays_a_contact()
    {
        var list = await Api.Import("Everybody", ["ann@a.example,Ann", "bert@a.example,Bert", "carl@a.example,Carl"]);
        var ids = (await Api.GetJson("contacts")).GetProperty("items").EnumerateArray().OrderBy(contact => contact.Text("email"), StringComparer.Ordinal)
            .Select(contact => contact.GetProperty("id").GetGuid()).ToList();
        var unknown = Guid.NewGuid();

        using var one = await Api.DeleteAsync($"lists/{list}/members/{ids[0]}");
        using var again = await Api.DeleteAsync($"lists/{list}/members/{ids[0]}");
        var several = await Api.Post($"lists/{list}/members/remove", new { contactIds = new[] { ids[0], ids[1], unknown } });
        using var none = await Api.PostAsJsonAsync($"lists/{list}/members/remove", new { contactIds = Array.Empty<Guid>() });
        using var other = await run.Host.Client("other");
        using var stolen = await other.DeleteAsync($"lists/{list}/members/{ids[2]}");

        new[] { one, again, none, stolen }.Select(answer => answer.StatusCode)
            .ShouldBe([HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotFound]);
        (several.Number("removed"), several.GetProperty("notMembers").EnumerateArray().Select(id => id.GetGuid()).ToHashSet().SetEquals([ids[0], unknown])).ShouldBe((1, true));
        (await Found($"list={list}")).ShouldBe(["carl@a.example"]);
        (await Found("")).Count.ShouldBe(3);
    }

    [Fact]
    public async Task a_deleted_contact_is_skipped_by_what_is_under_way_and_stays_suppressed()
    {
        var campaign = await Api.Launch(["ann@a.example", "bert@a.example"], new Pace(Daily: new DailyPace(1)));
        await run.Work();
        await Api.Post("suppressions", new { addresses = new[] { "bert@a.example", "ann@a.example" } });
        var waiting = (await Api.Recipients(campaign)).Single(recipient => recipient.Status == RecipientStatus.Queued);
        using var deleted = await Api.DeleteAsync($"contacts/{waiting.ContactId}");
        using var again = await Api.DeleteAsync($"contacts/{waiting.ContactId}");
        await run.Pass(TimeSpan.FromHours(25));

        (deleted.StatusCode, again.StatusCode).ShouldBe((HttpStatusCode.NoContent, HttpStatusCode.NotFound));
        var skipped = (await Api.Recipients(campaign)).Single(recipient => recipient.Id == waiting.Id);
        (skipped.Status, skipped.Reason).ShouldBe((RecipientStatus.Skipped, "contactDeleted"));
        (await Api.GetJson("suppressions")).GetProperty("items").GetArrayLength().ShouldBe(2);
        (await run.Store.Number("select count(*) from list_members")).ShouldBe(1);
        (await run.Store.Number("select count(*) from erasures")).ShouldBe(0, "it was deleted, not erased");
    }

    [Fact]
    public async Task what_campaigns_need_is_not_removed_and_they_are_named()
    {
        await Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.own", webhookPublicKey = run.Sandbox.WebhookPublicKey });
        var sender = (await Api.Post("senders", new { name = "Anna", email = "anna@sender.example" })).Text("id");
        var list = await Api.Import("Everybody", ["ann@a.example,Ann"]);
        var template = await Api.MakeTemplate();
        var campaign = await Api.Draft(list, template);
        (string Method, string Path)[] all = [("DELETE", $"lists/{list}"), ("POST", $"templates/{template}/archive"), ("POST", $"senders/{sender}/retire"), ("DELETE", "credentials/sendgrid")];

        (await Remove(all[..3])).ShouldBe([$"draft {campaign}", $"draft {campaign}", $"draft {campaign}"]);
        await Api.Command(campaign, "schedule", new { at = run.Clock.Now.AddHours(1) });
        (await Remove(all)).ShouldAllBe(used => used == $"scheduled {campaign}");
        await Api.Command(campaign, "cancel");
        (await Remove(all)).ShouldAllBe(used => used == "removed");
    }

    [Theory, InlineData("force"), InlineData("compromised")]
    public async Task credentials_that_campaigns_need_are_removed_on_demand(string how)
    {
        await Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.wrong", webhookPublicKey = run.Sandbox.WebhookPublicKey });
        await Api.Post("senders", new { name = "Anna", email = "anna@sender.example" });
        var campaign = await Api.Draft(await Api.Import("Everybody", ["ann@a.example,Ann"]), await Api.MakeTemplate());
        await Api.Command(campaign, "schedule", new { at = run.Clock.Now.AddHours(1) });

        using var refused = await Api.DeleteAsync("credentials/sendgrid");
        (refused.StatusCode, (await refused.Content.ReadAsStringAsync()).Contains("?force=true", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Conflict, true));
        (await Api.DeleteAsync($"credentials/sendgrid?{how}=true")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Api.GetAsync("credentials/sendgrid")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task what_a_campaign_names_at_the_moment_of_its_removal_stays()
    {
        var sender = (await Api.Post("senders", new { name = "Anna", email = "anna@sender.example" })).GetProperty("id").GetGuid();
        var (list, template) = (await Api.Import("Everybody", ["ann@a.example,Ann"]), await Api.MakeTemplate());
        await Api.Draft(list, template);

        // As they are when the campaign was drafted after the look for campaigns: the endpoints see none, and the commands come.
        foreach (var command in new object[] { new DeleteList(list), new ArchiveTemplate(template), new RetireSender(sender) })
        {
            await Should.ThrowAsync<ConcurrencyException>(Carry(command));
        }

        (await Api.GetAsync($"lists/{list}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Api.GetJson($"templates/{template}")).GetProperty("archived").GetBoolean().ShouldBeFalse();
        (await Api.GetJson($"senders/{sender}")).GetProperty("retired").GetBoolean().ShouldBeFalse();

        async Task Carry(object command)
        {
            await using var scope = run.Host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(command, new DeliveryOptions { TenantId = CampaignRun.Tenant });
        }
    }

    [Fact]
    public async Task of_a_list_and_a_campaign_to_it_at_the_same_moment_one_is_refused()
    {
        for (var round = 0; round < 5; round++)
        {
            var list = await Api.Import($"List {round}", ["ann@a.example,Ann"]);
            var answers = await Task.WhenAll(Api.PostAsJsonAsync("campaigns", new { name = "Spring", listId = list }), Api.DeleteAsync($"lists/{list}"));
            answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(1, string.Join(", ", answers.Select(answer => answer.StatusCode)));
        }
    }

    [Fact]
    public async Task when_a_thing_began_and_was_last_changed_is_shown()
    {
        var began = run.Clock.Now;
        var sender = await Api.Post("senders", new { name = "Anna", email = "anna@sender.example" });
        var template = await Api.Post("templates", new { name = "Offer", subject = "An offer", text = "Hello" });
        var campaign = await Api.Post("campaigns", new { name = "Spring" });
        run.Clock.Advance(TimeSpan.FromMinutes(1));
        await Api.PostAsync($"senders/{sender.Text("id")}/pause", null);
        await Api.PostAsync($"templates/{template.Text("id")}/archive", null);
        await Api.PatchAsJsonAsync($"campaigns/{campaign.Text("id")}", new { name = "Summer" });

        foreach (var (path, one) in new[] { ("senders", sender), ("templates", template), ("campaigns", campaign) })
        {
            one.GetProperty("createdAt").GetDateTimeOffset().ShouldBe(began, TimeSpan.FromSeconds(1));
            one.GetProperty("updatedAt").GetDateTimeOffset().ShouldBe(one.GetProperty("createdAt").GetDateTimeOffset());
            var listed = (await Api.GetJson(path + (path == "templates" ? "?archived=true" : ""))).GetProperty("items")[0];
            var read = await Api.GetJson($"{path}/{one.Text("id")}");
            foreach (var later in new[] { listed, read })
            {
                later.GetProperty("createdAt").GetDateTimeOffset().ShouldBe(one.GetProperty("createdAt").GetDateTimeOffset());
                (later.GetProperty("updatedAt").GetDateTimeOffset() - later.GetProperty("createdAt").GetDateTimeOffset()).ShouldBe(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
            }
        }
    }

    async Task<List<string>> Found(string query) =>
        [.. (await Api.GetJson($"contacts?{query}")).GetProperty("items").EnumerateArray().Select(contact => contact.Text("email")).Order(StringComparer.Ordinal)];

    async Task<List<string>> Remove(params (string Method, string Path)[] things)
    {
        var answers = new List<string>();
        foreach (var (method, path) in things)
        {
            using var answer = await Api.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
            var problem = answer.StatusCode == HttpStatusCode.Conflict ? await answer.Json() : default;
            answers.Add(answer.IsSuccessStatusCode ? "removed"
                : problem.ValueKind == System.Text.Json.JsonValueKind.Object && problem.Text("type") == "/problems/in-use"
                    ? $"{problem.GetProperty("campaigns")[0].Text("status")} {problem.GetProperty("campaigns")[0].Text("id")}"
                    : $"{answer.StatusCode}");
        }

        return answers;
    }
}
