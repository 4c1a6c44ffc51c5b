using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Campaigns.Server.Tests.Sending;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class the_pages_of_offers(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task a_formula_is_made_tried_changed_and_archived()
    {
        using var api = await Api("formulas");
        await Fill(api, "ann@a.example,A,100\nann@a.example,B,on request\nann@a.example,C,7\n");
        var page = await dashboard.PageOf("formulas");
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Formulas" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No formulas yet" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "New formula" }).ClickAsync();

        // What is wrong is said beside what was typed, and a third row leaves it there.
        await page.Locator("#value-0").FillAsync("offer price");
        await page.Locator("#expression-0").FillAsync("list_price *");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("A formula has a name");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Value 1: It cannot be read");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a value" }).ClickAsync();
        await Expect(page.Locator("#expression-2")).ToBeVisibleAsync();
        await Expect(page.Locator("#expression-0")).ToHaveValueAsync("list_price *");

        await page.Locator("#formula-name").FillAsync("Three quarters");
        await page.Locator("#expression-0").FillAsync("round(list_price * 0.75)");
        await page.Locator("#value-2").FillAsync("deposit");
        await page.Locator("#expression-2").FillAsync("offer_price / 10");
        await page.Locator("#formula-only").FillAsync("offer_price > 10");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("give an e-mail address");
        await page.Locator("#formula-try").FillAsync("nobody@a.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no contact with the address 'nobody@a.example'");
        await page.Locator("#formula-try").FillAsync("Ann@a.example");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Locator("li")).ToHaveTextAsync(
        [
            "A: offer_price is 75, deposit is 7.5",
            "B cannot be worked out: offer_price: list_price is 'on request', which is no number",
            "C: offer_price is 5, deposit is 0.5, and it is left out",
        ]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Three quarters", Level = 1 })).ToBeVisibleAsync();

        // Somebody else changes it meanwhile.
        var id = page.Url[^36..];
        using (var other = await api.PutAsJsonAsync($"formulas/{id}", new { name = "Half", values = new[] { new { name = "offer_price", expression = "list_price / 2" } } }))
        {
            other.EnsureSuccessStatusCode();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("It says now: Half: offer_price = list_price / 2.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = "Formulas" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("offer_price = round(list_price * 0.75); deposit = offer_price / 10; only where offer_price > 10");

        var campaign = await Draft(api, id);
        await page.GetByRole(AriaRole.Link, new() { Name = "Three quarters" }).ClickAsync();
        await page.GetByText("Archive…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, archive the formula" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The formula is used by campaigns.");
        (await api.DeleteAsync($"campaigns/{campaign}")).EnsureSuccessStatusCode();
        await page.GetByText("Archive…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, archive the formula" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No formulas yet" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task an_outlier_is_seen_and_left_out()
    {
        using var api = await Api("outliers");
        await Fill(api, string.Concat(Enumerable.Range(0, 20).Select(n => $"ann@a.example,N{n},{100 + n}\n")) + "bob@a.example,<b>T</b>,99000\nbob@a.example,R,on request\n");
        await api.Post("contacts", new { email = "cid@a.example" });
        var formula = await api.Post("formulas", new { name = "Double", values = new[] { new { name = "price", expression = "list_price * 2" } } });
        var campaign = await Draft(api, formula.Text("id"));
        var page = await dashboard.PageOf("outliers");
        await page.GotoAsync($"/campaigns/{campaign}");
        await page.GetByRole(AriaRole.Link, new() { Name = "See what is offered" }).ClickAsync();

        await Expect(page.Locator(".lead")).ToContainTextAsync("21 offers to 2 contacts, without 1 that cannot be worked out. 1 who can be reached gets nothing, for want of an offer. Double works out price.");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "<b>T</b> 198,000 Leave out" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "price: list_price is 'on request', which is no number 1 R" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Leave out <b>T</b>" }).ClickAsync();
        await Expect(page.Locator(".lead")).ToContainTextAsync("20 offers to 1 contact, without 1 left out by hand and 1 that cannot be worked out.");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Far from the others" })).ToHaveCountAsync(0);
        (await api.GetJson($"campaigns/{campaign}")).GetProperty("offers").GetProperty("except").GetArrayLength().ShouldBe(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Take in <b>T</b> again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Far from the others" })).ToHaveCountAsync(1);

        await page.GotoAsync($"/campaigns/{Guid.NewGuid()}/offers");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is no such campaign" })).ToBeVisibleAsync();
        (await page.GotoAsync($"/formulas/{Guid.NewGuid()}"))!.Status.ShouldBe((int)HttpStatusCode.NotFound);
        var without = (await api.Post("campaigns", new { name = "Plain" })).Text("id");
        await page.GotoAsync($"/campaigns/{without}/offers");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is nothing to look at" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1280)]
    public async Task never_scroll_sideways(int width)
    {
        var tenant = $"narrow-offers-{width}";
        using var api = await Api(tenant);
        await Fill(api, string.Concat(Enumerable.Range(0, 20).Select(n => $"ann@a.example,N{n},{1_000_000_000_000 + n}\n")) + $"bob@a.example,{new string('r', 100)},99000000000000000\nbob@a.example,R,{new string('x', 300)}\n");
        var formula = await api.Post("formulas", new { name = new string('n', 200), values = new[] { new { name = new string('v', 60), expression = "list_price * 2 + " + new string('1', 20) + " - " + new string('1', 20) } } });
        var campaign = await Draft(api, formula.Text("id"));
        var page = await dashboard.PageOf(tenant, width);
        foreach (var path in new[] { "/formulas", $"/formulas/{formula.Text("id")}", $"/campaigns/{campaign}/offers" })
        {
            await page.GotoAsync(path);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, path);
        }
    }

    async Task<HttpClient> Api(string tenant)
    {
        var api = dashboard.Client();
        api.DefaultRequestHeaders.Authorization = new("Bearer", await dashboard.Key(tenant));
        api.BaseAddress = new Uri(dashboard.Address, "/api/v1/");
        return api;
    }

    static async Task Fill(HttpClient api, string offers)
    {
        await api.Import("Agents", ["ann@a.example,Ann", "bob@a.example,Bob"]);
        using var answer = await api.PostAsync("offers?reference=mls", new StringContent("email,mls,list_price\n" + offers, Encoding.UTF8, "text/csv"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    static async Task<string> Draft(HttpClient api, string formula) =>
        (await api.Post("campaigns", new { name = "Offers", audience = new { everybody = true }, offers = new { formulaId = formula } })).Text("id");
}
