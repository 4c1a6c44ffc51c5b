using System.Net;
using Campaigns.Consent;
using Marten;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Senders;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class the_pages(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task the_list_says_what_to_do_while_there_is_nothing()
    {
        var page = await dashboard.PageOf("newcomers");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No campaigns yet" })).ToBeVisibleAsync();
        await Expect(page.Locator("pre")).ToContainTextAsync("curl http");
    }

    [Fact]
    public async Task the_list_shows_how_far_each_campaign_is()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, "listers", 4, "Autumn offer");
        await campaign.SendBatch([.. campaign.Recipients.Take(3)], remaining: 1);
        await TestCampaign.Draft(dashboard.Store, "listers", "Winter offer");

        var page = await dashboard.PageOf("listers");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Autumn offer" });
        await Expect(row.Locator(".badge")).ToHaveTextAsync("Sending");
        await Expect(row.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", "75");
        await Expect(row.Locator("[data-label=Sent]")).ToHaveTextAsync("3");

        await page.GetByRole(AriaRole.Link, new() { Name = "Draft" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("Winter offer");
        page.Url.ShouldEndWith("/?status=draft");
    }

    [Fact]
    public async Task the_list_goes_on_on_the_next_page_and_hides_the_archived()
    {
        for (var number = 1; number <= 26; number++)
        {
            await TestCampaign.Draft(dashboard.Store, "writers", $"Draft {number}");
        }

        var old = await TestCampaign.Launch(dashboard.Store, "writers", 1, "Long ago");
        await old.Record(new CampaignCancelled(null), new CampaignArchived());

        var page = await dashboard.PageOf("writers");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(25);
        await page.GetByRole(AriaRole.Link, new() { Name = "Next page" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("Draft 1");
        await page.GotoAsync("/?archived=true");
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("Long ago");
    }

    [Fact]
    public async Task suppressions_are_listed_and_found()
    {
        await using var session = dashboard.Store.LightweightSession("hushed");
        foreach (var address in new[] { "ada@example.com", "bob@example.com" })
        {
            session.Append<Suppression>(
                Suppression.StreamId("hushed", address), ExpectedVersion.Any, new AddressSuppressed(address, SuppressionReason.Complaint, "campaign"));
        }

        await session.SaveChangesAsync();
        var page = await dashboard.PageOf("hushed");
        await page.GetByRole(AriaRole.Link, new() { Name = "Suppressions" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await page.GetByLabel("Address").FillAsync("Bob@Example.com ");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("Reported a message as spam");
    }

    [Fact]
    public async Task senders_are_listed_and_paused_with_a_button()
    {
        await using var session = dashboard.Store.LightweightSession("speakers");
        session.Events.StartStream<Sender>(Guid.CreateVersion7(), new SenderAdded(new SenderSettings("Ada", "ada@example.com")), new SenderVerified(VerifiedBy.Link, dashboard.Store.Clock.Microseconds()));
        session.Events.StartStream<Sender>(Guid.CreateVersion7(), new SenderAdded(new SenderSettings("Bob", "bob@example.com")));
        await session.SaveChangesAsync();
        var page = await dashboard.PageOf("speakers");
        await page.GetByRole(AriaRole.Link, new() { Name = "Senders" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Locator("tbody tr").Filter(new() { HasText = "Bob" }).Locator(".badge")).ToHaveTextAsync("Not verified");

        var ada = page.Locator("tbody tr").Filter(new() { HasText = "Ada" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause Ada" }).ClickAsync();
        await Expect(ada.Locator(".badge")).ToHaveTextAsync("Paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume Ada" }).ClickAsync();
        await Expect(ada.Locator(".badge")).ToHaveTextAsync("May send");
    }

    [Fact]
    public async Task alerts_stand_there_until_a_person_has_settled_them()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, "alarmed", 1, "Summer sale");
        var page = await dashboard.PageOf("alarmed");
        await Expect(page.Locator(".waiting")).ToHaveCountAsync(0);

        await campaign.Record(new CampaignPaused(PausedBy.Breaker, "10 errors of the provider in a row"));
        await page.ReloadAsync();
        await Expect(page.Locator(".waiting")).ToHaveTextAsync("1");
        await page.GetByRole(AriaRole.Link, new() { Name = "Alerts" }).ClickAsync();
        await Expect(page.Locator(".events li")).ToContainTextAsync("10 errors of the provider in a row");
        await page.GetByRole(AriaRole.Link, new() { Name = "Summer sale" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Alerts" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Nothing waits for a person" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "All", Exact = true }).ClickAsync();
        await Expect(page.Locator(".events li")).ToContainTextAsync("Settled");
    }

    [Fact]
    public async Task another_organisations_campaign_is_not_there()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, "others", 1, "Secret plans");
        var page = await dashboard.PageOf("acme");
        var answer = await page.GotoAsync($"/campaigns/{campaign.Id}");
        answer!.Status.ShouldBe((int)HttpStatusCode.NotFound);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("There is no such campaign");
        (await page.ContentAsync()).ShouldNotContain("Secret plans");
        (await page.APIRequest.GetAsync($"/campaigns/{campaign.Id}/live")).Status.ShouldBe((int)HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1280)]
    public async Task no_page_scrolls_sideways(int width)
    {
        var campaign = await TestCampaign.Launch(
            dashboard.Store, "narrow", 5, "A name that somebody made as long as names can be, with Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen");
        await campaign.SendBatch([.. campaign.Recipients.Take(4)], remaining: 1);
        await campaign.Record(new NextBatchScheduled(2, DateTimeOffset.UtcNow.AddDays(1)), new CampaignPaused(PausedBy.Breaker, new string('x', 300)));
        await using var session = dashboard.Store.LightweightSession("narrow");
        session.Events.StartStream<Sender>(Guid.CreateVersion7(), new SenderAdded(new SenderSettings(new string('n', 200), $"{new string('e', 60)}@{width}.example.com")));
        await session.SaveChangesAsync();
        var page = await dashboard.PageOf("narrow", width);
        foreach (var path in new[] { "/", $"/campaigns/{campaign.Id}", "/imports", "/senders", "/alerts", "/suppressions", "/sign-in" })
        {
            await page.GotoAsync(path);
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, path);
        }
    }

    [Fact]
    public async Task the_browser_has_nothing_to_complain_about()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, "tidy", 1);
        var draft = await TestCampaign.Draft(dashboard.Store, "tidy");
        await draft.Record(new CampaignEdited(new CampaignSettings("Spring news", null, null, null, Pace.Default, Audience: new CampaignAudience(Everybody: true))));
        var page = await dashboard.PageOf("tidy");
        var complaints = Complaints(page);
        foreach (var path in new[] { "/", "/imports", "/segments", "/segments/new", "/formulas", "/formulas/new", "/senders", "/alerts", "/suppressions", $"/campaigns/{campaign.Id}/audience", $"/campaigns/{draft.Id}/audience", $"/campaigns/{draft.Id}/offers", $"/campaigns/{campaign.Id}" })
        {
            await page.GotoAsync(path);
        }

        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task the_reference_and_the_page_behind_a_link_do_what_they_should_under_their_policies()
    {
        var page = await dashboard.Page();
        var complaints = Complaints(page);

        await page.GotoAsync("/reference");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Campaigns", Level = 1 })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "post /api/v1/campaigns/{id}/launch" }).First).ToBeAttachedAsync();
        await page.GotoAsync("/u/" + dashboard.Services.GetRequiredService<UnsubscribeTokens>().Make("tidy", Guid.CreateVersion7()));
        await Expect(page.Locator("main")).ToHaveCSSAsync("border-radius", "12px");
        complaints.ShouldBeEmpty();

        await page.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator("main")).ToHaveCSSAsync("border-radius", "12px");
        complaints.ShouldAllBe(complaint => complaint.Contains("404"), "the recipient is nobody's");
    }

    /// <summary>What the browser will have complained about on this page.</summary>
    static List<string> Complaints(IPage page)
    {
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        return complaints;
    }
}
