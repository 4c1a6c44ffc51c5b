using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Consent;
using Campaigns.Providers.SendGrid;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Consent;

/// <summary>Whom SendGrid does not deliver to, and whom we do not write to.</summary>
[Collection("postgres")]
public sealed class the_providers_lists(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;
    SendGridStandIn sendGrid = null!;

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?>
        {
            ["PublicUrl"] = "https://mail.example.com", ["Secrets:Key"] = Convert.ToBase64String(new byte[32]), ["SendGrid:SingleOrganisation"] = "true",
        });
        sendGrid = await SendGridStandIn.Start();
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await sendGrid.DisposeAsync();
    }

    [Fact]
    public async Task hear_of_whoever_unsubscribes_by_our_link()
    {
        await Unsubscribe();
        sendGrid.Calls.ShouldBe(["""POST /v3/asm/suppressions/global {"recipient_emails":["silent.1@a.example"]}"""]);
    }

    [Fact]
    public async Task hear_of_it_also_when_they_were_away_at_first()
    {
        sendGrid.Says = _ => (500, "");
        await Unsubscribe();
        sendGrid.Says = _ => (201, "{}");
        await run.Pass(TimeSpan.FromMinutes(1));
        sendGrid.Calls.Count.ShouldBe(2);
        (await run.Host.Services.Waiting("consent")).ShouldBe(0);
    }

    [Fact]
    public async Task hear_nothing_where_other_organisations_use_them_too()
    {
        run.Provider.SingleOrganisation = false;
        await Unsubscribe();
        sendGrid.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task let_go_of_whoever_is_reinstated()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "ann+1@a.example" } });
        Use();
        sendGrid.Says = path => path.Contains("bounces", StringComparison.Ordinal) ? (404, """{"errors":[{"message":"not found"}]}""") : (204, "");
        using var reinstated = await run.Api.PostAsJsonAsync("suppressions/reinstate", new { address = "ann+1@a.example", reason = "Asked for it" });
        reinstated.EnsureSuccessStatusCode();
        await run.Work();

        sendGrid.Calls.ShouldBe([
            "DELETE /v3/asm/suppressions/global/ann%2B1%40a.example", "DELETE /v3/suppression/bounces/ann%2B1%40a.example", "DELETE /v3/suppression/blocks/ann%2B1%40a.example",
            "DELETE /v3/suppression/spam_reports/ann%2B1%40a.example", "DELETE /v3/suppression/invalid_emails/ann%2B1%40a.example",
        ]);
        (await run.Host.Services.Waiting("consent")).ShouldBe(0);
    }

    [Fact]
    public async Task are_read_into_ours_page_by_page()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "bounced.7@a.example" } });
        Use();
        sendGrid.Says = path => path switch
        {
            "/v3/suppression/bounces?limit=500&offset=0" => (200, List(Enumerable.Range(0, 500).Select(i => $"Bounced.{i}@a.example"))),
            "/v3/suppression/bounces?limit=500&offset=500" => (200, List(["last@a.example", "last@a.example", "no address"])),
            "/v3/suppression/spam_reports?limit=500&offset=0" => (200, """[{"email":"complainer@a.example","created":1},{"email":null},{},5]"""),
            "/v3/suppression/unsubscribes?limit=500&offset=0" => (200, List(["leaver@a.example"])),
            _ => (200, "[]"),
        };

        for (var times = 0; times < 2; times++)
        {
            using var answer = await run.Api.PostAsync("suppressions/import-from-provider", null);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            await run.Work();
        }

        (await run.Store.Texts("select reason || ' ' || source || ' ' || count(*) from suppressions group by reason, source order by 1")).ShouldBe([
            "Complaint sendgrid spam_reports 1", "InvalidAddress sendgrid bounces 500", "Manual api: test 1", "Unsubscribed sendgrid unsubscribes 1",
        ]);
        (await run.Store.Number("select count(*) from mt_events where type = 'address_suppressed'")).ShouldBe(503);
        sendGrid.Calls.Count.ShouldBe(2 * (SendGridSuppressions.Lists.Count + 1));
    }

    [Fact]
    public async Task give_a_stronger_reason_than_the_one_there_is()
    {
        await run.Api.Post("suppressions", new { addresses = new[] { "leaver@a.example" }, reason = "unsubscribed" });
        Use();
        sendGrid.Says = path => path.StartsWith("/v3/suppression/spam_reports", StringComparison.Ordinal) ? (200, List(["leaver@a.example"])) : (200, "[]");
        using var answer = await run.Api.PostAsync("suppressions/import-from-provider", null);
        await run.Work();
        (await run.Store.Texts("select reason from suppressions")).ShouldBe(["Complaint"]);
    }

    static string List(IEnumerable<string> addresses) =>
        JsonSerializer.Serialize(addresses.Select(email => new { email, created = 1, reason = "550", status = "5.0.0" }));

    async Task Unsubscribe()
    {
        run.Sandbox.EventWebhook = null;
        var campaign = await run.Api.Launch(["silent.1@a.example"]);
        await run.Work();
        Use();
        var recipient = (await run.Api.Recipients(campaign)).Single().Id;
        var link = ((UnsubscribeLinks)run.Host.Services.GetService(typeof(UnsubscribeLinks))!).For(CampaignRun.Tenant, recipient)!;
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(run.Host.Address, link.AbsolutePath), null);
        answer.EnsureSuccessStatusCode();
        await run.Work();
    }

    void Use() => (run.Provider.BaseAddress, run.Provider.ApiKey) = (sendGrid.Address, "SG.test");
}
