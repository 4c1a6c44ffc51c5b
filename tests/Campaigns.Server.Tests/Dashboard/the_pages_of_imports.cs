using System.Net;
using System.Text;
using Campaigns.Server.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class the_pages_of_imports(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task take_a_file_and_say_how_far_it_is()
    {
        var page = await dashboard.PageOf("senders of files");
        await page.GotoAsync("/imports");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No imports yet" })).ToBeVisibleAsync();
        await page.GetByLabel("List that everybody in it is added to").FillAsync("Friends");
        await Choose(page, "friends.csv", "email,Ort\nann@example.com,Bern\nnobody,Basel\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the file" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("friends.csv");
        await Expect(page.Locator(".title .badge")).ToHaveTextAsync("Waits");
        await Expect(page.Locator("meta[http-equiv=refresh]")).ToHaveCountAsync(1);
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", "0");
        (await dashboard.Store.Number("select count(*) from import_parts where tenant_id = 'senders of files'")).ShouldBe(1);

        await page.GotoAsync("/imports");
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("friends.csv");
    }

    [Fact]
    public async Task show_what_became_of_the_rows()
    {
        var page = await dashboard.PageOf("readers of reports");
        using var api = dashboard.Client();
        api.DefaultRequestHeaders.Authorization = new("Bearer", await dashboard.Key("readers of reports"));
        using var form = new MultipartFormDataContent { { ApiCalls.Csv("email,Ort,Assistenz\nann@example.com,Bern,bob@example.com\nnobody,Basel,\n"), "file", "people.csv" } };
        using var answer = await api.PostAsync(new Uri(dashboard.Address, "/api/v1/imports?dryRun=true"), form);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);

        await page.GotoAsync($"/imports/{(await answer.Json()).Text("id")}");
        await Expect(page.Locator(".title .badge")).ToHaveTextAsync("Completed");
        await Expect(page.Locator("main")).ToContainTextAsync("A dry run");
        await Expect(page.Locator("main")).ToContainTextAsync("full of e-mail addresses");
        await Expect(page.Locator("main")).ToContainTextAsync("invalid address");
        await Expect(page.Locator("meta[http-equiv=refresh]")).ToHaveCountAsync(0);
        await page.GotoAsync("/imports");
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("people.csv (dry run)");
    }

    [Fact]
    public async Task say_why_a_file_was_not_taken_and_believe_nobody_elses_words()
    {
        var page = await dashboard.PageOf("senders of others");
        await page.GotoAsync("/imports");
        await Choose(page, "names.csv", "name\nAnn\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the file" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("No column is named email");
        (await dashboard.Store.Number("select count(*) from import_parts where tenant_id = 'senders of others'")).ShouldBe(0);

        await page.GotoAsync("/imports?refused=Call+this+number");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        (await page.ContentAsync()).ShouldNotContain("Call this number");
    }

    [Fact]
    public async Task take_no_file_from_another_site()
    {
        using var person = await dashboard.SignedIn("senders unasked");
        using var form = new MultipartFormDataContent { { new StringContent("made up"), "__RequestVerificationToken" }, { ApiCalls.Csv("email\nann@example.com\n"), "file", "x.csv" } };
        using var answer = await person.PostAsync("/imports/upload", form);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await dashboard.Store.Number("select count(*) from import_parts where tenant_id = 'senders unasked'")).ShouldBe(0);
    }

    static Task Choose(IPage page, string name, string text) =>
        page.GetByLabel("CSV file").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) });
}
