using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Planning;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;

namespace Campaigns.Server.Tests.Sending;

[Collection("sending")]
public sealed class offers_of_a_campaign(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() =>
        run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Sending:HydrationChunk"] = "30" });

    public async Task DisposeAsync() => await run.DisposeAsync();

    /// <summary>The story of the first of our sources: offers to agents for the properties that they sell, by one click, after a person has looked at them.</summary>
    [Fact]
    public async Task two_hundred_agents_get_offers_for_their_properties()
    {
        // 1 to 5 properties each, 600 together. Prices, repairs and what comes of them in whole dollars, reckoned here by hand: integers only.
        var properties = (from agent in Enumerable.Range(0, 200)
                          from place in Enumerable.Range(0, 1 + (agent % 5))
                          let price = 200_000 + (agent * 1_700) + (place * 13_250)
                          let repairs = (agent * 37 + place * 411) % 25_000
                          select (Agent: agent, Reference: $"MLS-{agent:000}-{place}", Price: price, Repairs: repairs, Offer: Hundreds((price * 72L) - (repairs * 100L)))).ToList();
        properties.Count.ShouldBe(600);
        var agents = await run.Api.Import("Agents", Enumerable.Range(0, 200).Select(agent => $"agent{agent:000}@homes.example,Agent {agent}"));
        var file = new StringBuilder("Agent email,MLS number,Address,List price,Repairs,Days on market\r\n");
        foreach (var property in properties)
        {
            var price = property.Price.ToString("'$'#,0", CultureInfo.InvariantCulture); // $450,000
            file.Append(CultureInfo.InvariantCulture, $"agent{property.Agent:000}@homes.example,{property.Reference},\"{property.Price % 977} Elm St, Unit {property.Agent}\",\"{price}\",{property.Repairs},40\r\n");
        }

        file.Append("agent007@homes.example,MLS-TYPO,7 Elm St,\"$45,000,000\",0,40\r\n"); // three zeros too many
        file.Append("agent008@homes.example,MLS-CALL,8 Elm St,on request,0,40\r\n");
        file.Append("agent009@homes.example,MLS-OLD,9 Elm St,\"$300,000\",0,400\r\n");
        file.Append("nobody@homes.example,MLS-NOBODY,10 Elm St,\"$300,000\",0,40\r\n");
        var report = await Import(file.ToString(), "?reference=MLS%20number");
        (report.Number("rows"), report.Number("created"), report.Number("rejected")).ShouldBe((604, 603, 1));
        report.GetProperty("rejections")[0].ShouldSatisfyAllConditions(
            row => row.Text("reason").ShouldBe("unknown-contact"), row => row.Text("value").ShouldBe("nobody@homes.example"), row => row.Number("line").ShouldBe(605));
        (await Import(file.ToString(), "?reference=MLS%20number")).ShouldSatisfyAllConditions(
            again => again.Number("created").ShouldBe(0), again => again.Number("changed").ShouldBe(0), again => again.Number("same").ShouldBe(603));

        var formula = await run.Api.Post("formulas", new
        {
            name = "72 %", values = new[] { new { name = "offerPrice", expression = "round(listPrice * 0.72 - repairs, -2)" } }, only = "daysOnMarket < 365 and offerPrice > 0",
        });
        var template = (await run.Api.Post("templates", new
        {
            name = "Offers", subject = "{{offer_count}} offers for you, {{first_name}}",
            html = "<p>Dear {{first_name}},</p><ul>{{#each offers}}<li>{{address}}: {{money offer_price \"USD\"}} ({{reference}})</li>{{/each}}</ul>",
        })).GetProperty("id").GetGuid();
        var campaign = (await run.Api.Post("campaigns", new
        {
            name = "Offers of December", listId = agents, templateId = template, offers = new { formulaId = formula.Text("id") }, pace = CampaignSteps.Fast,
            from = new { email = "anna@sender.example" },
        })).GetProperty("id").GetGuid();

        // The preview shows the price with three zeros too many, and the one that is none.
        var preview = await run.Api.GetJson($"campaigns/{campaign}/offers");
        (preview.Number("contacts"), preview.Number("withoutOffer"), preview.Number("offers"), preview.Number("offered"), preview.Number("leftOutByFormula"), preview.Number("failed"))
            .ShouldBe((200, 0, 603, 601, 1, 1));
        preview.GetProperty("problems")[0].ShouldSatisfyAllConditions(
            problem => problem.Text("why").ShouldBe("offer_price: list_price is 'on request', which is no number"),
            problem => problem.GetProperty("examples")[0].Text("reference").ShouldBe("MLS-CALL"));
        var value = preview.GetProperty("values")[0];
        value.GetProperty("minimum").GetDecimal().ShouldBe(properties.Min(property => property.Offer));
        value.GetProperty("maximum").GetDecimal().ShouldBe(32_400_000);
        var outlier = value.GetProperty("outliers").EnumerateArray().Single();
        (outlier.Text("reference"), outlier.GetProperty("value").GetDecimal()).ShouldBe(("MLS-TYPO", 32_400_000));
        value.GetProperty("distribution").EnumerateArray().Sum(step => step.GetProperty("share").GetDouble()).ShouldBe(1, 1e-9);

        // Left out by hand, on record; and what the whole audience gets is read line by line.
        var changed = await run.Api.Command(campaign, "offers/leave-out", new { offerIds = new[] { outlier.Text("offerId") } });
        changed.GetProperty("offers").GetProperty("except")[0].GetString().ShouldBe(outlier.Text("offerId"));
        preview = await run.Api.GetJson($"campaigns/{campaign}/offers");
        (preview.Number("leftOutByHand"), preview.GetProperty("values")[0].GetProperty("outliers").GetArrayLength()).ShouldBe((1, 0));
        preview.GetProperty("values")[0].GetProperty("maximum").GetDecimal().ShouldBe(properties.Max(property => property.Offer));
        var lines = (await run.Api.GetStringAsync($"campaigns/{campaign}/offers?format=csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(604);
        lines.Count(line => line.Contains(",offered,", StringComparison.Ordinal)).ShouldBe(600);
        lines.Single(line => line.Contains("MLS-CALL", StringComparison.Ordinal)).ShouldContain("failed");

        // Approved by another person, launched, sent.
        (await run.Api.PatchAsJsonAsync("organisation", new { name = "Acme", approvalRequired = true })).EnsureSuccessStatusCode();
        await run.Api.Command(campaign, "submit");
        using (var early = await run.Api.PostAsync($"campaigns/{campaign}/launch", null))
        {
            (await early.Json()).Text("type").ShouldBe("/problems/approval-required");
        }

        await run.Api.Command(campaign, "approve");
        var check = await run.Api.GetJson($"campaigns/{campaign}/check");
        check.GetProperty("audience").GetProperty("channels")[0].Number("wouldGet").ShouldBe(200);
        check.GetProperty("audience").GetProperty("offers").Number("offered").ShouldBe(600);
        await run.Api.Command(campaign, "launch");
        (await run.Api.PutAsJsonAsync($"formulas/{formula.Text("id")}", new { name = "1 %", values = new[] { new { name = "offerPrice", expression = "listPrice * 0.01" } } })).EnsureSuccessStatusCode();
        await run.Work();

        // Every amount that was sent is the one reckoned by hand, in the message and in the recipient's events.
        (await run.Api.Progress(campaign)).Sent.ShouldBe(200);
        var mails = (await Mails()).ToDictionary(mail => mail.To);
        mails.Count.ShouldBe(200);
        foreach (var agent in properties.GroupBy(property => property.Agent))
        {
            var mail = mails[$"agent{agent.Key:000}@homes.example"];
            mail.Subject.ShouldBe($"{agent.Count()} offers for you, Agent {agent.Key}");
            foreach (var property in agent)
            {
                mail.Html!.ShouldContain($": {property.Offer.ToString("'$'#,0.00", CultureInfo.InvariantCulture)} ({property.Reference})</li>");
            }

            mail.Html!.Split("<li>").Length.ShouldBe(1 + agent.Count());
        }

        var recorded = await run.Store.Texts(
            "select (o -> 'fields' ->> 'reference') || ' ' || (o -> 'fields' ->> 'offer_price') from mt_events, jsonb_array_elements(data -> 'offers') o where type = 'recipient_queued'");
        recorded.Order(StringComparer.Ordinal).ShouldBe(properties.Select(property => $"{property.Reference} {property.Offer}").Order(StringComparer.Ordinal));
        (await run.Api.GetJson($"campaigns/{campaign}")).Number("formulaVersion").ShouldBe(1);
        var recipient = (await run.Api.Recipients(campaign)).Single(each => each.Email == "agent004@homes.example");
        (await run.Api.GetJson($"recipients/{recipient.Id}")).ToString().ShouldContain("with 5 offers: MLS-004-0, MLS-004-1, MLS-004-2, MLS-004-3, MLS-004-4.");

        static long Hundreds(long cents) => (cents + 5_000) / 10_000 * 100;
    }

    [Fact]
    public async Task who_has_no_offer_gets_nothing_and_it_is_said_why()
    {
        var list = await run.Api.Import("Agents", ["ann@a.example,Ann", "bob@a.example,Bob", "cid@a.example,Cid", "dan@a.example,Dan"]);
        await Give("ann@a.example", new { fields = new { listPrice = "100" } });
        await Give("bob@a.example", new { fields = new { city = "Bern" } });
        var cid = await Give("cid@a.example", new { fields = new { listPrice = "5" } });
        var campaign = await Draft(list, "{{#each offers}}{{price}} for {{first_name}}{{/each}}", "list_price * 2");
        await run.Api.Command(campaign, "offers/leave-out", new { offerIds = new[] { cid } });

        var channel = (await run.Api.GetJson($"campaigns/{campaign}/check")).GetProperty("audience").GetProperty("channels")[0];
        (channel.Number("wouldGet"), channel.GetProperty("skipped").Number("noOffer")).ShouldBe((1, 3));
        await run.Api.Command(campaign, "launch");
        await run.Work();

        (await Mails()).Single().ShouldSatisfyAllConditions(mail => mail.To.ShouldBe("ann@a.example"), mail => mail.Text!.ShouldStartWith("200 for Ann"));
        var recipients = await run.Api.Recipients(campaign);
        recipients.Count(each => each.Reason == "noOffer").ShouldBe(3);
        (await run.Api.GetJson($"recipients/{recipients.Single(each => each.Email == "bob@a.example").Id}")).ToString().ShouldContain("none of theirs is left");
        using var over = await run.Api.GetAsync($"campaigns/{campaign}/offers");
        (await over.Json()).Text("type").ShouldBe("/problems/campaign-launched");
    }

    [Fact]
    public async Task as_they_are_at_the_launch_and_gone_with_the_person()
    {
        var list = await run.Api.Import("Agents", ["ann@a.example,Ann", "bob@a.example,Bob"]);
        await Give("ann@a.example", new { reference = "A", fields = new { address = "1 Elm St", listPrice = "100" } });
        await Give("bob@a.example", new { reference = "B", fields = new { address = "2 Oak St", listPrice = "300" } });
        var campaign = await Draft(list, "{{#each offers}}{{reference}} {{address}} {{price}}{{/each}}", "list_price * 2");
        await run.Api.Command(campaign, "launch");
        await run.WorkOnce("planning", 1); // both are recipients
        await Give("ann@a.example", new { reference = "A", fields = new { address = "9 Elm St", listPrice = "999" } });
        await run.Work();
        (await Mails()).Select(mail => mail.Text!.Split('\n')[0]).Order(StringComparer.Ordinal).ShouldBe(["A 1 Elm St 200", "B 2 Oak St 600"]);

        await run.Api.Post($"contacts/{await Id("bob@a.example")}/erase", new { });
        await run.Work();
        (await run.Store.Number("select count(*) from mt_events where data::text like '%Oak St%'")).ShouldBe(0);
        (await run.Store.Number("select count(*) from mt_events where data::text like '%Elm St%'")).ShouldBe(1);
        (await run.Store.Number("select count(*) from offers")).ShouldBe(1);
    }

    [Fact]
    public async Task nobody_is_written_to_where_nobody_has_one()
    {
        var list = await run.Api.Import("Agents", ["ann@a.example,Ann"]);
        var campaign = await Draft(list, "{{#each offers}}{{price}}{{/each}}", "list_price * 2");
        using (var refused = await run.Api.PostAsync($"campaigns/{campaign}/launch", null))
        {
            var problem = await refused.Json();
            (problem.Text("type"), problem.Text("detail")).ShouldSatisfyAllConditions(
                each => each.Item1.ShouldBe("/problems/nobody-to-write-to"), each => each.Item2.ShouldContain("the campaign is about offers"));
        }

        (await run.Api.GetJson($"campaigns/{campaign}/check")).GetProperty("refusal").Text("why").ShouldContain("the campaign is about offers");
        await run.Api.Command(campaign, "launch?force=true");
        await run.Work();
        (await Mails()).ShouldBeEmpty();
    }

    [Fact]
    public async Task are_missed_where_the_template_is_about_them_and_the_campaign_is_not()
    {
        var list = await run.Api.Import("Agents", ["ann@a.example,Ann"]);
        await Give("ann@a.example", new { fields = new { listPrice = "100" } });
        var campaign = await Draft(list, "{{#each offers}}{{list_price}}{{/each}} all the same", "1");
        (await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { offers = (object?)null })).EnsureSuccessStatusCode();
        using var refused = await run.Api.PostAsync($"campaigns/{campaign}/launch", null);
        var problem = await refused.Json();
        (problem.Text("type"), problem.Text("detail")).ShouldSatisfyAllConditions(
            each => each.Item1.ShouldBe("/problems/most-would-fail"), each => each.Item2.ShouldContain("Its template is about offers: give the campaign offers"));
    }

    [Fact]
    public async Task the_few_who_have_one_are_found_among_many()
    {
        var list = await run.Api.Import("Agents", ["ann@a.example,Ann", "bob@a.example,Bob"]);
        await run.Store.Texts($"""
            with added as (
                insert into contacts (tenant_id, id, email, created_at, updated_at)
                select 'acme', gen_random_uuid(), n || '@many.example', now(), now() from generate_series(1, {2 * Audiences.Sample}) n
                returning id
            ), members as (
                insert into list_members select 'acme', '{list}', id from added
            )
            insert into offers (tenant_id, contact_id, id, reference, fields, created_at, updated_at)
            select 'acme', id, gen_random_uuid(), 'R', jsonb_build_object('list_price', '1'), now(), now() from added returning reference
            """);
        await Give("ann@a.example", new { fields = new { listPrice = "100" } });
        var campaign = await Draft(list, "{{#each offers}}{{price}}{{/each}}", "list_price * 2");
        var formula = (await run.Api.GetJson($"campaigns/{campaign}")).GetProperty("offers").Text("formulaId");
        (await run.Api.PutAsJsonAsync($"formulas/{formula}", new { name = "Price", values = new[] { new { name = "price", expression = "list_price * 2" } }, only = "price > 100" })).EnsureSuccessStatusCode();
        await run.Api.Command(campaign, "launch"); // of a sample nobody may have an offer left
        await run.Work();
        (await Mails()).Single().To.ShouldBe("ann@a.example");
        (await run.Api.Progress(campaign)).Skipped.ShouldBe(1 + (2 * Audiences.Sample));
    }

    [Fact]
    public async Task of_a_contact_who_is_gone_are_not_kept()
    {
        await run.Api.Import("Agents", ["ann@a.example,Ann", "bob@a.example,Bob"]);
        var (ann, bob) = (await Id("ann@a.example"), await Id("bob@a.example"));
        // As an import that looked both up before one of them was removed.
        (await run.Api.DeleteAsync($"contacts/{ann}")).EnsureSuccessStatusCode();
        var offer = new Campaigns.Audience.Offers.OfferInput(new Dictionary<string, string?> { ["city"] = "Bern" }, "A");
        await using (var scope = run.Host.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync<Campaigns.Audience.Offers.OffersTaken>(
                new Campaigns.Audience.Offers.TakeOffers(Guid.CreateVersion7(), true, [new(2, ann, offer), new(3, bob, offer)]), new DeliveryOptions { TenantId = "acme" });
        }

        (await run.Store.Texts("select contact_id::text from offers")).ShouldBe([bob.ToString()]);
    }

    [Fact]
    public async Task by_text_message_too()
    {
        var list = await run.Api.Import("Agents", ["ann@a.example,Ann,+41790000001"], "email,first_name,phone");
        await Give("ann@a.example", new { fields = new { listPrice = "100" } });
        var campaign = await Draft(list, "{{#each offers}}{{price}}{{/each}}", "list_price * 2");
        (await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { channels = "emailAndSms" })).EnsureSuccessStatusCode();
        var check = await run.Api.GetJson($"campaigns/{campaign}/check");
        check.GetProperty("audience").GetProperty("content").Number("wouldFail").ShouldBe(0);
        check.GetProperty("audience").GetProperty("channels").EnumerateArray().ShouldAllBe(channel => channel.Number("wouldGet") == 1);
    }

    [Fact]
    public async Task a_test_and_a_preview_show_them()
    {
        var list = await run.Api.Import("Agents", ["ann@a.example,Ann"]);
        await Give("ann@a.example", new { reference = "A", fields = new { listPrice = "100" } });
        var campaign = await Draft(list, "{{#each offers}}{{reference}} {{price}}{{/each}}", "list_price * 2");
        var settings = await run.Api.GetJson($"campaigns/{campaign}");
        var preview = await run.Api.Post($"templates/{settings.Text("templateId")}/preview",
            new { contactId = await Id("ann@a.example"), formulaId = settings.GetProperty("offers").Text("formulaId") });
        preview.Text("text").ShouldBe("A 200");

        using (var none = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/test", new { to = "me@sender.example" }))
        {
            (await none.Json()).Text("type").ShouldBe("/problems/offers-missing");
        }

        using (var bad = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/test", new { to = "me@sender.example", offers = new[] { new { listPrice = "ten" } } }))
        {
            (await bad.Json()).Text("detail").ShouldBe("Offer 1: price: list_price is 'ten', which is no number");
        }

        await run.Api.Command(campaign, "test", new { to = "me@sender.example", offers = new[] { new { listPrice = "7", reference = "X" } } });
        (await Mails()).Single().Text!.ShouldStartWith("X 14");
    }

    [Fact]
    public async Task of_a_contact_are_replaced_and_read_back()
    {
        await run.Api.Import("Agents", ["ann@a.example,Ann"]);
        var ann = await Id("ann@a.example");
        (await Put(ann, new { offers = new object[] { new { reference = "B", fields = new { List_Price = "1" } }, new { reference = "A", fields = new { city = " Bern ", empty = "" } } } }))
            .ToString().ShouldContain("list_price");
        var offers = (await run.Api.GetJson($"contacts/{ann}/offers")).GetProperty("offers");
        offers.EnumerateArray().Select(offer => offer.Text("reference")).ShouldBe(["A", "B"]);
        offers[0].GetProperty("fields").ToString().ShouldBe("""{"city":"Bern"}""");
        await Put(ann, new { offers = new object[] { new { fields = new { city = "Bern" } } } });
        (await run.Api.GetJson($"contacts/{ann}/offers")).GetProperty("offers").GetArrayLength().ShouldBe(1);

        await Refuse(new { offers = new object[] { new { fields = new { } } } }, "1 to 300 fields");
        await Refuse(new { offers = new object[] { new { fields = new { email = "x" } } } }, "'email' cannot be the name");
        await Refuse(new { offers = new object[] { new { fields = new { a = "1" } }, new { fields = new { a = "1" } } } }, "two of the same reference");
        await Refuse(new { offers = new object[] { new { reference = new string('x', 101), fields = new { a = "1" } } } }, "A reference is one line");
        await Refuse(new { offers = Enumerable.Range(0, 51).Select(n => new { fields = new { n = $"{n}" } }) }, "At most 50 offers");
        using var nobody = await run.Api.PutAsJsonAsync($"contacts/{Guid.NewGuid()}/offers", new { offers = Array.Empty<object>() });
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await Put(ann, new { offers = Array.Empty<object>() });
        (await run.Api.GetJson($"contacts/{ann}/offers")).GetProperty("offers").GetArrayLength().ShouldBe(0);

        async Task Refuse(object body, string words)
        {
            using var refused = await run.Api.PutAsJsonAsync($"contacts/{ann}/offers", body);
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await refused.Content.ReadAsStringAsync()).ShouldContain(words);
        }
    }

    [Fact]
    public async Task a_file_takes_away_what_it_does_not_name_where_it_is_to()
    {
        await run.Api.Import("Agents", ["ann@a.example,Ann", "bob@a.example,Bob", ",Tom,+41790000003"], "email,first_name,phone");
        await Import("email,phone,price\nann@a.example,,1\nann@a.example,,2\nbob@a.example,,3\n,+41 79 000 00 03,4\n", "");
        (await Import("email,price\nann@a.example,2\nann@a.example,2\nann@a.example,5\n", "?others=remove")).ShouldSatisfyAllConditions(
            report => report.Number("created").ShouldBe(1), report => report.Number("same").ShouldBe(2), report => report.Number("removed").ShouldBe(1));
        (await run.Store.Texts("select fields ->> 'price' from offers order by 1")).ShouldBe(["2", "3", "4", "5"]);

        var many = string.Concat(Enumerable.Range(0, Campaigns.Audience.Offers.Offer.Most + 1).Select(n => $"bob@a.example,{n + 100}\n"));
        var report = await Import("email,price\n" + many, "");
        (report.Number("created"), report.Number("rejected"), report.GetProperty("rejections")[0].Text("reason")).ShouldBe((49, 2, "too-many-offers"));

        // Those that go are in nobody's way, and nothing goes while a row cannot be read.
        var others = string.Concat(Enumerable.Range(0, Campaigns.Audience.Offers.Offer.Most).Select(n => $"bob@a.example,{n + 500}\n"));
        var broken = await Import("email,price\n" + others + $"bob@a.example,{new string('x', 4001)}\n", "?others=remove");
        (broken.Number("created"), broken.Number("removed")).ShouldBe((50, 0));
        broken.Text("whyNoneRemoved").ShouldContain("the row of line 52 could not be read (value-too-long)");
        (await Import("email,price\n" + others, "?others=remove")).ShouldSatisfyAllConditions(
            again => again.Number("same").ShouldBe(50), again => again.Number("removed").ShouldBe(50));
        (await run.Store.Number("select count(*) from offers where fields ->> 'price' like '5__'")).ShouldBe(50);

        using var unknown = await run.Api.PostAsync("offers?reference=mls", Csv("email,price\nann@a.example,1\n"));
        var problem = await unknown.Json();
        (problem.Text("type"), problem.Text("detail")).ShouldBe(("/problems/reference-unknown", "No column of the file is a field 'mls' of offers. Such are price."));
        using var without = await run.Api.PostAsync("offers", Csv("price\n1\n"));
        without.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task formulas_are_kept_by_version_and_refused_with_a_reason()
    {
        var formula = await run.Api.Post("formulas", new { name = "Double", values = new[] { new { name = "Double Price", expression = " listPrice * 2 " } } });
        (formula.GetProperty("values")[0].Text("name"), formula.GetProperty("values")[0].Text("expression"), formula.Number("version")).ShouldBe(("double_price", "listPrice * 2", 1));
        using (var wrong = await run.Api.PostAsJsonAsync("formulas", new { name = "Bad", values = new[] { new { name = "x", expression = "system('rm')" } } }))
        {
            wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await wrong.Content.ReadAsStringAsync()).ShouldContain("There is no system of 1 argument.");
        }

        var tried = await run.Api.Post("formulas/preview", new { formula = new { name = "Try", values = new[] { new { name = "x", expression = "a / b" } } }, fields = new { a = "7", b = "2" } });
        tried.GetProperty("offers")[0].GetProperty("values").Text("x").ShouldBe("3.5");
        tried = await run.Api.Post("formulas/preview", new { formula = new { name = "Try", values = new[] { new { name = "x", expression = "a / b" } } }, fields = new { a = "7" } });
        tried.GetProperty("offers")[0].Text("failure").ShouldBe("x: there is no b");

        var list = await run.Api.Import("Agents", ["ann@a.example,Ann"]);
        var campaign = await Draft(list, "{{#each offers}}{{price}}{{/each}}", "1");
        var used = (await run.Api.GetJson($"campaigns/{campaign}")).GetProperty("offers").Text("formulaId");
        using (var needed = await run.Api.PostAsync($"formulas/{used}/archive", null))
        {
            (await needed.Json()).Text("type").ShouldBe("/problems/in-use");
        }

        await run.Api.Post($"formulas/{formula.Text("id")}/archive", new { });
        (await run.Api.GetJson("formulas")).GetProperty("items").EnumerateArray().Select(each => each.Text("id")).ShouldBe([used]);
        using (var archived = await run.Api.PutAsJsonAsync($"formulas/{formula.Text("id")}", new { name = "Two", values = new[] { new { name = "x", expression = "2" } } }))
        {
            (await archived.Json()).Text("type").ShouldBe("/problems/formula-archived");
        }

        using var unknown = await run.Api.PatchAsJsonAsync($"campaigns/{campaign}", new { offers = new { formulaId = Guid.NewGuid() } });
        (await unknown.Json()).Text("type").ShouldBe("/problems/formula-unknown");
    }

    async Task<Guid> Draft(Guid list, string text, string expression)
    {
        var formula = await run.Api.Post("formulas", new { name = "Price", values = new[] { new { name = "price", expression } } });
        var template = await run.Api.Post("templates", new { name = "Offers", subject = "Offers", text, sms = text });
        return (await run.Api.Post("campaigns", new
        {
            name = "Offers", listId = list, templateId = template.Text("id"), offers = new { formulaId = formula.Text("id") }, pace = CampaignSteps.Fast, from = new { email = "anna@sender.example" },
        })).GetProperty("id").GetGuid();
    }

    async Task<Guid> Give(string email, object offer) =>
        (await Put(await Id(email), new { offers = new[] { offer } })).GetProperty("offers")[0].GetProperty("id").GetGuid();

    async Task<JsonElement> Put(Guid contact, object body)
    {
        using var answer = await run.Api.PutAsJsonAsync($"contacts/{contact}/offers", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Json();
    }

    async Task<JsonElement> Import(string csv, string query)
    {
        using var answer = await run.Api.PostAsync("offers" + query, Csv(csv));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Json();
    }

    static StringContent Csv(string text) => new(text, Encoding.UTF8, "text/csv");

    async Task<List<(string To, string Subject, string? Html, string? Text)>> Mails()
    {
        using var sandbox = new HttpClient { BaseAddress = run.Sandbox.Address };
        var mails = new List<(string, string, string?, string?)>();
        foreach (var line in (await sandbox.GetJson("api/messages?limit=500")).EnumerateArray())
        {
            var mail = await sandbox.GetJson($"api/messages/{line.Text("id")}");
            mails.Add((mail.GetProperty("to")[0].Text("email"), mail.Text("subject"), mail.GetProperty("html").GetString(), mail.GetProperty("text").GetString()));
        }

        return mails;
    }

    async Task<Guid> Id(string email) => (await run.Api.GetJson($"contacts?search={email}")).GetProperty("items")[0].GetProperty("id").GetGuid();
}
