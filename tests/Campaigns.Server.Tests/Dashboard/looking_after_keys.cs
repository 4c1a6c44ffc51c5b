using System.Net;
using Campaigns.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class looking_after_keys(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task a_person_makes_a_key_sees_it_once_and_revokes_it()
    {
        var page = await dashboard.PageOf("locksmiths");
        await page.GetByRole(AriaRole.Link, new() { Name = "Keys" }).ClickAsync();
        await page.GetByText("New key…").ClickAsync();
        await page.GetByLabel("Who uses it").FillAsync("Newsletter");
        await page.GetByLabel("What it may do").SelectOptionAsync("Read");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();
        var key = await page.Locator("code.secret").InnerTextAsync();
        (await dashboard.Services.GetRequiredService<ApiKeys>().Look(key, null, CancellationToken.None)).Owner.ShouldNotBeNull().Scope.ShouldBe(KeyScope.Read);

        await page.GotoAsync("/keys");
        await Expect(page.GetByText(key)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke Newsletter" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Newsletter" })).ToContainTextAsync("revoked");
        (await dashboard.Services.GetRequiredService<ApiKeys>().Look(key, null, CancellationToken.None)).Owner.ShouldBeNull();
    }

    [Fact]
    public async Task a_key_that_may_only_send_does_not_open_the_page()
    {
        var page = await dashboard.Page();
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("API key").FillAsync(
            await dashboard.Services.GetRequiredService<ApiKeys>().Issue("senders", "tester", KeyScope.Send, null, CancellationToken.None));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Campaigns");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Keys" })).ToHaveCountAsync(0);
        (await page.GotoAsync("/keys"))!.Status.ShouldBe((int)HttpStatusCode.Forbidden);
    }
}
