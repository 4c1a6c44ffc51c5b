using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Server.Tests.Support;
using Campaigns.Storage;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class the_page_of_an_audience(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task says_of_each_person_whether_they_get_it_over_each_channel()
    {
        using var person = await Enter();
        await person.Contact("ann@a.example", "Ann", "+41790000001");
        await person.Contact("bob@a.example", "Bob", null);
        await person.Contact(null, "Tom", "+41790000003");
        await person.Contact("zoe@z.example", "<b>Zoe</b>", null);
        await person.Suppress("bob@a.example", "+41790000001");
        var campaign = await person.Draft(new CampaignAudience(Everybody: true, ExceptDomains: ["z.example"]), CampaignChannels.EmailAndSms);

        var page = await person.Read(campaign.Path);
        Rows(page).ShouldBe(
        [
            "Ann ann@a.example +41790000001 Gets it The number is on the suppression list Leave out",
            "Bob bob@a.example – The address is on the suppression list The contact has no telephone number Leave out",
            "Tom +41790000003 The contact has no e-mail address Gets it Leave out",
            "<b>Zoe</b> zoe@z.example – Left out by a list, a segment or a domain Left out by a list, a segment or a domain",
        ]);
        page.ShouldNotContain("<b>");
        Text(page).ShouldContain("Goes to everybody, but not to everybody with an address at z.example.");
        page.ShouldContain($"<a href=\"/campaigns/{campaign.Id}\">Spring news</a>");
    }

    [Fact]
    public async Task finds_people_and_those_who_can_be_reached_or_cannot()
    {
        using var person = await Enter();
        await person.Contact("ann@a.example", "Ann", null);
        await person.Contact("bob@a.example", "Bob", null);
        await person.Contact(null, "Tom", "+41790000003");
        var path = (await person.Draft(new CampaignAudience(Everybody: true))).Path;

        Names(await person.Read($"{path}?search=O")).ShouldBe(["Bob", "Tom"]);
        Names(await person.Read($"{path}?search=+41790000003")).ShouldBe(["Tom"]);
        Names(await person.Read($"{path}?search=%20&reached=")).ShouldBe(["Ann", "Bob", "Tom"]);
        Names(await person.Read($"{path}?reached=true")).ShouldBe(["Ann", "Bob"]);
        Names(await person.Read($"{path}?reached=false")).ShouldBe(["Tom"]);
        Names(await person.Read($"{path}?reached=perhaps")).ShouldBe(["Ann", "Bob", "Tom"]);
        var both = await person.Read($"{path}?search=o&reached=true");
        Names(both).ShouldBe(["Bob"]);
        both.ShouldContain("value=\"o\"");
        both.ShouldContain("<input type=\"hidden\" name=\"reached\" value=\"true\"");
        both.ShouldContain($"href=\"{path}?search=o&amp;reached=false\"");
        both.ShouldMatch($"href=\"{path}\\?search=o&amp;reached=true\" aria-current=\"page\"");

        Text(await person.Read($"{path}?search=xyz")).ShouldContain("Nobody in the audience has “xyz” in the name, address or number.");
        Text(await person.Read($"{path}?search=ann&reached=false")).ShouldContain("Nobody who cannot be reached has “ann”");
        foreach (var unusable in new[] { new string('x', 201), "a%00b" })
        {
            var (status, page) = await person.Look($"{path}?search={unusable}");
            status.ShouldBe(HttpStatusCode.BadRequest);
            page.ShouldContain("That cannot be searched for");
        }
    }

    [Fact]
    public async Task goes_on_on_the_next_page_with_the_same_filter()
    {
        using var person = await Enter();
        for (var number = 1; number <= 51; number++)
        {
            await person.Contact($"number{number}@a.example", $"Number {number}.", null);
        }

        await person.Contact(null, "Number 52.", "+41790000003");
        var campaign = await person.Draft(new CampaignAudience(Everybody: true));
        var first = await person.Read($"{campaign.Path}?search=number&reached=true");
        Names(first).Count.ShouldBe(50);
        var next = WebUtility.HtmlDecode(Regex.Match(first, "href=\"([^\"]+)\" rel=\"next\"").Groups[1].Value);
        var second = await person.Read(next);
        Names(second).ShouldBe(["Number 51."]);
        second.ShouldNotContain("rel=\"next\"");

        var last = Regex.Match(second, "<tr id=\"([^\"]+)\"").Groups[1].Value;
        (await person.Press(next, "out", last)).Location.ShouldBe($"{next}#{last}");
        Text(await person.Read(next)).ShouldContain("Nobody else.");
        (await person.Read(next)).ShouldContain("rel=\"first\"");
        (await person.Look($"{campaign.Path}?cursor=mine")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task leaves_people_of_a_draft_out_and_takes_them_in_again()
    {
        using var person = await Enter();
        var ann = await person.Contact("ann@a.example", "Ann", null);
        await person.Contact("bob@a.example", "Bob", null);
        var campaign = await person.Draft(new CampaignAudience(Everybody: true));

        var path = $"{campaign.Path}?search=a.example";
        var (status, location, _) = await person.Press(path, "out", ann.ToString());
        (status, location).ShouldBe((HttpStatusCode.Redirect, $"{path}#{ann}"));
        (await campaign.LeftOut()).ShouldBe([ann]);
        Rows(await person.Read(path)).ShouldBe(["Ann ann@a.example – Left out by hand Take in again", "Bob bob@a.example – Gets it Leave out"]);
        Text(await person.Read(path)).ShouldContain("Goes to everybody, but not to one person left out by hand.");

        (await person.Press(path, "in", ann.ToString())).Status.ShouldBe(HttpStatusCode.Redirect);
        (await campaign.LeftOut()).ShouldBeEmpty();
        Rows(await person.Read(path))[0].ShouldBe("Ann ann@a.example – Gets it Leave out");
    }

    [Fact]
    public async Task says_in_words_why_somebody_cannot_be_left_out()
    {
        using var person = await Enter();
        var ann = await person.Contact("ann@a.example", "Ann", null);
        using var neighbour = await Enter();
        var other = await neighbour.Contact("eve@a.example", "Eve", null);
        var campaign = await person.Draft(new CampaignAudience(Everybody: true));
        foreach (var contact in new[] { other.ToString(), Guid.NewGuid().ToString(), "nobody", "" })
        {
            var (status, _, page) = await person.Press(campaign.Path, "out", contact);
            status.ShouldBe(HttpStatusCode.Conflict, contact);
            Text(page).ShouldContain("That person is not in this list any more.");
        }

        (await campaign.LeftOut()).ShouldBeEmpty();
        await Person.Change(campaign, new CampaignAudience(Everybody: true, ExceptContacts: [.. Enumerable.Range(0, 200).Select(_ => Guid.NewGuid())]));
        var (full, _, refused) = await person.Press(campaign.Path, "out", ann.ToString());
        full.ShouldBe(HttpStatusCode.Conflict);
        Text(refused).ShouldContain("At most 200 people are left out one by one");

        await campaign.Facts.Record(new CampaignSubmitted());
        var late = await person.Press(campaign.Path, "out", ann.ToString());
        late.Status.ShouldBe(HttpStatusCode.Conflict);
        Text(late.Body).ShouldContain("Only a draft can be changed; this campaign is in review.");
        Text(late.Body).ShouldContain("people are left out by hand only while it is a draft");
        late.Body.ShouldNotContain("name=\"out\"");
    }

    [Fact]
    public async Task takes_no_form_from_elsewhere()
    {
        using var person = await Enter();
        var ann = await person.Contact("ann@a.example", "Ann", null);
        var campaign = await person.Draft(new CampaignAudience(Everybody: true));
        (await person.Press(campaign.Path, "out", ann.ToString(), "none")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await campaign.LeftOut()).ShouldBeEmpty();
    }

    [Fact]
    public async Task has_nobody_to_show_without_an_audience_or_without_contacts()
    {
        using var person = await Enter();
        var campaign = await person.Draft(null);
        (await person.Read(campaign.Path)).ShouldContain("It goes to nobody yet");
        (await person.Read($"/campaigns/{campaign.Id}")).ShouldNotContain("See who");
        var (status, _, page) = await person.Press(campaign.Path, "out", Guid.NewGuid().ToString());
        status.ShouldBe(HttpStatusCode.Conflict);
        Text(page).ShouldContain("The campaign still needs a list");

        await Person.Change(campaign, new CampaignAudience(Everybody: true));
        Text(await person.Read(campaign.Path)).ShouldContain("Nobody belongs to its audience now.");

        await Person.Change(campaign, new CampaignAudience(Contacts: [Guid.NewGuid()]));
        Rows(await person.Read(campaign.Path)).ShouldBe(["Deleted contact – The contact was deleted"]);
    }

    [Fact]
    public async Task leads_to_the_recipients_once_it_is_launched()
    {
        using var person = await Enter();
        var ann = await person.Contact("ann@a.example", "Ann", null);
        var campaign = await person.Draft(new CampaignAudience(Everybody: true));
        (await person.Read($"/campaigns/{campaign.Id}")).ShouldContain($"<a href=\"{campaign.Path}\">See who</a>");

        await campaign.Facts.Record(new CampaignLaunched(1));
        var page = await person.Read(campaign.Path);
        page.ShouldContain("The campaign is launched");
        page.ShouldContain($"href=\"/campaigns/{campaign.Id}#recipients\"");
        Rows(page).ShouldBeEmpty();
        (await person.Read($"/campaigns/{campaign.Id}")).ShouldNotContain("See who");
        var (status, _, late) = await person.Press(campaign.Path, "out", ann.ToString());
        status.ShouldBe(HttpStatusCode.Conflict);
        Text(late).ShouldContain("Only a draft can be changed");
    }

    [Fact]
    public async Task is_not_there_for_others()
    {
        using var owner = await Enter();
        using var neighbour = await Enter();
        var ann = await owner.Contact("ann@a.example", "Zanzibar", null);
        var campaign = await owner.Draft(new CampaignAudience(Everybody: true));
        var (status, page) = await neighbour.Look(campaign.Path);
        status.ShouldBe(HttpStatusCode.NotFound);
        page.ShouldContain("There is no such campaign");
        page.ShouldNotContain("Zanzibar");
        page.ShouldNotContain("Spring news");
        (await neighbour.Press(campaign.Path, "out", ann.ToString())).Status.ShouldBe(HttpStatusCode.NotFound);
        (await campaign.LeftOut()).ShouldBeEmpty();
    }

    [Fact]
    public async Task works_in_a_browser()
    {
        using var person = await Enter("lookers");
        await person.Contact("ann@a.example", "Ann", null);
        await person.Contact("bob@a.example", "Bob", null);
        var campaign = await person.Draft(new CampaignAudience(Everybody: true));
        var page = await dashboard.PageOf(person.Tenant);
        await page.GotoAsync($"/campaigns/{campaign.Id}");
        await page.GetByRole(AriaRole.Link, new() { Name = "See who" }).ClickAsync();
        await page.GetByLabel("Name, address or number").FillAsync("bo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Leave out Bob" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("Left out by hand");
        await page.GetByRole(AriaRole.Link, new() { Name = "Cannot be reached" }).ClickAsync();
        await Expect(page.GetByLabel("Name, address or number")).ToHaveValueAsync("bo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take in Bob again" }).ClickAsync();
        await Expect(page.Locator(".empty")).ToContainTextAsync("Nobody who cannot be reached has “bo”");
        await page.GetByRole(AriaRole.Link, new() { Name = "Show all" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Everybody" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1280)]
    public async Task never_scrolls_sideways(int width)
    {
        using var person = await Enter($"narrow-audience-{width}");
        await person.Contact($"{new string('e', 60)}@{new string('d', 60)}.example", new string('n', 100), "+41790000001");
        var campaign = await person.Draft(new CampaignAudience(Everybody: true), CampaignChannels.EmailAndSms, new string('c', 200));
        var page = await dashboard.PageOf(person.Tenant, width);
        foreach (var path in new[] { campaign.Path, $"{campaign.Path}?search={new string('x', 200)}" })
        {
            await page.GotoAsync(path);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, path);
        }
    }

    /// <summary>What a person reads of a page.</summary>
    static string Text(string page) => Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(page, "<[^>]+>", " ")), @"\s+", " ").Trim();

    static List<string> Rows(string page) =>
        [.. Regex.Matches(page, "<tr id=.*?</tr>", RegexOptions.Singleline).Select(row => Text(row.Value))];

    static List<string> Names(string page) =>
        [.. Regex.Matches(page, "<th scope=\"row\">([^<]*)<").Select(row => row.Groups[1].Value.Trim())];

    Task<Person> Enter(string? tenant = null) => Person.Enter(dashboard, tenant ?? $"audience-{Guid.NewGuid():N}");

    /// <summary>A campaign, and what is on record of it.</summary>
    sealed record Drafted(TestCampaign Facts)
    {
        public Guid Id => Facts.Id;

        public string Path => $"/campaigns/{Id}/audience";

        public async Task<IReadOnlyList<Guid>> LeftOut() => (await Facts.State()).Settings.Whom?.ExceptContacts ?? [];
    }

    /// <summary>Somebody signed in, with what their browser keeps.</summary>
    sealed class Person(DashboardFixture dashboard, string tenant, HttpClient client, HttpClient api, string cookies) : IDisposable
    {
        public string Tenant => tenant;

        public static async Task<Person> Enter(DashboardFixture dashboard, string tenant)
        {
            var client = dashboard.Client();
            var key = await dashboard.Key(tenant);
            using var entered = await DashboardFixture.SignIn(client, key);
            var api = dashboard.Client();
            api.DefaultRequestHeaders.Authorization = new("Bearer", key);
            api.BaseAddress = new Uri(dashboard.Address, "/api/v1/");
            return new Person(dashboard, tenant, client, api, DashboardFixture.Cookie(entered));
        }

        public async Task<Guid> Contact(string? email, string name, string? phone) =>
            (await api.Post("contacts", new { email, firstName = name, phone })).GetProperty("id").GetGuid();

        public Task<JsonElement> Suppress(params string[] addresses) => api.Post("suppressions", new { addresses });

        public async Task<Drafted> Draft(CampaignAudience? audience, CampaignChannels channels = CampaignChannels.Email, string name = "Spring news")
        {
            var campaign = new Drafted(await TestCampaign.Draft(dashboard.Store, tenant, name));
            await Change(campaign, audience, channels, name);
            return campaign;
        }

        public static Task Change(Drafted campaign, CampaignAudience? audience, CampaignChannels channels = CampaignChannels.Email, string name = "Spring news") =>
            campaign.Facts.Record(new CampaignEdited(new CampaignSettings(name, null, null, null, Pace.Default, Channels: channels, Audience: audience)));

        public async Task<string> Read(string path)
        {
            var (status, body) = await Look(path);
            status.ShouldBe(HttpStatusCode.OK, path);
            return body;
        }

        public async Task<(HttpStatusCode Status, string Body)> Look(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", cookies } } };
            using var answer = await client.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        /// <summary>As the button of a row does.</summary>
        /// <returns>And where the browser is sent.</returns>
        public async Task<(HttpStatusCode Status, string? Location, string Body)> Press(string path, string button, string contact, string? token = null)
        {
            using var get = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Cookie", cookies } } };
            using var page = await client.SendAsync(get);
            token ??= Regex.Match(await page.Content.ReadAsStringAsync(), "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
            var antiforgery = page.Headers.TryGetValues("Set-Cookie", out var set) ? set.Select(each => each.Split(';')[0]) : [];
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Headers = { { "Cookie", string.Join("; ", antiforgery.Prepend(cookies)) } },
                Content = new FormUrlEncodedContent([new("_handler", "people"), new("__RequestVerificationToken", token), new(button, contact)]),
            };
            using var answer = await client.SendAsync(request);
            return (
                answer.StatusCode, answer.Headers.Location is { } location ? new Uri(dashboard.Address, location) is var to ? to.PathAndQuery + to.Fragment : null : null,
                await answer.Content.ReadAsStringAsync());
        }

        public void Dispose()
        {
            client.Dispose();
            api.Dispose();
        }
    }
}
