using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Recipients;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Consent;

/// <summary>From the header in the message to nobody writing any more.</summary>
[Collection("postgres")]
public sealed class unsubscribing_by_link(PostgresFixture postgres) : IAsyncLifetime
{
    const string Address = "silent.1@a.example";

    static readonly HttpClient World = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });

    CampaignRun run = null!;
    Guid campaign;
    Uri link = null!;

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?>
        {
            ["PublicUrl"] = "https://mail.example.com/ours", ["Secrets:Key"] = Convert.ToBase64String(new byte[32]),
        });
        run.Sandbox.EventWebhook = null;
        campaign = await run.Api.Launch([Address, "silent.2@a.example"]);
        await run.Work();

        var inHeader = await Header(Address, "List-Unsubscribe");
        (await Header(Address, "List-Unsubscribe-Post")).ShouldBe("List-Unsubscribe=One-Click");
        inHeader.ShouldStartWith("<https://mail.example.com/ours/u/");
        inHeader.ShouldNotBe(await Header("silent.2@a.example", "List-Unsubscribe"));
        link = new Uri(run.Host.Address, "u/" + inHeader.Split('/')[^1].TrimEnd('>')); // what stands before the server leaves off the rest
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    public static TheoryData<Func<HttpContent?>> Bodies => new()
    {
        () => new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]),
        () => new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } },
        () => new ByteArrayContent([0xff, 0x00]),
        () => null,
    };

    [Theory, MemberData(nameof(Bodies))]
    public async Task takes_one_post_whatever_it_is_written_in(Func<HttpContent?> body)
    {
        using var content = body();
        using var answer = await World.PostAsync(link, content);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await Recipient()).UnsubscribedAt.ShouldBe(run.Clock.Now);
        (await run.Store.Texts("select address || ' ' || reason || ' ' || source from suppressions")).ShouldBe([$"{Address} Unsubscribed recipient {(await Recipient()).Id}"]);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Theory, InlineData("u"), InlineData("u/"), InlineData("u/a/b"), InlineData("u/a/b/c")]
    public async Task that_a_mail_program_broke_is_a_page_that_says_so(string path)
    {
        using var answer = await World.GetAsync(new Uri(run.Host.Address, path));
        (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.NotFound, "text/html"));
    }

    [Fact]
    public async Task twice_is_as_once()
    {
        await Click();
        var events = await run.Store.Number("select count(*) from mt_events");
        await Click();
        (await run.Store.Number("select count(*) from mt_events")).ShouldBe(events);
    }

    [Fact]
    public async Task again_after_somebody_reinstated_the_address_counts_again()
    {
        await Click();
        using var reinstated = await run.Api.PostAsJsonAsync("suppressions/reinstate", new { address = Address, reason = "Asked for it" });
        reinstated.EnsureSuccessStatusCode();
        await Click();
        (await run.Store.Texts("select address from suppressions")).ShouldBe([Address]);
    }

    [Theory]
    [InlineData("unreachable", "Unsubscribed"), InlineData("complaint", "Complaint")]
    public async Task is_a_reason_beside_others_of_which_the_strongest_stays(string before, string after)
    {
        await run.Api.Post("suppressions", new { addresses = new[] { Address }, reason = before });
        await Click();
        (await run.Store.Texts("select reason from suppressions")).ShouldBe([after]);
    }

    [Fact]
    public async Task keeps_the_next_campaign_away()
    {
        await Click();
        var next = await run.Api.Launch([Address, "silent.2@a.example"], list: "Next");
        await run.Work();
        (await run.Api.Recipients(next)).Count(recipient => recipient.Reason == "suppressed").ShouldBe(1);
    }

    [Fact]
    public async Task settles_a_doubt_since_only_who_got_the_message_has_the_link()
    {
        await run.Store.Texts($"update recipients set status = 'inDoubt' where id = '{(await Recipient()).Id}' returning status");
        await run.Store.Texts("update campaign_progress set in_doubt = 1, sent = sent - 1 returning 'inDoubt'");
        await Click();
        (await Recipient()).Status.ShouldBe(Campaigns.Recipients.RecipientStatus.Sent);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task needs_no_contact_any_more()
    {
        await run.Store.Texts("delete from contacts returning email");
        await Click();
        (await run.Store.Number("select count(*) from recipients where unsubscribed_at is not null")).ShouldBe(1);
        (await run.Store.Number("select count(*) from suppressions")).ShouldBe(0);
    }

    [Fact]
    public async Task holds_for_the_address_of_a_contact_who_was_deleted_since()
    {
        var contact = (await Recipient()).ContactId;
        (await run.Api.DeleteAsync($"contacts/{contact}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Click();
        (await run.Store.Texts("select address || ' ' || reason from suppressions")).ShouldBe([$"{Address} Unsubscribed"]);

        using var erased = await run.Api.PostAsync($"contacts/{contact}/erase", null);
        erased.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await run.Work();
        (await run.Store.Number("select count(*) from former_addresses")).ShouldBe(0);
        (await run.Api.PostAsync($"contacts/{contact}/erase", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Read(HttpMethod.Post, "en")).ShouldContain("no longer knows which address this message went to");
    }

    [Fact]
    public async Task holds_for_the_address_that_the_message_went_to_and_for_the_one_that_the_contact_has_now()
    {
        var recipient = await Recipient();
        run.Clock.Advance(TimeSpan.FromDays(1));
        using var changed = await run.Api.PatchAsync($"contacts/{recipient.ContactId}", JsonContent.Create(new { email = "moved@b.example" }));
        changed.EnsureSuccessStatusCode();
        run.Clock.Advance(TimeSpan.FromDays(1));
        using var again = await run.Api.PatchAsync($"contacts/{recipient.ContactId}", JsonContent.Create(new { email = "moved.again@c.example" }));
        again.EnsureSuccessStatusCode();

        (await Recipient()).Email.ShouldBe(Address);
        await Click();
        (await run.Store.Texts("select address || ' ' || reason from suppressions order by 1"))
            .ShouldBe(["moved.again@c.example Unsubscribed", $"{Address} Unsubscribed"], ignoreOrder: true);
        await run.Store.ShouldAddUp();

        using var erased = await run.Api.PostAsync($"contacts/{recipient.ContactId}/erase", null);
        await run.Work();
        (await run.Store.Number("select count(*) from former_addresses")).ShouldBe(0);
    }

    [Fact]
    public async Task asks_first_whoever_only_follows_the_link()
    {
        using var answer = await World.GetAsync(link);
        var page = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.ShouldContain("""<form method="post">""");
        page.ShouldContain("<button");
        page.ShouldNotContain("<script");
        (await Recipient()).UnsubscribedAt.ShouldBeNull();
        (await run.Store.Number("select count(*) from suppressions")).ShouldBe(0);
    }

    [Fact]
    public async Task shows_whom_it_is_from_and_speaks_the_language_of_the_person_or_else_of_the_browser()
    {
        using var settings = await run.Api.PutAsJsonAsync("organisation", new { name = "Müller & <b>Söhne", approvalRequired = false, timeZone = "Etc/UTC" });
        settings.EnsureSuccessStatusCode();

        var inEnglish = await Read(HttpMethod.Get, "ja, en;q=0.5, de;q=0.1");
        inEnglish.ShouldContain("<html lang=\"en\">");
        inEnglish.ShouldContain("<header>M&#252;ller &amp; &lt;b&gt;S&#246;hne</header>");
        (await Read(HttpMethod.Get, "fr-CH, de;q=0.9")).ShouldContain("<html lang=\"fr\">");

        await run.Store.Texts($$"""update contacts set attributes = '{"language":"de-AT"}' where email = '{{Address}}' returning email""");
        (await Read(HttpMethod.Get, "fr")).ShouldContain("<h1>Abmelden?</h1>");
        (await Read(HttpMethod.Post, "fr")).ShouldContain("Sie erhalten keine Nachrichten von <strong>M&#252;ller &amp; &lt;b&gt;S&#246;hne</strong> mehr.");
    }

    [Fact]
    public async Task stands_below_the_message_that_does_not_show_it_and_where_the_template_wants_it()
    {
        var message = await Message(Address);
        message.Text("text").ShouldEndWith($"-- \nYou receive this e-mail from acme. Unsubscribe: https://mail.example.com/ours/u/{link.Segments[^1]}\n");

        async Task<string> Sent(string to, object more)
        {
            var template = await run.Api.MakeTemplate("Hello. {{#if postal_address}}{{postal_address}} {{/if}}" + (to.Contains("own") ? "No more: {{unsubscribe_url}}" : ""));
            var list = await run.Api.Import(to, [$"{to},Ada"]);
            var merged = JsonSerializer.SerializeToNode(
                new { name = "S", listId = list, templateId = template, from = new { email = "anna@sender.example" }, pace = CampaignSteps.Fast },
                CampaignSteps.Json)!.AsObject();
            foreach (var (name, value) in JsonSerializer.SerializeToNode(more)!.AsObject())
            {
                merged[name] = value?.DeepClone();
            }

            await run.Api.Command((await run.Api.Post("campaigns", merged)).GetProperty("id").GetGuid(), "launch");
            await run.Work();
            return (await Message(to)).Text("text");
        }

        (await Sent("own@a.example", new { })).ShouldMatch("^Hello. No more: https://mail.example.com/ours/u/[\\w-]+$");
        (await Sent("invoice@a.example", new { transactional = true })).ShouldBe("Hello. ");
    }

    [Fact]
    public async Task of_a_test_leads_to_a_page_that_says_so()
    {
        using var asked = await World.GetAsync(new Uri(run.Host.Address, "u/example"));
        using var posted = await World.PostAsync(new Uri(run.Host.Address, "u/example"), null);
        foreach (var answer in new[] { asked, posted })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("This message was a test.");
        }
    }

    [Fact]
    public async Task brings_its_own_style_and_lets_nothing_else_in()
    {
        using var answer = await World.GetAsync(link);
        var page = await answer.Content.ReadAsStringAsync();
        var style = page[(page.IndexOf("<style>", StringComparison.Ordinal) + 7)..page.IndexOf("</style>", StringComparison.Ordinal)];
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(
            [$"default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"]);
    }

    [Fact]
    public async Task is_for_nobody_who_made_the_link_himself()
    {
        var token = link.Segments[^1];
        foreach (var forged in new[] { token[..^2] + "AA", "x" + token, new string('A', token.Length), "x", "%20" })
        {
            using var asked = await World.GetAsync(new Uri(link, forged));
            using var posted = await World.PostAsync(new Uri(link, forged), null);
            (asked.StatusCode, posted.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
            (await posted.Content.ReadAsStringAsync()).ShouldContain("<h1>This link does not work</h1>");
        }

        (await run.Store.Number("select count(*) from suppressions")).ShouldBe(0);
    }

    async Task Click()
    {
        using var content = new StringContent("List-Unsubscribe=One-Click", Encoding.ASCII, "application/x-www-form-urlencoded");
        using var answer = await World.PostAsync(link, content);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    async Task<string> Read(HttpMethod method, string languages)
    {
        using var request = new HttpRequestMessage(method, link);
        request.Headers.Add("Accept-Language", languages);
        using var answer = await World.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    async Task<string> Header(string to, string name) => (await Message(to)).GetProperty("headers").Text(name);

    async Task<JsonElement> Message(string to)
    {
        var messages = await World.GetJson(new Uri(run.Sandbox.Address, $"/api/messages?to={to}").ToString());
        return await World.GetJson(new Uri(run.Sandbox.Address, "/api/messages/" + messages.EnumerateArray().Single().Text("id")).ToString());
    }

    async Task<RecipientView> Recipient() => (await run.Api.Recipients(campaign)).Single(recipient => recipient.Email == Address);
}
