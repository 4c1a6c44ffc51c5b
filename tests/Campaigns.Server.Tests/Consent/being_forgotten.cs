using System.Net;
using Campaigns.Insight;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Consent;

[Collection("postgres")]
public sealed class being_forgotten(PostgresFixture postgres) : IAsyncLifetime
{
    readonly SendGridVoice voice = new();
    CampaignRun run = null!;
    SendGridStandIn sendGrid = null!;

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase());
        run.Sandbox.EventWebhook = null;
        run.Provider.WebhookPublicKey = voice.PublicKey;
        run.Provider.SingleOrganisation = true;
        sendGrid = await SendGridStandIn.Start();
    }

    public async Task DisposeAsync()
    {
        await run.DisposeAsync();
        await sendGrid.DisposeAsync();
    }

    [Fact]
    public async Task takes_a_person_out_of_contacts_events_and_ledger_and_leaves_who_is_suppressed()
    {
        var campaign = await run.Api.Launch(["ann@a.example", "bob@a.example"]);
        await run.Work();
        var (ann, bob) = await Recipients(campaign);
        foreach (var recipient in new[] { ann, bob })
        {
            var bounce = SendGridVoice.Event("bounce", recipient.Id, run.Clock.Now);
            (bounce["reason"], bounce["email"]) = ($"550 {recipient.Email} unknown", recipient.Email!);
            using var posted = await voice.Post(run.Host.Address, CampaignRun.Tenant, bounce);
        }

        await run.Work();
        await run.Store.Texts($"update recipients set status = 'failed', category = 'content', reason = '400 ann@a.example is bad' where id = '{ann.Id}' returning id::text");
        (run.Provider.BaseAddress, run.Provider.ApiKey) = (sendGrid.Address, "SG.test");

        using var asked = await run.Api.PostAsync($"contacts/{ann.ContactId}/erase", null);
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await run.Work();

        (await run.Store.Texts("select email from contacts")).ShouldBe(["bob@a.example"]);
        (await run.Store.Number("select count(*) from list_members")).ShouldBe(1);
        (await run.Store.Texts("select coalesce(data->>'reason', 'erased') from mt_events where type = 'message_bounced' order by 1")).ShouldBe(["550 bob@a.example unknown", "erased"]);
        (await run.Store.Texts($"select reason from recipients where id = '{ann.Id}'")).ShouldBe(["400 erased"]);
        (await run.Store.Texts("select address from suppressions order by address")).ShouldBe(["ann@a.example", "bob@a.example"]);
        (await run.Store.Texts("select reason || ' ' || by_user || ' ' || events from erasures")).ShouldBe([$"contact {ann.ContactId} test 2"]);
        sendGrid.Calls.ShouldBe(["""POST /v3/recipients/erasejob {"email_addresses":["ann@a.example"]}"""]);
        // What was handled goes after five minutes, by Wolverine and the clock of the machine.
        (await run.Store.Number("select count(*) from wolverine_incoming_envelopes where status <> 'Handled' and position('ann@a.example'::bytea in body) > 0")).ShouldBe(0);
    }

    [Fact]
    public async Task twice_is_as_once()
    {
        var campaign = await run.Api.Launch(["ann@a.example", "bob@a.example"]);
        var contact = Guid.Parse((await run.Store.Texts("select id::text from contacts where email = 'ann@a.example'")).Single());
        (run.Provider.BaseAddress, run.Provider.ApiKey) = (sendGrid.Address, "SG.test");
        using var first = await run.Api.PostAsync($"contacts/{contact}/erase", null);
        using var second = await run.Api.PostAsync($"contacts/{contact}/erase", null);
        await run.Work();
        using var third = await run.Api.PostAsync($"contacts/{contact}/erase", null);

        (first.StatusCode, second.StatusCode, third.StatusCode).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.NotFound));
        sendGrid.Calls.Count(call => call.Contains("erasejob", StringComparison.Ordinal)).ShouldBe(1);
        (await run.Api.Recipients(campaign)).ShouldAllBe(recipient => recipient.ContactId != contact || recipient.SentAt == null);
    }

    async Task<(RecipientView Ann, RecipientView Bob)> Recipients(Guid campaign)
    {
        var all = await run.Api.Recipients(campaign);
        return (all.Single(recipient => recipient.Email == "ann@a.example"), all.Single(recipient => recipient.Email == "bob@a.example"));
    }
}
