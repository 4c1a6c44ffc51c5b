using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Senders;
using Campaigns.Server.Tests.Sending;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Tests.Tenancy;

[Collection("postgres")]
public sealed class senders_over_http(PostgresFixture postgres) : IAsyncLifetime
{
    const string Anna = "anna@sender.example";
    const string Ben = "ben@sender.example";

    CampaignRun run = null!;

    HttpClient Api => run.Api;

    public async Task InitializeAsync() =>
        run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Senders:RequireVerified"] = "true" });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task are_verified_by_the_button_behind_the_link_that_is_mailed_to_them()
    {
        var sender = await Add(Anna);
        using var anybody = new HttpClient();

        using var asked = await Api.PostAsync($"senders/{sender}/verify", null);
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var link = await Link();
        using var page = await anybody.GetAsync(link);
        (await page.Content.ReadAsStringAsync()).ShouldContain(Anna);
        page.Headers.CacheControl!.NoStore.ShouldBeTrue("its address is a secret");
        (await IsVerified(sender)).ShouldBeFalse("scanners of mail follow links");
        (await anybody.PostAsync(link, null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await IsVerified(sender)).ShouldBeTrue();

        (await anybody.PostAsync(link, null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await anybody.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var again = await Api.PostAsync($"senders/{sender}/verify", null);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        run.Gate.Count.ShouldBe(1, "there is nothing more to confirm");
        run.Host.Services.GetRequiredService<IConfiguration>()["PublicUrl"] = null;
        using var unlinked = await Api.PostAsync($"senders/{sender}/verify", null);
        unlinked.StatusCode.ShouldBe(HttpStatusCode.OK, "it takes no link, and no address for one");
    }

    [Fact]
    public async Task of_one_organisation_get_so_many_links_an_hour_and_no_more()
    {
        run.Host.Services.GetRequiredService<IOptions<SendersOptions>>().Value.ConfirmationsPerHour = 2;
        Guid[] senders = [await Add("a@sender.other"), await Add("b@sender.other"), await Add("c@sender.other")];
        (await Ask(senders[0])).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Ask(senders[1])).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var refused = await Ask(senders[2]);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Json()).Text("type").ShouldBe("/problems/limit-reached");
        refused.Headers.RetryAfter!.Delta!.Value.TotalMinutes.ShouldBeInRange(60, 60.1);
        run.Gate.Count.ShouldBe(2);
        (await run.Store.Number("select count(*) from mt_events where type = 'sender_confirmation_asked'")).ShouldBe(2, "a link that is not mailed is not made");

        run.Clock.Advance(TimeSpan.FromMinutes(60.1));
        (await Ask(senders[2])).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        Task<HttpResponseMessage> Ask(Guid sender) => Api.PostAsync($"senders/{sender}/verify", null);
    }

    [Fact]
    public async Task keep_no_token_that_would_confirm_them()
    {
        var sender = await Add(Anna);
        await Api.PostAsync($"senders/{sender}/verify", null);
        var token = (await Link()).Segments[^1];
        token.Length.ShouldBeGreaterThan(40);
        (await run.Store.Number($"select count(*) from mt_events where data::text like '%{token}%'")).ShouldBe(0);
        (await run.Store.Number($"select count(*) from mt_doc_sender where data::text like '%{token}%'")).ShouldBe(0);
    }

    [Fact]
    public async Task let_a_campaign_out_only_once_they_are_verified()
    {
        var campaign = await Api.Draft(await Api.Import("Everybody", ["ada@a.example,Ada"]), await Api.MakeTemplate());
        (await Refused(campaign, "launch")).ShouldBe("/problems/sender-unknown");

        var sender = await Add(Anna);
        (await Refused(campaign, "launch")).ShouldBe("/problems/sender-unverified");
        (await Refused(campaign, "schedule", new { at = run.Clock.GetUtcNow().AddHours(1) })).ShouldBe("/problems/sender-unverified");

        await Verify(sender);
        await Api.Command(campaign, "launch");
        await run.Settle();
        (await Api.Progress(campaign)).Sent.ShouldBe(1);
    }

    [Fact]
    public async Task are_named_by_campaigns_that_rotate_among_them()
    {
        var (first, second) = (await Add(Anna), await Add(Ben));
        await Verify(first);
        var (list, template) = (await Api.Import("Everybody", ["ada@a.example,Ada"]), await Api.MakeTemplate());
        var campaign = (await Api.Post("campaigns", new { name = "Both", listId = list, templateId = template, from = new { email = Anna }, senderIds = new[] { first, second } }))
            .GetProperty("id").GetGuid();

        (await Api.GetJson($"campaigns/{campaign}")).GetProperty("senderIds").GetArrayLength().ShouldBe(2);
        (await Refused(campaign, "launch")).ShouldBe("/problems/sender-unverified");
        using var used = await Api.PostAsync($"senders/{second}/retire", null);
        (used.StatusCode, (await used.Json()).GetProperty("campaigns")[0].Text("name")).ShouldBe((HttpStatusCode.Conflict, "Both"));
        var third = await Add("carl@sender.example");
        await Api.PostAsync($"senders/{third}/retire", null);
        using var renamed = await Api.PatchAsJsonAsync($"campaigns/{campaign}", new { senderIds = new[] { first, third } });
        (await Refused(campaign, "launch")).ShouldBe("/problems/sender-retired");
    }

    [Fact]
    public async Task take_turns_with_tests_of_such_a_campaign_while_one_of_them_is_paused()
    {
        var (first, second) = (await Add(Anna), await Add(Ben));
        await Verify(first);
        await Verify(second, Ben);
        var campaign = (await Api.Post("campaigns", new
        {
            name = "Both", listId = await Api.Import("Everybody", ["ada@a.example,Ada"]), templateId = await Api.MakeTemplate(), from = new { email = Anna },
            senderIds = new[] { first, second },
        })).GetProperty("id").GetGuid();

        await Api.Post($"senders/{first}/pause", new { reason = "On holiday" });
        (await Test()).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await NewestMail("me@a.example")).GetProperty("from").Text("email").ShouldBe(Ben);
        await Api.Post($"senders/{first}/resume", new { });
        await Api.Post($"senders/{second}/pause", new { reason = "On holiday" });
        (await Test()).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await NewestMail("me@a.example")).GetProperty("from").Text("email").ShouldBe(Anna);
        await Api.Post($"senders/{first}/pause", new { reason = "On holiday" });
        using var refused = await Test();
        (refused.StatusCode, (await refused.Json()).Text("type")).ShouldBe((HttpStatusCode.Conflict, "/problems/sender-unavailable"));

        Task<HttpResponseMessage> Test() => Api.PostAsJsonAsync($"campaigns/{campaign}/test", new { to = "me@a.example", fields = new { first_name = "Me" } });
    }

    [Fact]
    public async Task have_an_address_each()
    {
        var sender = await Add(Anna);
        using var taken = await Api.PostAsJsonAsync("senders", new { name = "Another", email = Anna.ToUpperInvariant() });
        taken.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await taken.Json()).Text("type").ShouldBe("/problems/sender-exists");

        await Api.PostAsync($"senders/{sender}/retire", null);
        await Add(Anna);
        (await Api.GetJson("senders")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await Api.GetJson("senders?retired=true")).GetProperty("items").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task are_changed_by_whom_has_read_the_newest_version()
    {
        using var added = await Api.PostAsJsonAsync("senders", new { name = "Anna", email = Anna });
        var id = (await added.Json()).Text("id");
        HttpRequestMessage Change(string name) => new(HttpMethod.Put, $"senders/{id}")
        {
            Content = JsonContent.Create(new { name, email = Anna, limits = new { perMinute = 5 }, warmUp = new { startedAt = run.Clock.GetUtcNow() } }),
            Headers = { { "If-Match", added.Headers.ETag!.Tag } },
        };

        using var changed = await Api.SendAsync(Change("Anna B."));
        using var outdated = await Api.SendAsync(Change("Anna C."));

        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        outdated.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        var sender = await Api.GetJson($"senders/{id}");
        (sender.Text("name"), sender.Number("warmUpHourlyCap"), sender.GetProperty("limits").Number("perMinute")).ShouldBe(("Anna B.", 20, 5));
    }

    [Fact]
    public async Task say_who_paused_them_and_why()
    {
        var id = await Add(Anna);
        var paused = await Api.Post($"senders/{id}/pause", new { reason = "On holiday" });
        (paused.Text("pausedBy"), paused.Text("reason")).ShouldBe(("person", "On holiday"));
        var resumed = await Api.Post($"senders/{id}/resume", new { });
        resumed.TryGetProperty("pausedBy", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task of_one_organisation_are_invisible_to_another()
    {
        var id = await Add(Anna);
        using var other = await run.Host.Client("other");
        (await other.GetAsync($"senders/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PutAsJsonAsync($"senders/{id}", new { name = "Mine", email = Anna })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var command in new[] { "verify", "pause", "resume", "retire" })
        {
            (await other.PostAsync($"senders/{id}/{command}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound, command);
        }
    }

    async Task<Guid> Add(string email) => (await Api.Post("senders", new { name = "Anna", email })).GetProperty("id").GetGuid();

    async Task Verify(Guid sender, string email = Anna)
    {
        await Api.PostAsync($"senders/{sender}/verify", null);
        using var anybody = new HttpClient();
        (await anybody.PostAsync(await Link(email), null)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    async Task<bool> IsVerified(Guid sender) => (await Api.GetJson($"senders/{sender}")).GetProperty("verified").GetBoolean();

    /// <summary>In the newest mail to the sender.</summary>
    async Task<Uri> Link(string email = Anna) => new(
        (await NewestMail(email)).Text("text").Split('\n').Single(line => line.StartsWith("http", StringComparison.Ordinal)));

    async Task<JsonElement> NewestMail(string to)
    {
        using var mailbox = new HttpClient { BaseAddress = run.Sandbox.Address };
        var messages = await mailbox.GetFromJsonAsync<JsonElement>($"api/messages?to={to}");
        return await mailbox.GetFromJsonAsync<JsonElement>($"api/messages/{messages[0].Text("id")}");
    }

    async Task<string> Refused(Guid campaign, string command, object? body = null)
    {
        using var response = await Api.PostAsJsonAsync($"campaigns/{campaign}/{command}", body ?? new { });
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        return (await response.Json()).Text("type");
    }
}
