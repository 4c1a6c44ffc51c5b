using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Planning;
using Campaigns.Segments;
using Campaigns.Server.Tests.Support;
using Campaigns.Storage;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class the_pages_of_segments(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task say_what_a_segment_is_while_there_is_none()
    {
        using var person = await Enter();
        var page = await person.Read("/segments");
        page.ShouldContain("No segments yet");
        page.ShouldContain("A segment is a question about contacts");
        page.ShouldContain("href=\"/segments/new\"");
    }

    [Fact]
    public async Task list_them_in_words_the_newest_first()
    {
        using var person = await Enter();
        var list = await person.List("Staff & friends");
        await person.Make("First", new { not = new { list } });
        await person.Make("Second", new { field = new { name = "City", @is = new[] { "Bern", "Basel" } } });
        var page = await person.Read("/segments");
        page.ShouldContain("not on the list Staff &amp; friends");
        page.ShouldContain("city is Bern or Basel");
        page.IndexOf("Second", StringComparison.Ordinal).ShouldBeLessThan(page.IndexOf("First", StringComparison.Ordinal));
        page.ShouldNotContain("rel=\"next\"");
    }

    [Fact]
    public async Task go_on_on_the_next_page()
    {
        using var person = await Enter();
        for (var number = 1; number <= 51; number++)
        {
            await person.Make($"Number {number}.", new { field = new { name = "city", isKnown = true } });
        }

        var first = await person.Read("/segments");
        first.ShouldContain("Number 51.");
        first.ShouldNotContain("Number 1.");
        var second = await person.Read(Regex.Match(first, "href=\"(/segments\\?cursor=[^\"]+)\"").Groups[1].Value);
        second.ShouldContain("Number 1.");
        second.ShouldNotContain("Number 2.");
    }

    [Fact]
    public async Task keep_what_was_typed_while_rows_are_added()
    {
        using var person = await Enter();
        var list = await person.List("Staff");
        var form = new Form
        {
            ["do"] = "row", ["name"] = "Half <done>", ["match"] = "any",
            ["rows[0].field"] = "city", ["rows[0].comparison"] = "startsWith", ["rows[0].value"] = "Be\nBa",
            ["rows[1].kind"] = "list", ["rows[1].not"] = "true", ["rows[1].list"] = list.ToString(),
            ["rows[2].kind"] = "event", ["rows[2].event"] = "opened", ["rows[2].times"] = "many", ["rows[2].days"] = "30",
        };
        var (status, page) = await person.Submit("/segments/new", form);
        status.ShouldBe(HttpStatusCode.OK);
        page.ShouldContain("value=\"Half &lt;done&gt;\"");
        page.ShouldMatch("<option value=\"any\" selected");
        page.ShouldMatch("name=\"rows\\[0\\].field\" value=\"city\"");
        page.ShouldMatch("<option value=\"startsWith\" selected");
        WebUtility.HtmlDecode(Regex.Match(page, "name=\"rows\\[0\\].value\"[^>]*>([^<]*)<").Groups[1].Value).ShouldBe("Be\nBa");
        page.ShouldMatch($"<option value=\"{list}\" selected[^>]*>Staff<");
        page.ShouldMatch("name=\"rows\\[2\\].times\" value=\"many\"");
        page.ShouldContain("Row 4");
        page.ShouldNotContain("Row 5");
        page.ShouldNotContain("role=\"alert\"");
        (await person.Segments()).ShouldBeEmpty();
    }

    [Fact]
    public async Task have_no_more_than_twenty_rows()
    {
        using var person = await Enter();
        var form = new Form(19) { ["do"] = "row" };
        var (_, page) = await person.Submit("/segments/new", form);
        page.ShouldContain("Row 20");
        page.ShouldNotContain("Add a row");
        (_, page) = await person.Submit("/segments/new", new Form(40) { ["do"] = "row" });
        page.ShouldContain("Row 20");
        page.ShouldNotContain("Row 21");
    }

    [Fact]
    public async Task count_without_saving()
    {
        using var person = await Enter();
        await person.Contact("ada", "Bern", "+41791234501");
        await person.Contact("bob", "BASEL", "+41791234502");
        await person.Contact("cleo", "Bern", null);
        await person.Contact("dan", "Thun", null);
        await person.Api.Post("suppressions", new { addresses = new[] { Person.Address("cleo") } });
        var (status, page) = await person.Submit("/segments/new", new Form
        {
            ["do"] = "count", ["rows[0].field"] = "city", ["rows[0].value"] = "Bern; basel",
        });
        status.ShouldBe(HttpStatusCode.OK);
        Text(page).ShouldContain("3 contacts: 2 can be reached by e-mail, 2 by SMS.");
        page.ShouldMatch("name=\"rows\\[0\\].field\" value=\"city\"");
        (await person.Segments()).ShouldBeEmpty();
    }

    [Fact]
    public async Task save_what_was_filled_in()
    {
        using var person = await Enter();
        var list = await person.List("Staff");
        var campaign = await TestCampaign.Draft(dashboard.Store, person.Tenant, "Spring news");
        var saved = await person.Save("/segments/new", new Form(4)
        {
            ["name"] = "  Readers  ", ["rows[0].field"] = "Home City", ["rows[0].value"] = "Bern\r\n Basel ;Thun;;",
            ["rows[1].kind"] = "list", ["rows[1].not"] = "true", ["rows[1].list"] = list.ToString(),
            ["rows[2].kind"] = "event", ["rows[2].event"] = "opened", ["rows[2].times"] = "2", ["rows[2].days"] = "30", ["rows[2].campaign"] = campaign.Id.ToString(),
            ["rows[3].kind"] = "", ["rows[3].field"] = "left", ["rows[3].value"] = "out",
        });
        var segment = (await person.Find(saved)).ShouldNotBeNull().State;
        segment.Definition.Name.ShouldBe("Readers");
        segment.Definition.Condition.IsSame(new Condition(All:
        [
            new(Field: new FieldCondition("home_city", Is: ["Bern", "Basel", "Thun"])),
            new(Not: new(List: list)),
            new(Event: new EventCondition(ContactEvent.Opened, campaign.Id, Times: 2, LastDays: 30)),
        ])).ShouldBeTrue();
        var page = Text(await person.Read(saved));
        page.ShouldContain("home_city is Bern, Basel or Thun, and not on the list Staff, and opened at least 2 messages of the campaign Spring news in the last 30 days");
    }

    [Theory]
    [InlineData("is", "", "Row 1: Say what city is compared with.")]
    [InlineData("is", " ; ;", "Row 1: 1 to 200 texts.")]
    [InlineData("contains", "two\nlines", "Row 1: A text to compare with is one line")]
    [InlineData("atLeast", "ten", "Row 1: 'ten' is not a number, as 1250.50 is one.")]
    [InlineData("atMost", "1,5", "Row 1: '1,5' is not a number")]
    [InlineData("moreThan", "<b>", "Row 1: '<b>' is not a number")]
    [InlineData("lessThan", "1e400", "Row 1: '1e400' is not a number")]
    [InlineData("from", "tomorrow", "Row 1: 'tomorrow' is not a day, as 2026-11-30 is one.")]
    [InlineData("before", "2026-02-30", "Row 1: '2026-02-30' is not a day")]
    [InlineData("lastDays", "-1", "Row 1: lastDays and nextDays are 0 to 36525.")]
    [InlineData("nextDays", "99999999999", "Row 1: '99999999999' is not a number of days.")]
    [InlineData("sounds like", "Bern", "Row 1: 'Bern' is not something that it can be compared with in this way.")]
    public async Task say_what_is_wrong_with_a_value_and_keep_it(string comparison, string value, string why)
    {
        using var person = await Enter();
        var form = new Form { ["name"] = "Mistaken", ["rows[0].field"] = "city", ["rows[0].comparison"] = comparison, ["rows[0].value"] = value };
        foreach (var wanted in new[] { "save", "count" })
        {
            form["do"] = wanted;
            var (status, page) = await person.Submit("/segments/new", form);
            status.ShouldBe(HttpStatusCode.BadRequest);
            Text(page).ShouldContain(why);
            page.ShouldContain("value=\"Mistaken\"");
            WebUtility.HtmlDecode(Regex.Match(page, "name=\"rows\\[0\\].value\"[^>]*>([^<]*)<").Groups[1].Value).ShouldBe(value);
        }

        (await person.Segments()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("rows[1].not=true", "Row 2: Say which field.")]
    [InlineData("rows[1].value=Bern", "Row 2: Say which field.")]
    [InlineData("rows[1].field=!!!&rows[1].value=x", "Row 2: '!!!' cannot be the name of a field.")]
    [InlineData("rows[1].field=email&rows[1].value=ada@example.com", "Row 2: Of email ask isKnown only")]
    [InlineData("rows[1].kind=list", "Row 2: Choose a list.")]
    [InlineData("rows[1].kind=list&rows[1].list=nonsense", "Row 2: Choose a list.")]
    [InlineData("rows[1].kind=event", "Row 2: Choose what happened.")]
    [InlineData("rows[1].kind=event&rows[1].event=3", "Row 2: Choose what happened.")]
    [InlineData("rows[1].kind=event&rows[1].event=opened&rows[1].times=0", "Row 2: 1 to 10000.")]
    [InlineData("rows[1].kind=event&rows[1].event=opened&rows[1].times=x", "Row 2: 'x' is not a number of messages.")]
    [InlineData("rows[1].kind=event&rows[1].event=opened&rows[1].days=0", "Row 2: 1 to 36525.")]
    [InlineData("rows[1].kind=event&rows[1].event=opened&rows[1].days=x", "Row 2: 'x' is not a number of days.")]
    [InlineData("rows[1].kind=event&rows[1].event=opened&rows[1].campaign=x", "Row 2: Choose a campaign, or any.")]
    [InlineData("rows[1].kind=magic", "Row 2: Choose a kind.")]
    [InlineData("rows[0].kind=", "Fill in at least one row.")]
    [InlineData("name=", "A segment has a name: one line of 1 to 200 characters.")]
    public async Task say_what_is_wrong_with_the_rest(string changes, string why)
    {
        using var person = await Enter();
        var form = new Form { ["do"] = "save", ["name"] = "Mistaken", ["rows[0].field"] = "city", ["rows[0].value"] = "Bern" };
        foreach (var change in changes.Split('&'))
        {
            form[change.Split('=', 2)[0]] = change.Split('=', 2)[1];
        }

        var (status, page) = await person.Submit("/segments/new", form);
        status.ShouldBe(HttpStatusCode.BadRequest);
        Text(page).ShouldContain(why);
        page.ShouldMatch("name=\"rows\\[0\\].field\" value=\"city\"");
        (await person.Segments()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("first_name")]
    [InlineData("last_name")]
    [InlineData("time_zone")]
    [InlineData("phone")]
    [InlineData("email")]
    public async Task ask_of_what_every_contact_may_have(string field)
    {
        using var person = await Enter();
        await person.Contact("ada", "Bern", "+41791234501");
        var (status, page) = await person.Submit("/segments/new", new Form { ["do"] = "count", ["rows[0].field"] = field, ["rows[0].comparison"] = "isKnown" });
        status.ShouldBe(HttpStatusCode.OK, Text(page));
        Text(page).ShouldContain(field is "email" or "phone" ? "1 contact:" : "0 contacts:");
    }

    [Fact]
    public async Task say_which_row_is_meant_though_others_are_empty()
    {
        using var person = await Enter();
        var (_, page) = await person.Submit("/segments/new", new Form
        {
            ["do"] = "save", ["name"] = "Mistaken", ["rows[2].kind"] = "event", ["rows[2].event"] = "opened", ["rows[2].times"] = "0",
        });
        Text(page).ShouldContain("Row 3: 1 to 10000.");
    }

    [Fact]
    public async Task know_no_lists_of_others()
    {
        using var neighbour = await Enter();
        using var person = await Enter();
        var list = await neighbour.List("Zanzibar");
        var (status, page) = await person.Submit("/segments/new", new Form { ["do"] = "save", ["name"] = "Mine", ["rows[0].kind"] = "list", ["rows[0].list"] = list.ToString() });
        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        page.ShouldContain($"There is no list {list}.");
        page.ShouldNotContain("Zanzibar");
        (await person.Segments()).ShouldBeEmpty();
    }

    [Fact]
    public async Task show_one_in_its_form_and_revise_it()
    {
        using var person = await Enter();
        var id = await person.Make("Near by", new { any = new object[] { new { field = new { name = "city", @is = new[] { "Bern", "Basel" } } }, new { field = new { name = "age", atLeast = 18.5 } } } });
        var path = $"/segments/{id}";
        var page = await person.Read(path);
        page.ShouldContain("value=\"Near by\"");
        page.ShouldMatch("<option value=\"any\" selected");
        page.ShouldContain("Bern; Basel</textarea>");
        page.ShouldMatch("<option value=\"atLeast\" selected");
        page.ShouldContain(">18.5</textarea>");

        var form = Form.Of(page);
        await person.Save(path, form);
        (await person.Find(path))!.State.Revision.ShouldBe(1, "nothing was changed");

        form["name"] = "Far";
        form["rows[0].not"] = "true";
        (await person.Save(path, form)).ShouldBe(path);
        var segment = (await person.Find(path))!.State;
        (segment.Revision, segment.Definition.Name).ShouldBe((2, "Far"));
        Text(await person.Read(path)).ShouldContain("city is neither Bern nor Basel, or age is at least 18.5");
    }

    [Fact]
    public async Task overwrite_nobodys_work_unseen()
    {
        using var person = await Enter();
        var id = await person.Make("Near by", new { field = new { name = "city", @is = new[] { "Bern" } } });
        var path = $"/segments/{id}";
        var form = Form.Of(await person.Read(path));
        await person.Api.PutAsJsonAsync($"segments/{id}", new { name = "Near by", condition = new { field = new { name = "city", @is = new[] { "Basel" } } } });

        form["name"] = "Mine";
        form["do"] = "save";
        var (status, page) = await person.Submit(path, form);
        status.ShouldBe(HttpStatusCode.Conflict);
        Text(page).ShouldContain("Somebody changed the segment since you opened it");
        page.ShouldContain("<strong>city is Basel</strong>");
        page.ShouldContain("value=\"Mine\"");
        (await person.Find(path))!.State.Definition.Name.ShouldBe("Near by");

        await person.Save(path, Form.Of(page));
        SegmentOf(await person.Find(path)).ShouldBe("Mine: Bern");
    }

    [Fact]
    public async Task tell_one_that_rows_cannot_say_in_words_only()
    {
        using var person = await Enter();
        var list = await person.List("Staff");
        var id = await person.Make("Deep", new { any = new object[] { new { all = new object[] { new { list }, new { field = new { name = "city", isKnown = true } } } }, new { @event = new { name = "clicked" } } } });
        var page = await person.Read($"/segments/{id}");
        Text(page).ShouldContain("(on the list Staff, and city is known), or followed a link in a message");
        page.ShouldContain("It is changed over the API");
        page.ShouldNotContain("name=\"rows[0].kind\"");
        page.ShouldContain("Yes, delete the segment");
    }

    [Fact]
    public async Task show_who_belongs_to_it_when_that_is_asked()
    {
        using var person = await Enter();
        for (var number = 1; number <= 26; number++)
        {
            await person.Contact($"person{number}", number <= 25 ? "Bern" : "<i>Bern</i>", null);
        }

        var id = await person.Make("Near by", new { field = new { name = "city", contains = "bern" } });
        var page = await person.Read($"/segments/{id}");
        page.ShouldNotContain(Person.Address("person1"));
        page.ShouldContain($"/segments/{id}?people=true");

        page = await person.Read($"/segments/{id}?people=true");
        Text(page).ShouldContain("26 contacts: 26 can be reached by e-mail, 0 by SMS.");
        page.ShouldContain(Person.Address("person1"));
        page.ShouldNotContain(Person.Address("person26"));
        Text(page).ShouldContain("These are the first 25.");
    }

    [Fact]
    public async Task delete_one_that_no_campaign_is_about_to_go_to()
    {
        using var person = await Enter();
        var id = await person.Make("Near by", new { field = new { name = "city", isKnown = true } });
        var path = $"/segments/{id}";
        var campaign = await TestCampaign.Draft(dashboard.Store, person.Tenant, "Autumn <offer>");
        await campaign.Record(new CampaignEdited(new CampaignSettings("Autumn <offer>", null, null, null, Pace.Default, Audience: new CampaignAudience(Segments: [id]))));

        var (status, page) = await person.Submit(path, new Form(0) { ["_handler"] = "delete" });
        status.ShouldBe(HttpStatusCode.Conflict);
        page.ShouldContain($"<a href=\"/campaigns/{campaign.Id}\">Autumn &lt;offer&gt;</a> (draft)");
        (await person.Find(path)).ShouldNotBeNull();
        Text(await person.Read($"/campaigns/{campaign.Id}")).ShouldContain("Goes to everybody in the segment Near by.");

        await campaign.Record(new CampaignDeleted());
        (status, _) = await person.Submit(path, new Form(0) { ["_handler"] = "delete" });
        status.ShouldBe(HttpStatusCode.Redirect);
        (await person.Find(path)).ShouldBeNull();
        (await person.Look(path)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await person.Read("/segments")).ShouldContain("No segments yet");
    }

    [Fact]
    public async Task are_not_there_for_others()
    {
        using var owner = await Enter();
        using var neighbour = await Enter();
        var id = await owner.Make("Zanzibar", new { field = new { name = "city", isKnown = true } });
        var path = $"/segments/{id}";
        foreach (var shown in new[] { path, $"{path}?people=true" })
        {
            var (status, page) = await neighbour.Look(shown);
            status.ShouldBe(HttpStatusCode.NotFound);
            page.ShouldContain("There is no such segment");
            page.ShouldNotContain("Zanzibar");
        }

        var form = Form.Of(await owner.Read(path));
        (form["name"], form["do"]) = ("Mine", "save");
        (await neighbour.Submit(path, form)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await neighbour.Submit(path, new Form(0) { ["_handler"] = "delete" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await owner.Find(path))!.State.Definition.Name.ShouldBe("Zanzibar");
        (await neighbour.Read("/segments")).ShouldNotContain("Zanzibar");
    }

    [Fact]
    public async Task take_no_form_from_elsewhere()
    {
        using var person = await Enter();
        var (status, _) = await person.Submit("/segments/new", new Form { ["do"] = "save", ["name"] = "Mine", ["rows[0].field"] = "city", ["rows[0].value"] = "Bern", ["__RequestVerificationToken"] = "none" });
        status.ShouldBe(HttpStatusCode.BadRequest);
        (await person.Segments()).ShouldBeEmpty();
    }

    [Fact]
    public async Task show_names_as_they_are_and_run_nothing_of_them()
    {
        using var person = await Enter();
        const string Evil = "\"><script>alert('x')</script>";
        var list = await person.List(Evil);
        var id = await person.Make(Evil, new { all = new object[] { new { list }, new { field = new { name = "city", contains = "</textarea><script>" } } } });
        foreach (var path in new[] { "/segments", $"/segments/{id}", "/segments/new" })
        {
            var page = await person.Read(path);
            page.ShouldNotContain("<script>", Case.Sensitive, path);
            page.ShouldNotContain("alert('x')", Case.Sensitive, path);
        }
    }

    [Fact]
    public async Task say_to_whom_a_campaign_goes()
    {
        using var person = await Enter();
        var (lists, segment) = (new[] { await person.List("Alumni"), await person.List("Staff") }, await person.Make("Lapsed", new { field = new { name = "city", isKnown = true } }));
        var campaign = await TestCampaign.Draft(dashboard.Store, person.Tenant);
        Text(await person.Read($"/campaigns/{campaign.Id}")).ShouldContain("Goes to nobody yet");

        await campaign.Record(new CampaignEdited(new CampaignSettings("Spring", lists[0], null, null, Pace.Default)));
        Text(await person.Read($"/campaigns/{campaign.Id}")).ShouldContain("Goes to everybody on the list Alumni.");

        await campaign.Record(new CampaignEdited(new CampaignSettings(
            "Spring", null, null, null, Pace.Default,
            Audience: new CampaignAudience([lists[0]], [Guid.NewGuid(), Guid.NewGuid()], ExceptLists: [lists[1]], Segments: [segment], ExceptDomains: ["example.org"]))));
        Text(await person.Read($"/campaigns/{campaign.Id}")).ShouldContain(
            "Goes to everybody on the list Alumni, everybody in the segment Lapsed and 2 people picked by hand, "
            + "but not to everybody on the list Staff or everybody with an address at example.org.");
    }

    [Fact]
    public async Task work_in_a_browser()
    {
        var page = await dashboard.PageOf("segmenters");
        await page.GetByRole(AriaRole.Link, new() { Name = "Segments" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "New segment" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Readers");
        var first = page.GetByRole(AriaRole.Group, new() { Name = "Row 1" });
        await Expect(first.GetByLabel("What happened")).ToBeHiddenAsync();
        await first.GetByLabel("Field").FillAsync("city");
        await first.GetByLabel("Value").FillAsync("Bern\nBasel");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a row" }).ClickAsync();
        await Expect(first.GetByLabel("Value")).ToHaveValueAsync("Bern\nBasel");
        var fourth = page.GetByRole(AriaRole.Group, new() { Name = "Row 4" });
        await fourth.GetByLabel("Kind").SelectOptionAsync("event");
        await Expect(fourth.GetByLabel("Field")).ToBeHiddenAsync();
        await fourth.GetByLabel("What happened").SelectOptionAsync("opened");
        await page.GetByRole(AriaRole.Button, new() { Name = "Count" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "0 contacts" })).ToBeVisibleAsync();
        await page.GetByLabel("Name").PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Readers");
        await Expect(page.GetByText("city is Bern or Basel, and opened a message")).ToBeVisibleAsync();

        await page.GetByText("Delete…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, delete the segment" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No segments yet" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1280)]
    public async Task never_scroll_sideways(int width)
    {
        using var person = await Enter($"narrow-segments-{width}");
        await person.List(new string('l', 200));
        var id = await person.Make(new string('n', 200), new { all = new object[] { new { field = new { name = new string('f', 60), @is = new[] { new string('v', 200) } } }, new { list = await person.List(new string('m', 200)) }, new { @event = new { name = "opened", times = 2 } } } });
        await person.Contact(new string('e', 60), "Bern", "+41791234501");
        var page = await dashboard.PageOf(person.Tenant, width);
        foreach (var path in new[] { "/segments", "/segments/new", $"/segments/{id}?people=true" })
        {
            await page.GotoAsync(path);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, path);
        }
    }

    static string SegmentOf(StreamState<Segment>? segment) => $"{segment!.State.Definition.Name}: {segment.State.Definition.Condition.All![0].Field!.Is![0]}";

    /// <summary>What a person reads of a page.</summary>
    static string Text(string page) => Regex.Replace(WebUtility.HtmlDecode(Regex.Replace(page, "<[^>]+>", "")), @"\s+", " ");

    Task<Person> Enter(string? tenant = null) => Person.Enter(dashboard, tenant ?? $"segments-{Guid.NewGuid():N}");

    /// <summary>The form of a segment as a browser sends it.</summary>
    sealed class Form : Dictionary<string, string>
    {
        public Form(int rows = 3)
        {
            this["_handler"] = "segment";
            this["name"] = "";
            this["match"] = "all";
            for (var index = 0; index < rows; index++)
            {
                foreach (var name in new[] { "not", "kind", "field", "comparison", "value", "list", "event", "times", "days", "campaign" })
                {
                    this[$"rows[{index}].{name}"] = name switch { "kind" => "field", "comparison" => "is", _ => "" };
                }
            }
        }

        /// <summary>With what a page has in it.</summary>
        public static Form Of(string page)
        {
            var form = new Form(0);
            foreach (Match input in Regex.Matches(page, "<input[^>]* name=\"(?<name>name|version|rows[^\"]*)\" value=\"(?<value>[^\"]*)\""))
            {
                form[input.Groups["name"].Value] = WebUtility.HtmlDecode(input.Groups["value"].Value);
            }

            foreach (Match area in Regex.Matches(page, "<textarea name=\"(?<name>[^\"]+)\"[^>]*>(?<value>[^<]*)<"))
            {
                form[area.Groups["name"].Value] = WebUtility.HtmlDecode(area.Groups["value"].Value);
            }

            foreach (Match select in Regex.Matches(page, "<select[^>]* name=\"(?<name>[^\"]+)\".*?</select>|<select name=\"(?<name>[^\"]+)\".*?</select>", RegexOptions.Singleline))
            {
                var chosen = Regex.Match(select.Value, "<option value(?:=\"([^\"]*)\")? selected");
                form[select.Groups["name"].Value] = (chosen.Success ? chosen : Regex.Match(select.Value, "<option value(?:=\"([^\"]*)\")?")).Groups[1].Value;
            }

            return form;
        }
    }

    /// <summary>Somebody signed in, with what their browser keeps.</summary>
    sealed class Person(DashboardFixture dashboard, string tenant, HttpClient client, HttpClient api, string cookies) : IDisposable
    {
        public string Tenant => tenant;

        public HttpClient Api => api;

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

        public async Task<(HttpStatusCode Status, string Body)> Submit(string path, Form form)
        {
            using var answer = await Post(path, form);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        /// <returns>Where the browser is sent.</returns>
        public async Task<string> Save(string path, Form form)
        {
            form["do"] = "save";
            using var answer = await Post(path, form);
            answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
            return new Uri(dashboard.Address, answer.Headers.Location!).AbsolutePath;
        }

        public async Task<Guid> Make(string name, object condition) => (await api.Post("segments", new { name, condition })).GetProperty("id").GetGuid();

        public async Task<Guid> List(string name) => (await api.Post("lists", new { name })).GetProperty("id").GetGuid();

        public Task<JsonElement> Contact(string name, string city, string? phone) => api.Post("contacts", new { email = Address(name), phone, attributes = new { city } });

        public static string Address(string name) => $"{name}@example.com";

        public async Task<StreamState<Segment>?> Find(string path) => await SegmentDirectory.Find(dashboard.Store, tenant, Guid.Parse(path.Split('/')[^1]), CancellationToken.None);

        public async Task<List<JsonElement>> Segments() => [.. (await api.GetFromJsonAsync<JsonElement>("segments")).GetProperty("items").EnumerateArray()];

        public void Dispose()
        {
            client.Dispose();
            api.Dispose();
        }

        async Task<HttpResponseMessage> Post(string path, Form form)
        {
            using var get = new HttpRequestMessage(HttpMethod.Get, "/segments") { Headers = { { "Cookie", cookies } } };
            using var page = await client.SendAsync(get);
            var fields = new Dictionary<string, string>(form);
            fields.TryAdd("__RequestVerificationToken", Regex.Match(await page.Content.ReadAsStringAsync(), "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value);
            var antiforgery = page.Headers.TryGetValues("Set-Cookie", out var set) ? set.Select(each => each.Split(';')[0]) : [];
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Headers = { { "Cookie", string.Join("; ", antiforgery.Prepend(cookies)) } }, Content = new FormUrlEncodedContent(fields),
            };
            return await client.SendAsync(request);
        }
    }
}
