using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Campaigns.Recipients;

namespace Campaigns.Server.Tests.Segments;

/// <summary>Each kind of condition against contacts of whom it is plain whether they fulfil it.</summary>
[Collection("postgres")]
public sealed class who_belongs_to_a_segment(PostgresFixture postgres) : IAsyncLifetime
{
    readonly ManualClock clock = new();
    ApiHost host = null!;
    HttpClient api = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase(), clock: clock);
        api = await host.Client("acme");
    }

    public async Task DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task by_what_is_known_of_them()
    {
        await api.Import("Customers",
        [
            "ann@a.example,Ann,+41790000001,Europe/Zurich,Bern,5,CHF 1'250.50,1990-11-30",
            "bob@a.example,Bob,,America/New_York,BASEL,10.0,\"1.250,50 €\",2026-11-20",
            "cid@sub.a.example,Cid,+33612345678,,Zürich,-2,\"1,234\",30.11.2026",
            "dan@b.example,,,,,ten,,31.2.2026",
        ], "email,first_name,phone,time_zone,city,orders,revenue,since");
        var today = clock.GetUtcNow();
        string Day(int days) => $"{today.AddDays(days):yyyy-MM-dd}";
        await api.Import("Days", [$"eve@d.example,{Day(0)}", $"fay@d.example,{Day(-1)}", $"gus@d.example,{Day(7)}", $"hal@d.example,{Day(-31)}T09:00:00Z"], "email,due");

        await Finds("""{"field":{"name":"city","is":["bern","Basel"]}}""", "ann", "bob");
        await Finds("""{"field":{"name":"City","is":["ZÜRICH"]}}""", "cid");
        await Finds("""{"field":{"name":"city","contains":"er"}}""", "ann");
        await Finds("""{"field":{"name":"city","startsWith":"b","endsWith":"L"}}""", "bob");
        await Finds("""{"field":{"name":"city","contains":"%"}}""");
        await Finds("""{"field":{"name":"city","isKnown":false}}""", "dan", "eve", "fay", "gus", "hal");
        await Finds("""{"not":{"field":{"name":"city","is":["Bern"]}}}""", "bob", "cid", "dan", "eve", "fay", "gus", "hal");
        await Finds("""{"field":{"name":"orders","atLeast":5}}""", "ann", "bob");
        await Finds("""{"field":{"name":"orders","moreThan":5}}""", "bob");
        await Finds("""{"field":{"name":"orders","lessThan":5,"atMost":0}}""", "cid");
        await Finds("""{"field":{"name":"revenue","atLeast":1250.5,"atMost":1250.5}}""", "ann", "bob");
        await Finds("""{"field":{"name":"revenue","atLeast":1}}""", "ann", "bob"); // 1,234 means two numbers
        await Finds("""{"field":{"name":"since","from":"2026-11-20","before":"2026-11-30"}}""", "bob");
        await Finds("""{"field":{"name":"since","from":"2026-01-01"}}""", "bob", "cid");
        await Finds("""{"field":{"name":"since","before":"2000-01-01"}}""", "ann");
        await Finds("""{"field":{"name":"due","lastDays":0}}""", "eve");
        await Finds("""{"field":{"name":"due","lastDays":1}}""", "eve", "fay");
        await Finds("""{"field":{"name":"due","nextDays":7}}""", "eve", "gus");
        await Finds("""{"field":{"name":"due","lastDays":31}}""", "eve", "fay", "hal");
        await Finds("""{"field":{"name":"email_domain","is":["A.example"]}}""", "ann", "bob");
        await Finds("""{"field":{"name":"email_domain","endsWith":".a.example"}}""", "cid");
        await Finds("""{"field":{"name":"email_domain","is":["@A.example"]}}""", "ann", "bob");
        await Finds("""{"field":{"name":"phone","startsWith":"+33 6"}}""", "cid");
        await Finds("""{"all":[{"field":{"name":"phone","startsWith":"+41"}},{"field":{"name":"email","isKnown":true}}]}""", "ann");
        await Finds("""{"field":{"name":"time_zone","startsWith":"Europe/"}}""", "ann");
        await Finds("""{"field":{"name":"first_name","isKnown":false}}""", "dan", "eve", "fay", "gus", "hal");
        await Finds("""{"field":{"name":"added_at","lastDays":0}}""", "ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal");
        await Finds("""{"field":{"name":"added_at","before":"2001-01-01"}}""");
        await Finds("""{"field":{"name":"x') or true --","is":["x') or true --"]}}""");
    }

    [Fact]
    public async Task by_lists_and_by_all_any_and_not()
    {
        var one = await api.Import("One", ["ann@a.example,Ann", "bob@a.example,Bob"]);
        var two = await api.Import("Two", ["bob@a.example,Bob", "cid@a.example,Cid"]);
        await api.Import("Three", ["dan@a.example,Dan"]);
        string On(Guid list) => $$$"""{"list":"{{{list}}}"}""";

        await Finds(On(one), "ann", "bob");
        await Finds($$$"""{"all":[{{{On(one)}}},{{{On(two)}}}]}""", "bob");
        await Finds($$$"""{"any":[{{{On(one)}}},{{{On(two)}}}]}""", "ann", "bob", "cid");
        await Finds($$$"""{"not":{"any":[{{{On(one)}}},{{{On(two)}}}]}}""", "dan");
        await Finds($$$"""{"all":[{{{On(one)}}},{"not":{{{On(two)}}}}]}""", "ann");
        await Finds($$$"""{"any":[{"all":[{{{On(one)}}},{"not":{{{On(two)}}}}]},{"field":{"name":"first_name","is":["dan"]}}]}""", "ann", "dan");
    }

    [Fact]
    public async Task by_what_came_of_messages_to_them()
    {
        await api.Import("Everybody", ["ann@a.example,Ann", "bob@a.example,Bob", "cid@a.example,Cid", "dan@a.example,Dan"]);
        var (spring, summer) = (await Campaign("Spring"), await Campaign("Summer"));
        var now = clock.GetUtcNow();
        // Opened both: Ann. Only the first one, and clicked: Bob. Nothing: Cid, who was told by text message too. Never written to: Dan.
        await Message(spring, "ann", "email", now.AddDays(-40), opened: now.AddDays(-39));
        await Message(summer, "ann", "email", now.AddDays(-10), opened: now.AddDays(-9));
        await Message(spring, "bob", "email", now.AddDays(-40), opened: now.AddDays(-38), clicked: now.AddDays(-38));
        await Message(summer, "bob", "email", now.AddDays(-10));
        await Message(spring, "cid", "email", now.AddDays(-40));
        await Message(summer, "cid", "sms", now.AddDays(-10));

        await Finds("""{"event":{"name":"sent"}}""", "ann", "bob", "cid");
        await Finds("""{"not":{"event":{"name":"sent"}}}""", "dan");
        await Finds("""{"event":{"name":"sent","channel":"sms"}}""", "cid");
        await Finds("""{"event":{"name":"opened"}}""", "ann", "bob");
        await Finds("""{"event":{"name":"opened","times":2}}""", "ann");
        await Finds("""{"event":{"name":"opened","lastDays":30}}""", "ann");
        await Finds($$$"""{"event":{"name":"opened","campaign":"{{{spring}}}"}}""", "ann", "bob");
        await Finds($$$"""{"event":{"name":"opened","campaign":"{{{summer}}}"}}""", "ann");
        await Finds("""{"event":{"name":"clicked"}}""", "bob");
        await Finds("""{"all":[{"event":{"name":"sent","times":2}},{"not":{"event":{"name":"opened"}}}]}""", "cid");
        await Finds($$$"""{"event":{"name":"sent","from":"{{{now.AddDays(-41):yyyy-MM-dd}}}","before":"{{{now.AddDays(-39):yyyy-MM-dd}}}"}}""", "ann", "bob", "cid");
        await Finds($$$"""{"event":{"name":"sent","before":"{{{now.AddDays(-40):yyyy-MM-dd}}}"}}""");
        await Finds("""{"any":[{"event":{"name":"clicked"}},{"event":{"name":"sent","channel":"sms"}},{"field":{"name":"first_name","is":["Dan"]}}]}""", "bob", "cid", "dan");
    }

    [Fact]
    public async Task by_the_days_of_the_organisation()
    {
        await api.Import("Everybody", ["ann@a.example,Ann"]);
        var campaign = await Campaign("Spring");
        await Message(campaign, "ann", "email", new DateTimeOffset(2026, 3, 28, 22, 30, 0, TimeSpan.Zero)); // in Zurich half past eleven, on the night before summer time
        await SetZone("Europe/Zurich");
        await Finds("""{"event":{"name":"sent","from":"2026-03-28","before":"2026-03-29"}}""", "ann");
        await SetZone("Asia/Tokyo");
        await Finds("""{"event":{"name":"sent","from":"2026-03-29"}}""", "ann");
        await Finds("""{"event":{"name":"sent","before":"2026-03-29"}}""");

        clock.Advance(TimeSpan.FromHours(10)); // ten at night, and in Tokyo the next morning
        await api.Import("Days", [$"eve@d.example,{clock.GetUtcNow():yyyy-MM-dd}", $"fay@d.example,{clock.GetUtcNow().AddDays(1):yyyy-MM-dd}"], "email,due");
        await Finds("""{"field":{"name":"due","lastDays":0}}""", "fay");
        await Finds("""{"field":{"name":"due","lastDays":1}}""", "eve", "fay");
        await Finds($$$"""{"field":{"name":"added_at","from":"{{{clock.GetUtcNow().AddDays(1):yyyy-MM-dd}}}"}}""", "eve", "fay");
        await Finds("""{"field":{"name":"added_at","lastDays":0}}""", "eve", "fay");
        await SetZone("UTC");
        await Finds("""{"field":{"name":"due","nextDays":0}}""", "eve");
        await Finds("""{"field":{"name":"added_at","lastDays":0}}""", "ann", "eve", "fay");
    }

    [Fact]
    public async Task by_numbers_as_templates_read_them()
    {
        // What reckoning_in_a_template has, and some that are none.
        var numbers = new (string Written, decimal? Number)[]
        {
            ("1234.50", 1234.5m), ("1,234.50", 1234.5m), ("1'234.50", 1234.5m), ("1’234,50", 1234.5m), ("1.234,50", 1234.5m), ("1 234,50", 1234.5m), ("1\u202f234.5", 1234.5m),
            ("1,234,567", 1234567), ("1.234.567", 1234567), ("12,34,567.50", 1234567.5m), ("CHF 1'234.50", 1234.5m), ("1.234,50 €", 1234.5m), ("$1,234.50", 1234.5m),
            ("1,5", 1.5m), ("0,123", 0.123m), ("12345,678", 12345.678m), ("-1'234.50", -1234.5m), ("\u22125", -5), ("5.-", 5), ("5 EUR", 5), ("US$ 5", 5), ("CA$5", 5), ("R$ 10,50", 10.5m),
            ("5 kr", 5), ("kr. 5,00", 5), ("12 zł", 12), ("Fr. 5.50", 5.5m), ("5.-- Fr.", 5), ("1'234.50 CHF", 1234.5m), ("-5 €", -5), ("5,--", 5), ("1'234.–", 1234), (".5", 0.5m), ("5.", 5), ("+5", 5),
            ("1,234", null), ("$450,000", 450_000), ("US$ 1,234", 1234), ("$3.459", 3.459m), ("450.000 €", null), ("450,000 €", null), ("R$ 450.000", null), ("-£1,234", -1234), ("0.125 €", 0.125m), ("2026-03-02", null), ("ten", null), ("TOP 10", null), ("1.2.3", null), ("", null), ("5 apples", null), ("1e5", null), ("--5", null), (new string('9', 200) + "x", null),
        };
        foreach (var (written, number) in numbers)
        {
            (await host.Store.Texts($"select coalesce(trim_scale(written_number('{written.Replace("'", "''", StringComparison.Ordinal)}'))::text, 'none')"))
                .ShouldBe([number?.ToString("0.###", CultureInfo.InvariantCulture) ?? "none"], written);
        }
    }

    [Fact]
    public async Task by_days_where_they_mean_one()
    {
        var days = new (string Written, string? Day)[]
        {
            ("2026-02-28", "2026-02-28"), (" 2026-2-8", "2026-02-08"), ("2026-02-28T23:59:00Z", "2026-02-28"), ("28.2.2026", "2026-02-28"), ("28. 2. 2026 09:00", "2026-02-28"),
            ("2024-02-29", "2024-02-29"), ("2026-02-29", null), ("31.4.2026", null), ("2026-13-01", null), ("0000-01-01", null), ("2/28/2026", null), ("2026-02-281", null), ("soon", null),
        };
        foreach (var (written, day) in days)
        {
            (await host.Store.Texts($"select coalesce(written_date('{written}')::text, 'none')")).ShouldBe([day ?? "none"], written);
        }
    }

    [Fact]
    public async Task is_shown_page_by_page_and_counted()
    {
        await api.Import("Customers", ["ann@a.example,Ann,+41790000001", "bob@a.example,Bob,", ",Tom,+41790000003", "zoe@a.example,Zoe,"], "email,first_name,phone");
        await api.Post("suppressions", new { addresses = new[] { "zoe@a.example" } });
        var segment = (await api.Post("segments", new { name = "Named", condition = new { field = new { name = "first_name", isKnown = true } } })).GetProperty("id").GetGuid();
        var size = await api.GetJson($"segments/{segment}/size");
        (size.GetProperty("contacts").GetInt64(), size.GetProperty("email").GetInt64(), size.GetProperty("sms").GetInt64()).ShouldBe((4, 2, 2));

        var (names, ids) = (new List<string>(), new List<string>());
        for (var cursor = ""; cursor is not null;)
        {
            var page = await api.GetJson($"segments/{segment}/contacts?limit=3{cursor}");
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(contact => contact.Text("firstName")));
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(contact => contact.Text("id")));
            cursor = page.TryGetProperty("next", out var next) && next.GetString() is { } after ? $"&cursor={after}" : null;
        }

        names.Order().ShouldBe(["Ann", "Bob", "Tom", "Zoe"]);
        string.Join(" ", ids).ShouldBe(string.Join(" ", ids.Order(StringComparer.Ordinal)), "oldest first, as their ids are");
    }

    [Fact]
    public async Task is_nobody_of_another_organisation()
    {
        await api.Import("Customers", ["ann@a.example,Ann"]);
        using var neighbour = await host.Client("neighbour");
        (await neighbour.Post("segments/size", new { condition = new { field = new { name = "email", isKnown = true } } })).GetProperty("contacts").GetInt64().ShouldBe(0);
        var segment = (await api.Post("segments", new { name = "All", condition = new { field = new { name = "email", isKnown = true } } })).GetProperty("id").GetGuid();
        foreach (var path in new[] { "", "/size", "/contacts" })
        {
            using var answer = await neighbour.GetAsync($"segments/{segment}{path}");
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        (await neighbour.GetJson("segments")).GetProperty("items").GetArrayLength().ShouldBe(0);
        using var campaign = await neighbour.PostAsJsonAsync("campaigns", new { name = "Spring", audience = new { segments = new[] { segment } } });
        (await campaign.Json()).Text("type").ShouldBe("/problems/segment-unknown");
    }

    [Fact]
    public async Task what_cannot_be_kept_is_refused_by_name()
    {
        async Task Refuse(object body, string type, string words)
        {
            foreach (var (path, given) in new (string, object)[] { ("segments", new { name = "Active", condition = body }), ("segments/size", new { condition = body }) })
            {
                using var refused = await api.PostAsJsonAsync(path, given);
                var problem = await refused.Json();
                problem.Text("type").ShouldBe($"/problems/{type}");
                problem.ToString().ShouldContain(words);
            }
        }

        var none = Guid.NewGuid();
        await Refuse(new { list = none }, "list-unknown", none.ToString());
        await Refuse(new { @event = new { name = "opened", campaign = none } }, "campaign-unknown", none.ToString());
        await Refuse(new { all = new object[] { new { field = new { name = "city" } } } }, "invalid-input", "condition.all[0].field");
        await Refuse(new { field = new { name = "city", like = "B%" } }, "invalid-json", "like");
        using var nameless = await api.PostAsJsonAsync("segments", new { condition = new { list = none } });
        nameless.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task is_changed_under_its_version_and_goes()
    {
        using var made = await api.PostAsJsonAsync("segments", new { name = " Active ", condition = new { field = new { name = "City", @is = new[] { "Bern" } } } });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var segment = await made.Json();
        (segment.Text("name"), segment.GetProperty("condition").GetProperty("field").Text("name"), segment.GetProperty("revision").GetInt32()).ShouldBe(("Active", "city", 1));
        var path = made.Headers.Location!.ToString();

        using var stale = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(new { name = "Lively", condition = new { field = new { name = "city", isKnown = true } } }) };
        stale.Headers.Add("If-Match", "\"7\"");
        (await api.SendAsync(stale)).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var fresh = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(new { name = "Lively", condition = new { field = new { name = "city", isKnown = true } } }) };
        fresh.Headers.TryAddWithoutValidation("If-Match", made.Headers.ETag!.ToString());
        using var changed = await api.SendAsync(fresh);
        (await changed.Json()).GetProperty("revision").GetInt32().ShouldBe(2);

        (await api.DeleteAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await api.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.DeleteAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.GetJson("segments")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task keeps_the_lists_that_it_names()
    {
        var list = await api.Import("Customers", ["ann@a.example,Ann"]);
        var segment = (await api.Post("segments", new { name = "Others", condition = new { not = new { list } } })).GetProperty("id").GetGuid();
        using var refused = await api.DeleteAsync($"lists/{list}");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await refused.Json();
        problem.Text("detail").ShouldContain("'Others' (a segment)");
        problem.GetProperty("segments")[0].GetProperty("id").GetGuid().ShouldBe(segment);
        (await api.DeleteAsync($"segments/{segment}")).EnsureSuccessStatusCode();
        (await api.DeleteAsync($"lists/{list}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task never_names_a_list_that_was_removed_at_the_same_moment()
    {
        for (var round = 0; round < 20; round++)
        {
            var list = (await api.Post("lists", new { name = $"List {round}" })).GetProperty("id").GetGuid();
            var making = api.PostAsJsonAsync("segments", new { name = "Others", condition = new { not = new { list } } });
            var removing = api.DeleteAsync($"lists/{list}");
            using var made = await making;
            using var removed = await removing;
            (made.StatusCode, removed.StatusCode).ShouldBeOneOf(
                (HttpStatusCode.Created, HttpStatusCode.Conflict), (HttpStatusCode.UnprocessableEntity, HttpStatusCode.NoContent), (HttpStatusCode.Conflict, HttpStatusCode.NoContent));
        }
    }

    async Task Finds(string condition, params string[] names)
    {
        var made = await api.Post("segments", new { name = "Some", condition = JsonNode.Parse(condition) });
        var id = made.GetProperty("id").GetGuid();
        var found = (await api.GetJson($"segments/{id}/contacts?limit=100")).GetProperty("items").EnumerateArray()
            .Select(contact => contact.Text("email").Split('@')[0]).Order(StringComparer.Ordinal).ToList();
        string.Join(", ", found).ShouldBe(string.Join(", ", names), condition);
        (await api.GetJson($"segments/{id}/size")).GetProperty("contacts").GetInt64().ShouldBe(names.Length, condition);
    }

    async Task<Guid> Campaign(string name) => (await api.Post("campaigns", new { name })).GetProperty("id").GetGuid();

    async Task SetZone(string zone) => (await api.PutAsJsonAsync("organisation", new { name = "Acme", timeZone = zone })).EnsureSuccessStatusCode();

    async Task Message(Guid campaign, string who, string channel, DateTimeOffset sent, DateTimeOffset? opened = null, DateTimeOffset? clicked = null)
    {
        var contact = (await host.Store.Texts($"select id::text from contacts where email = '{who}@a.example'")).Select(Guid.Parse).Single();
        static string Time(DateTimeOffset? at) => at is { } time ? $"'{time:O}'" : "null";
        var id = DerivedId.Recipient(campaign, contact, channel == "sms" ? Channel.Sms : Channel.Email);
        await host.Store.Texts($"""
            insert into recipients (tenant_id, id, campaign_id, step, contact_id, channel, status, attempts, queued_at, sent_at, opened_at, clicked_at)
            values ('acme', '{id}', '{campaign}', 1, '{contact}', '{channel}', 'sent', 1, {Time(sent)}, {Time(sent)}, {Time(opened)}, {Time(clicked)})
            returning status
            """);
    }
}
