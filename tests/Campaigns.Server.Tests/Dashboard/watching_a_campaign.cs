using System.Text.RegularExpressions;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Recipients;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Campaigns.Server.Tests.Dashboard;

[Collection("postgres")]
public sealed class watching_a_campaign(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    const string Tenant = "acme";

    [Fact]
    public async Task what_happens_shows_without_a_reload()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 10);
        var page = await Open(campaign);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        await Expect(page.Locator("#batches")).ToContainTextAsync("No batch has started yet.");
        await page.EvaluateAsync("window.stays = true");

        await campaign.SendBatch([.. campaign.Recipients.Take(4)], remaining: 6);
        await Expect(page.Locator("[data-live=sent]")).ToHaveTextAsync("4");
        await Expect(page.Locator("[data-live=queued]")).ToHaveTextAsync("6");
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", "40.00");
        await Expect(page.Locator("#batches tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator("#events")).ToContainTextAsync("Number 1: 4 sent; 6 remain");

        await campaign.Hear(campaign.Recipients.Take(3), now => new MessageOpened(now, false));
        await Expect(page.Locator("[data-live=opened]")).ToHaveTextAsync("3");
        await Expect(page.Locator("[data-live=opened-share]")).ToHaveTextAsync("75% of sent");

        await campaign.Record(new CampaignPaused(PausedBy.Breaker, "The provider refuses the key"));
        await Expect(page.Locator(".title .badge")).ToHaveTextAsync("Paused");
        await Expect(page.Locator("#actions")).ToContainTextAsync("by a breaker: The provider refuses the key");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("window.stays === true")).ShouldBeTrue();
    }

    [Fact]
    public async Task what_holds_it_stands_there_with_the_time_at_which_it_lets_go()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 3);
        var now = DateTimeOffset.UtcNow;
        await campaign.Record(new NextBatchScheduled(1, now.AddSeconds(3)));
        var page = await Open(campaign);
        await Expect(page.Locator("#why")).ToBeHiddenAsync();

        await campaign.Record(new NextBatchScheduled(1, now.AddHours(2), "its sender may send 20 messages in 1 min"));
        await campaign.Hear([campaign.Recipients[0]], at => new RecipientDeferred(DeferralReason.DeliveryHours, at.AddHours(9), "it is night there"));
        await page.ReloadAsync();
        var holds = page.Locator("#why li");
        await Expect(holds).ToHaveCountAsync(2);
        await Expect(holds.First).ToContainTextAsync("Batch 1 waits because its sender may send 20 messages in 1 min.");
        await Expect(holds.First.Locator("time")).ToHaveAttributeAsync("datetime", new Regex($"^{now.AddHours(2):yyyy-MM-ddTHH:mm}"));
        await Expect(holds.Last).ToContainTextAsync("Keeps back 1 of them.");
    }

    [Fact]
    public async Task it_comes_back_after_the_connection_was_lost()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 2);
        var page = await dashboard.PageOf(Tenant);
        var address = new Regex("/live$");
        await page.RouteAsync(address, route => route.AbortAsync());
        await page.GotoAsync($"/campaigns/{campaign.Id}");
        await Expect(page.Locator("#connection")).ToHaveTextAsync("reconnecting");

        await campaign.SendBatch(campaign.Recipients, remaining: 0);
        await page.UnrouteAsync(address);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        await Expect(page.Locator("[data-live=sent]")).ToHaveTextAsync("2");
    }

    [Fact]
    public async Task it_is_paused_and_resumed_with_a_button_in_ones_own_name()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 2);
        var page = await Open(campaign);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator(".title .badge")).ToHaveTextAsync("Paused");
        (await campaign.State()).Status.ShouldBe(CampaignStatus.Paused);
        await Expect(page.Locator("#events li").First).ToContainTextAsync("by tester");

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.Locator(".title .badge")).ToHaveTextAsync("Sending");
        (await campaign.State()).Status.ShouldBe(CampaignStatus.Sending);
    }

    [Fact]
    public async Task cancelling_asks_first_and_keeps_the_reason()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 2);
        var page = await Open(campaign);
        await page.GetByText("Cancel…").ClickAsync();
        await page.GetByLabel("Reason, for the record").FillAsync("Wrong list");
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, cancel the campaign" }).ClickAsync();
        await Expect(page.Locator(".title .badge")).ToHaveTextAsync("Cancelled");
        await Expect(page.Locator("#actions")).ToContainTextAsync("Wrong list");
        (await campaign.State()).Status.ShouldBe(CampaignStatus.Cancelled);
    }

    [Fact]
    public async Task trying_the_failed_again_asks_first_and_is_for_nobody_else()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 2);
        var page = await Open(campaign);
        await Expect(page.GetByText("Retry failed…")).ToBeHiddenAsync();
        await campaign.SendBatch(campaign.Recipients, remaining: 0, place => place == 0 ? new MessageFailed(1, FailureCategory.Content, "413", "Too large") : null);
        await campaign.Record(new CampaignCompleted(CampaignEnd.Partial));

        await page.GetByText("Retry failed…").ClickAsync();
        await Expect(page.Locator("#actions")).ToContainTextAsync("1 failed. The message is sent again to those whose address or number is not at fault");
        (await campaign.State()).Status.ShouldBe(CampaignStatus.Partial);
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, send it to them again" }).ClickAsync();

        await Expect(page.Locator("#events")).ToContainTextAsync("1 recipients that failed");
        (await campaign.State()).Status.ShouldBe(CampaignStatus.Sending);
    }

    [Fact]
    public async Task trying_the_failed_again_says_where_it_would_help_nobody()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 2);
        var page = await Open(campaign);
        await campaign.SendBatch(campaign.Recipients, remaining: 0, place => place == 0 ? new MessageFailed(1, FailureCategory.Recipient, "21211", "No number") : null);
        await campaign.Record(new CampaignCompleted(CampaignEnd.Partial));

        await page.GetByText("Retry failed…").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, send it to them again" }).ClickAsync();

        await Expect(page.GetByText("which no retry mends")).ToBeVisibleAsync();
        (await campaign.State()).Status.ShouldBe(CampaignStatus.Partial);
    }

    [Fact]
    public async Task a_reason_being_typed_survives_what_happens_meanwhile()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 2);
        var page = await Open(campaign);
        await page.GetByText("Cancel…").ClickAsync();
        await page.GetByLabel("Reason, for the record").FillAsync("Wrong li");

        await campaign.SendBatch([campaign.Recipients[0]], remaining: 1);
        await Expect(page.Locator("#batches tbody tr")).ToHaveCountAsync(1);
        await Expect(page.GetByLabel("Reason, for the record")).ToHaveValueAsync("Wrong li");
    }

    [Fact]
    public async Task what_came_too_late_is_refused_in_words()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 1);
        var page = await dashboard.PageOf(Tenant);
        await page.RouteAsync(new Regex("/live$"), route => route.AbortAsync()); // a page that has not heard yet
        await page.GotoAsync($"/campaigns/{campaign.Id}");
        await campaign.SendBatch(campaign.Recipients, remaining: 0);
        await campaign.Record(new CampaignCompleted(CampaignEnd.Completed));
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The campaign is completed: there is nothing to pause.");
    }

    [Fact]
    public async Task each_recipient_stands_there_with_the_reason()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 3);
        await campaign.SendBatch(campaign.Recipients, remaining: 0, place => place switch
        {
            0 => new MessageFailed(1, FailureCategory.Recipient, "550", "no such mailbox"),
            1 => new MessageInDoubt(1, "The provider did not answer"),
            _ => null,
        });
        var page = await Open(campaign, "?status=failed");
        var rows = page.Locator("#recipients tbody tr");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("The address was refused: 550 no such mailbox");
        await page.Locator("#recipients").GetByRole(AriaRole.Link, new() { Name = "In doubt" }).ClickAsync();
        await Expect(rows).ToContainTextAsync("The provider did not answer");
    }

    [Fact]
    public async Task it_can_be_read_without_the_script()
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, Tenant, 4);
        await campaign.SendBatch([.. campaign.Recipients.Take(1)], remaining: 3);
        var page = await dashboard.PageOf(Tenant);
        await page.RouteAsync(new Regex("\\.js$"), route => route.AbortAsync());
        await page.GotoAsync($"/campaigns/{campaign.Id}");
        await Expect(page.Locator("[data-live=done]")).ToHaveTextAsync("25%");
        await Expect(page.Locator("#batches time")).ToContainTextAsync("UTC");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator(".title .badge")).ToHaveTextAsync("Paused");
    }

    async Task<IPage> Open(TestCampaign campaign, string query = "")
    {
        var page = await dashboard.PageOf(Tenant);
        await page.GotoAsync($"/campaigns/{campaign.Id}{query}");
        return page;
    }
}
