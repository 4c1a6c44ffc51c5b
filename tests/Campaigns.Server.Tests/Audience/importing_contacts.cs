using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Campaigns.Storage;

namespace Campaigns.Server.Tests.Audience;

[Collection("postgres")]
public sealed class importing_contacts(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;
    HttpClient client = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase());
        client = await host.Client();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task accounts_for_every_row_of_the_sample_file()
    {
        var response = await client.PostAsync("imports?list=Sample", ApiCalls.Csv(await File.ReadAllTextAsync(Sample())));

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var report = await response.Json();
        response.Headers.Location!.ToString().ShouldBe($"/api/v1/imports/{report.Text("id")}");
        Counts(report).ShouldBe((Rows: 1000, Created: 973, Existing: 0, Updated: 0, Duplicate: 12, Invalid: 15));
        report.Text("status").ShouldBe("completed");
        var list = await client.GetJson($"lists/{report.Text("listId")}");
        (list.Text("name"), list.Number("members")).ShouldBe(("Sample", 973));
        (await client.GetJson($"imports/{report.Text("id")}")).GetRawText().ShouldBe(report.GetRawText());
    }

    [Fact]
    public async Task keeps_every_field_of_a_contact()
    {
        await Import("Email;First Name;Last Name;Time Zone;Company Name\nAnn@Example.com;Ann;Lee;europe/zurich;\"Lee; Sons\"\n");

        var contact = (await client.GetJson("contacts?email=ANN@example.com")).GetProperty("items")[0];

        contact.Text("email").ShouldBe("ann@example.com");
        (contact.Text("firstName"), contact.Text("lastName"), contact.Text("timeZone")).ShouldBe(("Ann", "Lee", "Europe/Zurich"));
        contact.GetProperty("attributes").Text("company_name").ShouldBe("Lee; Sons");
    }

    [Fact]
    public async Task finds_duplicates_across_chunks_and_names_the_line_that_came_first()
    {
        var rows = string.Concat(Enumerable.Range(0, 4500).Select(i => string.Create(CultureInfo.InvariantCulture, $"person{i}@example.com\n")));

        var report = await Import($"email\n{rows}PERSON3@example.com\nperson4499@example.com\nnobody\n", "?list=L");

        Counts(report).ShouldBe((Rows: 4503, Created: 4500, Existing: 0, Updated: 0, Duplicate: 2, Invalid: 1));
        var rejections = await client.GetJson($"imports/{report.Text("id")}/rejections?limit=2");
        rejections.GetProperty("items").EnumerateArray().Select(row => (row.Number("line"), row.Text("reason"), row.Number("duplicateOf"))).ShouldBe(
            [(4502, "duplicate", 5), (4503, "duplicate", 4501)]);
        var next = await client.GetJson($"imports/{report.Text("id")}/rejections?limit=2&cursor={rejections.Text("next")}");
        next.GetProperty("items")[0].Text("value").ShouldBe("nobody");
        var csv = await client.GetStringAsync($"imports/{report.Text("id")}/rejections?format=csv");
        csv.ShouldBe("line,reason,value,duplicate_of\r\n4502,duplicate,\"person3@example.com\",5\r\n4503,duplicate,\"person4499@example.com\",4501\r\n4504,invalid-address,\"nobody\",\r\n");
        var facts = await host.Store.Texts($"select type from mt_events where stream_id = '{report.Text("id")}' order by version");
        facts.ShouldBe(["import_started", "import_progressed", "import_progressed", "import_progressed", "import_completed"]);
    }

    [Fact]
    public async Task leaves_the_fields_of_contacts_that_were_there_before_unless_told_to_update()
    {
        await Import("email,first_name,city,company\nann@example.com,Ann,Bern,Acme\n");

        var kept = await Import("email,first_name,city\nann@example.com,Anna,Basel\n", "?list=Second");
        var afterKeep = (await client.GetJson("contacts?email=ann@example.com")).GetProperty("items")[0];
        var updated = await Import("email,first_name,city\nann@example.com,,Basel\n", "?existing=update");
        var afterUpdate = (await client.GetJson("contacts?email=ann@example.com")).GetProperty("items")[0];

        Counts(kept).ShouldBe((Rows: 1, Created: 0, Existing: 1, Updated: 0, Duplicate: 0, Invalid: 0));
        (afterKeep.Text("firstName"), afterKeep.GetProperty("attributes").Text("city")).ShouldBe(("Ann", "Bern"));
        (await client.GetJson($"lists/{kept.Text("listId")}")).Number("members").ShouldBe(1);
        Counts(updated).ShouldBe((Rows: 1, Created: 0, Existing: 0, Updated: 1, Duplicate: 0, Invalid: 0));
        afterUpdate.Text("firstName").ShouldBe("Ann");
        afterUpdate.GetProperty("attributes").GetRawText().ShouldBe("""{"city":"Basel","company":"Acme"}""");
    }

    [Fact]
    public async Task fills_what_contacts_lack_and_leaves_what_they_have()
    {
        await Import("email,first_name,phone,city\nann@example.com,Ann,+41791111111,Bern\n");

        var filled = await Import("email,first_name,last_name,phone,city,company\nann@example.com,Anna,Lee,+41792222222,Basel,Acme\nbob@example.com,Bob,,,,\n", "?existing=fill");

        Counts(filled).ShouldBe((Rows: 2, Created: 1, Existing: 0, Updated: 1, Duplicate: 0, Invalid: 0));
        var ann = (await client.GetJson("contacts?email=ann@example.com")).GetProperty("items")[0];
        (ann.Text("firstName"), ann.Text("lastName"), ann.Text("phone")).ShouldBe(("Ann", "Lee", "+41791111111"));
        ann.GetProperty("attributes").GetRawText().ShouldBe("""{"city":"Bern","company":"Acme"}""");
        (await host.Store.Number("select count(*) from former_addresses")).ShouldBe(0);
    }

    [Fact]
    public async Task of_one_file_twice_makes_nobody_twice()
    {
        const string file = "email\nann@example.com\nbob@example.com\n";

        var first = await Import(file, "?list=People");
        var second = await Import(file, $"?list={first.Text("listId")}");

        Counts(second).ShouldBe((Rows: 2, Created: 0, Existing: 2, Updated: 0, Duplicate: 0, Invalid: 0));
        second.Text("listId").ShouldBe(first.Text("listId"));
        (await client.GetJson($"lists/{first.Text("listId")}/contacts")).GetProperty("items").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task of_the_same_people_at_the_same_time_makes_nobody_twice()
    {
        var rows = Enumerable.Range(0, 3000).Select(i => string.Create(CultureInfo.InvariantCulture, $"person{i}@example.com\n")).ToList();
        var there = "email\n" + string.Concat(rows);
        var back = "email\n" + string.Concat(rows.AsEnumerable().Reverse());

        var reports = await Task.WhenAll(Import(there, "?list=Same"), Import(back, "?list=same"));

        reports.Sum(report => report.Number("created")).ShouldBe(3000);
        reports.Select(report => report.Text("listId")).Distinct().Count().ShouldBe(1);
        (await client.GetJson($"lists/{reports[0].Text("listId")}")).Number("members").ShouldBe(3000);
    }

    [Fact]
    public async Task takes_the_file_of_a_form()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "note" }, { ApiCalls.Csv("email\nann@example.com\n"), "file", "people.csv" } };

        var response = await client.PostAsync("imports?list=Form", form);

        var report = await response.Json();
        (report.Text("fileName"), report.Number("created")).ShouldBe(("people.csv", 1));
    }

    [Theory]
    [InlineData("Name,Fax\nAnn,1\n", "email-column-missing")]
    [InlineData("email,pr\ufffdnom\nann@example.com,Ann\n", "header-unreadable")]
    [InlineData("{\"email\":\"ann@example.com\"}", "file-not-csv")]
    [InlineData("", "file-empty")]
    public async Task is_refused_where_there_are_no_addresses(string file, string problem)
    {
        var response = await client.PostAsync("imports?list=None", ApiCalls.Csv(file));

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await response.Json()).Text("type").ShouldBe($"/problems/{problem}");
        (await client.GetJson("imports")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await client.GetJson("lists")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task says_which_column_became_what()
    {
        var report = await Import("E-Mail-Adresse;Vorname;Mobil;Telefon;नाम\nann@example.com;Ann;+41791234567;031;x\n");

        report.GetProperty("columns").EnumerateArray().Select(column => (column.Text("header"), column.Text("field"))).ShouldBe(
            [("E-Mail-Adresse", "email"), ("Vorname", "first_name"), ("Mobil", "phone"), ("Telefon", "telefon"), ("नाम", "नाम")]);
        (await client.GetJson($"imports/{report.Text("id")}")).GetRawText().ShouldBe(report.GetRawText());
        var contact = (await client.GetJson("contacts?email=ann@example.com")).GetProperty("items")[0];
        (contact.Text("phone"), contact.GetProperty("attributes").Text("नाम")).ShouldBe(("+41791234567", "x"));
    }

    [Fact]
    public async Task lists_every_value_that_was_left_out_with_its_line()
    {
        var report = await Import(
            "email,phone,time_zone\na@example.com,079 123,Mars/Olympus\nb@example.com,,America/New York\nc@example.com,0041791234567,localtime\n,079,\n");

        (Counts(report), report.Number("unusablePhones"), report.Number("unknownTimeZones")).ShouldBe(((4, 3, 0, 0, 0, 1), 1, 3));
        (long, string, string)[] all =
        [
            (2, "unknown-time-zone", "Mars/Olympus"), (2, "unusable-phone", "079 123"), (3, "unknown-time-zone", "America/New York"),
            (4, "unknown-time-zone", "localtime"), (5, "unusable-phone", "079"),
        ];
        var listed = new List<(long, string, string)>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await client.GetJson($"imports/{report.Text("id")}/rejections?limit=1{cursor}");
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(row => (row.Number("line"), row.Text("reason"), row.Text("value"))));
            cursor = page.TryGetProperty("next", out var next) ? "&cursor=" + next.GetString() : null;
        }

        listed.ShouldBe(all);
        (await client.GetStringAsync($"imports/{report.Text("id")}/rejections?format=csv")).Split("\r\n").Length.ShouldBe(all.Length + 2);
        (await client.GetAsync($"imports/{report.Text("id")}/rejections?cursor=eA")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task makes_contacts_of_those_who_have_a_number_only_and_nobody_twice()
    {
        const string file = "email,phone,first_name\n,+41791234567,Ann\n,0041791234568,Bob\n,+41 79 123 45 67,Anna\ncid@example.com,+41791234567,Cid\n";

        var first = await Import(file, "?list=Phones");
        var second = await Import(file.Replace("Bob", "Ben"), "?list=Phones&existing=update");

        Counts(first).ShouldBe((Rows: 4, Created: 3, Existing: 0, Updated: 0, Duplicate: 1, Invalid: 0));
        Counts(second).ShouldBe((Rows: 4, Created: 0, Existing: 0, Updated: 3, Duplicate: 1, Invalid: 0));
        var found = (await client.GetJson("contacts?phone=0041791234568")).GetProperty("items");
        (found.GetArrayLength(), found[0].Text("firstName"), found[0].TryGetProperty("email", out _)).ShouldBe((1, "Ben", false));
        (await client.GetJson("contacts?phone=%2B41791234567")).GetProperty("items").GetArrayLength().ShouldBe(2);
        (await client.GetJson($"lists/{first.Text("listId")}")).Number("members").ShouldBe(3);
    }

    [Fact]
    public async Task knows_one_mailbox_in_two_spellings()
    {
        var report = await Import("email\nx@bücher.example\nx@xn--bcher-kva.example\njos\u00e9@a.example\njose\u0301@A.example\n\ufeffanna@x.example\nanna@x.example\u200b\n");

        Counts(report).ShouldBe((Rows: 6, Created: 3, Existing: 0, Updated: 0, Duplicate: 3, Invalid: 0));
        (await client.GetJson("contacts?email=x@B%C3%9CCHER.example")).GetProperty("items")[0].Text("email").ShouldBe("x@xn--bcher-kva.example");
        (await client.PostAsJsonAsync("suppressions", new { addresses = new[] { "X@bücher.example" } })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetJson("suppressions?address=x@xn--bcher-kva.example")).GetProperty("items")[0].Text("address").ShouldBe("x@xn--bcher-kva.example");
    }

    [Theory]
    [InlineData("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), InlineData("application/zip"), InlineData("text/csv")]
    public async Task says_of_a_workbook_what_would_do_whatever_its_content_type(string type)
    {
        using var content = new ByteArrayContent([.. "PK\u0003\u0004"u8, .. "      [Content_Types].xml xl/workbook.xml"u8]);
        content.Headers.ContentType = new(type);

        var response = await client.PostAsync("imports", content);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await response.Json()).Text("detail").ShouldContain("save it as 'CSV UTF-8'");
    }

    [Fact]
    public async Task warns_in_its_report_of_addresses_that_became_an_attribute()
    {
        var response = await client.PostAsync("imports", ApiCalls.Csv("email,Assistenz\nann@example.com,bob@example.com\n"));

        var report = await response.Json();
        report.GetProperty("warnings")[0].GetString().ShouldStartWith("The column 'Assistenz' is full of e-mail addresses");
        (await client.GetJson($"imports/{report.Text("id")}")).GetProperty("warnings").GetArrayLength().ShouldBe(1);
        (await client.GetJson("imports")).GetProperty("items")[0].GetProperty("warnings").GetArrayLength().ShouldBe(1);
    }

    [Theory]
    [InlineData("gzip"), InlineData("br"), InlineData("deflate"), InlineData("identity, gzip"), InlineData("x-own")]
    public async Task takes_no_compressed_body(string coding)
    {
        using var content = ApiCalls.Csv("email\nann@example.com\n");
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);

        var response = await client.PostAsync("imports", content);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        response.Headers.GetValues("Accept-Encoding").ShouldBe(["identity"]);
        (await response.Json()).Text("type").ShouldBe("/problems/content-coding-unsupported");
        using var plain = ApiCalls.Csv("email\nann@example.com\n");
        plain.Headers.ContentEncoding.Add("identity");
        (await client.PostAsync("imports", plain)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task says_of_a_workbook_that_it_is_one()
    {
        using var workbook = new ByteArrayContent([.. "PK\u0003\u0004"u8, .. new byte[22], .. "[Content_Types].xml"u8]);
        workbook.Headers.ContentType = new("text/csv");

        var response = await client.PostAsync("imports", workbook);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await response.Json()).Text("detail").ShouldBe("The file is an Excel workbook (.xlsx), no CSV. Open it in the spreadsheet program and save it as 'CSV UTF-8'.");
    }

    [Fact]
    public async Task takes_back_our_own_export_as_it_was()
    {
        string?[] nasty =
        [
            "=1+1", "+41", "-a", "@SUM(A1)", "'=x", "''=x", "'tis", "=\"1\"", "a,b", "a;b", "say \"hi\"", "\"", "one\r\ntwo", "one\ntwo", "tab\there", "नाम", "e\u0301", "👩\u200d👧",
            "\u202eabc", "x\u200b", "\\", "{{x}}", "<b>", "null", "0041", null,
        ];
        for (var i = 0; i < nasty.Length; i++)
        {
            (await client.PostAsJsonAsync("contacts", new
            {
                email = i % 3 == 0 ? null : $"{"-+'"[i % 3]}p{i}@bücher.example",
                phone = i % 3 == 1 ? null : $"+41791234{500 + i}",
                firstName = i % 2 == 0 ? "=Ann, \"A\"" : null,
                timeZone = i % 5 == 0 ? "Europe/Zurich" : null,
                attributes = new Dictionary<string, string?> { ["note"] = nasty[i], ["mobile"] = "031", ["vorname"] = "'x", ["नाम"] = nasty[^(i + 1)], ["empty"] = "" },
            })).StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        var mine = await All(client);
        var file = await client.GetStringAsync("contacts?format=csv");
        using var other = await host.Client("other");
        var report = await (await other.PostAsync("imports?list=Back", ApiCalls.Csv(file))).Json();
        (report.Number("created"), report.Number("invalid"), report.Number("duplicate"), report.Number("unusablePhones")).ShouldBe((mine.Count, 0, 0, 0));
        (await All(other)).ShouldBe(mine);
        (await other.GetStringAsync($"lists/{report.Text("listId")}/contacts?format=csv")).ShouldBe(await other.GetStringAsync("contacts?format=csv"));
        var again = await (await other.PostAsync("imports?existing=update", ApiCalls.Csv(file))).Json();
        (again.Number("updated"), again.Number("rows")).ShouldBe((mine.Count, mine.Count));
        (await All(other)).ShouldBe(mine);

        async Task<List<string>> All(HttpClient api) =>
        [
            .. (await api.GetJson("contacts?limit=1000")).GetProperty("items").EnumerateArray()
                .Select(contact => string.Join('|', contact.EnumerateObject().Where(member => member.Name is not ("id" or "createdAt" or "updatedAt")).Select(member => member.ToString())))
                .Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task of_a_value_that_the_api_would_refuse_is_refused_as_there()
    {
        var report = await Import($"email,note\na@example.com,{new string('x', 4000)}\nb@example.com,{new string('x', 4001)}\n");

        Counts(report).ShouldBe((Rows: 2, Created: 1, Existing: 0, Updated: 0, Duplicate: 0, Invalid: 1));
        var kept = (await client.GetJson("contacts?email=a@example.com")).GetProperty("items")[0];
        var put = await client.PutAsJsonAsync($"contacts/{kept.Text("id")}", new { email = kept.Text("email"), attributes = kept.GetProperty("attributes") });
        put.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task that_cannot_be_read_to_the_end_says_where_it_stopped()
    {
        var response = await client.PostAsync("imports", ApiCalls.Csv("email,city\nann@example.com,Bern\nbob@example.com,\"Basel\ncarl@example.com,Chur\n"));

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await response.Json();
        problem.Text("type").ShouldBe("/problems/import-failed");
        problem.Text("detail").ShouldContain("line 3");
        (problem.GetProperty("import").Text("status"), problem.GetProperty("import").Number("created")).ShouldBe(("failed", 1));
    }

    [Fact]
    public async Task whose_upload_breaks_off_keeps_what_came_and_is_marked_failed()
    {
        using (var caller = new TcpClient())
        {
            await caller.ConnectAsync(host.Address.Host, host.Address.Port);
            var key = client.DefaultRequestHeaders.Authorization!.ToString();
            var rows = string.Concat(Enumerable.Range(0, 20_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"person{i}@example.com\n")));
            var head = $"POST /api/v1/imports HTTP/1.1\r\nHost: localhost\r\nAuthorization: {key}\r\nContent-Type: text/csv\r\nContent-Length: 100000000\r\n\r\n";
            await caller.GetStream().WriteAsync(Encoding.UTF8.GetBytes(head + "email\n" + rows));
            await OnlyImport(import => import.Number("created") > 0);
        }

        var import = await OnlyImport(import => import.Text("status") != "running");

        import.Text("status").ShouldBe("failed");
        import.Text("reason").ShouldStartWith("The upload broke off");
        import.Number("line").ShouldBe(import.Number("created") + 1);
        import.Number("created").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task repeated_with_its_idempotency_key_gets_the_same_report()
    {
        async Task<JsonElement> Send()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "imports?list=Once") { Content = ApiCalls.Csv("email\nann@example.com\n") };
            request.Headers.Add("Idempotency-Key", "import-1");
            return await (await client.SendAsync(request)).Json();
        }

        (await Send()).GetRawText().ShouldBe((await Send()).GetRawText());
        (await client.GetJson("imports")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task of_one_organisation_is_invisible_to_another()
    {
        var report = await Import("email\nann@example.com\n", "?list=Mine");
        using var other = await host.Client("other");

        (await other.GetAsync($"imports/{report.Text("id")}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetAsync($"imports/{report.Text("id")}/rejections")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetAsync($"lists/{report.Text("listId")}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PostAsync($"imports?list={report.Text("listId")}", ApiCalls.Csv("email\nbob@example.com\n"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetJson("contacts")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    async Task<JsonElement> Import(string file, string query = "")
    {
        var response = await client.PostAsync($"imports{query}", ApiCalls.Csv(file));
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return await response.Json();
    }

    // What the server has read and noticed of a caller that talks to it by hand, it has in its own time.
    async Task<JsonElement> OnlyImport(Func<JsonElement, bool> until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var imports = (await client.GetJson("imports")).GetProperty("items");
            if (imports.GetArrayLength() == 1 && until(imports[0]))
            {
                return imports[0];
            }
        }
    }

    static (long Rows, long Created, long Existing, long Updated, long Duplicate, long Invalid) Counts(JsonElement report) => (
        report.Number("rows"), report.Number("created"), report.Number("existing"), report.Number("updated"), report.Number("duplicate"), report.Number("invalid"));

    static string Sample()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Campaigns.sln")))
        {
            folder = folder.Parent!;
        }

        return Path.Combine(folder.FullName, "docs", "samples", "contacts.csv");
    }
}
