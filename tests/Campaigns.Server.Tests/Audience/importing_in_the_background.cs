using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Campaigns.Audience.Import;
using Campaigns.Server.Tests.Sending;
using Campaigns.Storage;

namespace Campaigns.Server.Tests.Audience;

/// <summary>A file is kept and taken in without anyone waiting for it.</summary>
[Collection("postgres")]
public sealed class importing_in_the_background(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task is_answered_at_once_and_done_afterwards()
    {
        using var answer = await Send("email,first_name\nann@example.com,Ann\nANN@example.com,Anna\nnobody,x\n", "?list=People");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        answer.Headers.GetValues("Preference-Applied").ShouldBe(["respond-async"]);
        var report = await answer.Json();
        answer.Headers.Location!.ToString().ShouldBe($"/api/v1/imports/{report.Text("id")}");
        (report.Text("status"), report.Number("rows"), report.Number("bytes"), report.Number("bytesTaken")).ShouldBe(("queued", 0, 67, 0));
        report.GetProperty("columns").GetArrayLength().ShouldBe(2);
        (await Count("contacts")).ShouldBe(0);

        await run.Work();

        var done = await Report(report);
        (done.Text("status"), done.Number("created"), done.Number("duplicate"), done.Number("invalid"), done.Number("bytesTaken")).ShouldBe(("completed", 1, 1, 1, 67));
        (await run.Api.GetJson($"lists/{done.Text("listId")}")).Number("members").ShouldBe(1);
        (await run.Api.GetJson($"imports/{report.Text("id")}/rejections")).GetProperty("items").EnumerateArray()
            .Select(row => (row.Number("line"), row.Text("reason"))).ShouldBe([(3, "duplicate"), (4, "invalid-address")]);
        (await Count("import_parts")).ShouldBe(0, "the file goes with its last rows");
    }

    [Fact]
    public async Task takes_a_long_file_in_message_by_message_and_finds_duplicates_across_them()
    {
        var rows = string.Concat(Enumerable.Range(0, (TakeImportHandler.Rows * 2) + 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"person{i}@example.com,{new string('x', 150)}\n")));
        using var answer = await Send($"email,note\n{rows}person3@example.com,again\n", "");
        var report = await answer.Json();
        (await Count("import_parts")).ShouldBe(2);

        (await run.WorkOnce("importing")).ShouldBe(1);
        var under = await Report(report);
        (under.Text("status"), under.Number("created"), under.Number("line")).ShouldBe(("running", TakeImportHandler.Rows, TakeImportHandler.Rows + 1));
        under.Number("bytesTaken").ShouldBeInRange(1, under.Number("bytes") - 1);
        await run.Work();

        var done = await Report(report);
        (done.Text("status"), done.Number("created"), done.Number("duplicate")).ShouldBe(("completed", (TakeImportHandler.Rows * 2) + 10, 1));
        (await run.Api.GetJson($"imports/{report.Text("id")}/rejections")).GetProperty("items")[0].Number("duplicateOf").ShouldBe(5);
        (await run.Store.Texts($"select type from mt_events where stream_id = '{report.Text("id")}' order by version"))
            .ShouldBe(["import_started", "import_progressed", "import_progressed", "import_progressed", "import_completed"]);
    }

    [Theory]
    [InlineData("", "file-empty", HttpStatusCode.UnprocessableEntity)]
    [InlineData("name\nAnn\n", "email-column-missing", HttpStatusCode.UnprocessableEntity)]
    [InlineData("%PDF-1.7", "file-not-csv", HttpStatusCode.UnprocessableEntity)]
    public async Task is_refused_at_once_where_that_can_be_seen(string file, string code, HttpStatusCode status)
    {
        using var answer = await Send(file, "?list=People");
        answer.StatusCode.ShouldBe(status);
        (await answer.Json()).Text("type").ShouldBe($"/problems/{code}");
        await NothingIsKept();
    }

    [Fact]
    public async Task is_refused_at_once_for_a_list_that_is_not_there()
    {
        using var answer = await Send("email\nann@example.com\n", $"?list={Guid.NewGuid()}");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await NothingIsKept();
    }

    [Theory]
    [InlineData("utf-16le", false), InlineData("utf-16le", true), InlineData("utf-16be", true), InlineData("utf-32le", true), InlineData("windows-1252", false)]
    public async Task reads_other_encodings_on_in_the_middle(string name, bool byMark)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        var text = "email,first_name\n" + string.Concat(Enumerable.Range(0, TakeImportHandler.Rows + 1).Select(i => $"p{i}@example.com,Jörg{i}\n"));
        using var content = new ByteArrayContent([.. byMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]);
        content.Headers.ContentType = byMark ? new MediaTypeHeaderValue("text/csv") : new MediaTypeHeaderValue("text/csv", name);
        using var answer = await Send(content, "");
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await run.Work();

        (await Report(await answer.Json())).Number("created").ShouldBe(TakeImportHandler.Rows + 1);
        (await run.Store.Texts($"select first_name from contacts where email = 'p{TakeImportHandler.Rows}@example.com'")).ShouldBe([$"Jörg{TakeImportHandler.Rows}"]);
    }

    [Fact]
    public async Task that_cannot_be_read_on_says_so_and_keeps_what_came_before()
    {
        using var answer = await Send("email,note\nann@example.com,x\nbob@example.com,\"never closed\n", "");
        await run.Work();

        var failed = await Report(await answer.Json());
        (failed.Text("status"), failed.Number("created")).ShouldBe(("failed", 1));
        failed.Text("reason").ShouldContain("line 3");
        (await Count("import_parts")).ShouldBe(0, "nobody can go on with it");
    }

    [Fact]
    public async Task under_the_same_key_is_the_same_import()
    {
        using var first = await Send("email\nann@example.com\n", "", key: "spring");
        await run.Store.Texts("update idempotency_keys set status = null, body = null");
        using var second = await Send("email\nann@example.com\n", "", key: "spring");
        await run.Work();

        second.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await second.Json()).Text("id").ShouldBe((await first.Json()).Text("id"));
        (await run.Api.GetJson("imports")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await Count("contacts")).ShouldBe(1);
    }

    [Fact]
    public async Task that_fails_again_and_again_says_so_and_goes_on_when_its_message_is_brought_back()
    {
        using var answer = await Send("email\nann@example.com\n", "");
        var report = await answer.Json();
        await run.Store.Texts("alter table import_parts rename to import_parts_away");
        await run.Work();
        for (var attempt = 0; attempt < 12; attempt++)
        {
            await run.Pass(TimeSpan.FromMinutes(10));
        }

        var failed = await Report(report);
        failed.Text("status").ShouldBe("failed");
        failed.Text("reason").ShouldContain("again and again");

        await run.Store.Texts("alter table import_parts_away rename to import_parts");
        var dead = (await run.Api.GetJson("messages?kind=take_import")).GetProperty("items")[0];
        using var replayed = await run.Api.PostAsync($"messages/{dead.Text("id")}/replay", null);
        replayed.IsSuccessStatusCode.ShouldBeTrue();
        await run.Work();

        var done = await Report(report);
        (done.Text("status"), done.Number("created")).ShouldBe(("completed", 1));
    }

    [Fact]
    public async Task leaves_no_file_of_an_upload_that_broke_off()
    {
        using var request = Request(new BrokenOff(), "", null);
        await Should.ThrowAsync<HttpRequestException>(run.Api.SendAsync(request));
        await Until(async () => await Count("import_parts") == 0);
        (await Count("mt_doc_contact_import")).ShouldBe(0);
    }

    [Fact]
    public async Task sweeps_away_what_a_dead_server_left_and_nothing_that_is_needed()
    {
        using var waits = await Send("email\nann@example.com\n", "");
        await run.Store.Texts("update import_parts set kept_at = kept_at - interval '30 days'");
        var now = $"'{run.Clock.Now:O}'::timestamptz";
        await run.Store.Texts($"""
            insert into import_parts (tenant_id, import_id, part, content, kept_at)
            select 'acme', md5('dead')::uuid, part, 'x'::bytea, {now} - interval '25 hours' - part * interval '1 day' from generate_series(0, 2) part
            union all select 'acme', md5('busy')::uuid, part, 'x'::bytea, {now} - part * interval '1 day' from generate_series(0, 2) part
            """);
        await run.Send(new ForgetUploads());
        await run.WorkOnce("housekeeping");

        (await run.Store.Texts("select distinct import_id::text from import_parts where part > 0")).Count.ShouldBe(1);
        await run.Work();
        var done = await Report(await waits.Json());
        done.Text("status").ShouldBe("completed");

        await run.Store.Texts($"insert into import_parts select 'acme', '{done.Text("id")}', 0, 'x'::bytea, now()");
        await run.Send(new ForgetUploads());
        await run.WorkOnce("housekeeping");
        (await run.Store.Texts($"select 'a part' from import_parts where import_id = '{done.Text("id")}'")).ShouldBeEmpty("of an import that has ended");
    }

    async Task NothingIsKept()
    {
        foreach (var table in new[] { "import_parts", "mt_doc_contact_import", "lists", "contacts" })
        {
            (await Count(table)).ShouldBe(0, table);
        }
    }

    Task<long> Count(string table) => run.Store.Number($"select count(*) from {table}");

    Task<JsonElement> Report(JsonElement report) => run.Api.GetJson($"imports/{report.Text("id")}");

    Task<HttpResponseMessage> Send(string file, string query, string? key = null) => Send(ApiCalls.Csv(file), query, key);

    async Task<HttpResponseMessage> Send(HttpContent content, string query, string? key = null)
    {
        using var request = Request(content, query, key);
        return await run.Api.SendAsync(request);
    }

    static HttpRequestMessage Request(HttpContent content, string query, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "imports" + query) { Content = content, Headers = { { "Prefer", "wait=5, respond-async" } } };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return request;
    }

    static async Task Until(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Some parts of a file, and then the sender is gone.</summary>
    sealed class BrokenOff : HttpContent
    {
        public BrokenOff() => Headers.ContentType = new MediaTypeHeaderValue("text/csv");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes("email\n" + string.Concat(Enumerable.Repeat("somebody@a.example\n", 300_000))));
            await stream.FlushAsync();
            throw new IOException("Gone.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
