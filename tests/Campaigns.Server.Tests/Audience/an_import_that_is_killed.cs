using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Campaigns.Server.Tests.Audience;

/// <summary>The server dies in the middle of a file, and whoever sent it sends it again.</summary>
[Collection("waiting")]
public sealed class an_import_that_is_killed(PostgresFixture postgres) : IAsyncLifetime
{
    const int Rows = 60_000;

    readonly TestFolder temporary = new();

    Stage stage = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(temporary.Path);
        stage = await Stage.Set(await postgres.NewDatabase());
    }

    public async Task DisposeAsync()
    {
        await stage.DisposeAsync();
        Directory.Delete(temporary.Path, recursive: true);
    }

    [Fact]
    public async Task is_finished_under_its_own_key_and_leaves_nothing_lying_about()
    {
        await using (var first = await ServerProcess.Start(Settings()))
        {
            var broken = Send(first);
            await Until(async () => await Taken() > 0);
            first.Kill();
            await first.Exit();
            await Should.ThrowAsync<HttpRequestException>(broken);
        }

        Directory.EnumerateFiles(temporary.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty("people's addresses stay in them");
        var before = await Taken();
        before.ShouldBeInRange(1, Rows - 1, "or it was not killed in the middle");

        await using var second = await ServerProcess.Start(Settings());
        using var answer = await Send(second);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var report = await answer.Json();
        (report.Text("status"), report.Number("rows"), report.Number("created"), report.Number("duplicate"), report.Number("line"))
            .ShouldBe(("completed", Rows, Rows, 0, Rows + 1));
        (await Taken()).ShouldBe(Rows);
        (await stage.Store.Number("select count(*) from list_members")).ShouldBe(Rows);
        (await stage.Api.GetJson("imports")).GetProperty("items").GetArrayLength().ShouldBe(1);

        using var again = await Send(second);
        (again.StatusCode, again.Headers.Contains("Idempotent-Replayed")).ShouldBe((HttpStatusCode.Created, true));
        (await again.Json()).Text("id").ShouldBe(report.Text("id"));
    }

    [Fact]
    public async Task twice_is_finished_by_whoever_starts_next_where_nobody_waits_for_it()
    {
        string id;
        await using (var first = await ServerProcess.Start(Settings()))
        {
            using var answer = await Send(first, "respond-async");
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            id = (await answer.Json()).Text("id");
            await Until(async () => await Taken() > 0);
            first.Kill();
            await first.Exit();
        }

        var before = await Taken();
        before.ShouldBeInRange(1, Rows - 1, "or it was not killed in the middle");
        await using (var second = await ServerProcess.Start(Settings()))
        {
            await Until(async () => await Taken() > before);
            second.Kill();
            await second.Exit();
        }

        (await Taken()).ShouldBeInRange(before + 1, Rows - 1, "or it was not killed in the middle");
        await using var third = await ServerProcess.Start(Settings());
        await Until(async () => await stage.Store.Number("select count(*) from mt_events where type = 'import_completed'") > 0);
        var report = await stage.Api.GetJson($"imports/{id}");
        (report.Number("rows"), report.Number("created"), report.Number("duplicate"), report.Number("line")).ShouldBe((Rows, Rows, 0, Rows + 1));
        (await Taken()).ShouldBe(Rows);
        (await stage.Store.Number("select count(*) from list_members")).ShouldBe(Rows);
        (await stage.Store.Number("select count(*) from import_parts")).ShouldBe(0);
        Directory.EnumerateFiles(temporary.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty("people's addresses stay in them");
    }

    [Fact]
    public async Task while_its_file_still_came_leaves_nothing_lying_about()
    {
        await using var server = await ServerProcess.Start(Settings());
        var (arrived, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var client = server.Client(stage.Key);
        using var request = Request(new HalfAFile(arrived, end.Task));
        var broken = client.SendAsync(request);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));

        server.Kill();
        await server.Exit();
        end.SetResult();
        await Should.ThrowAsync<HttpRequestException>(broken);

        Directory.EnumerateFiles(temporary.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty("people's addresses stay in them");
    }

    Dictionary<string, string?> Settings() => new(stage.Settings(stage.Sandbox.Address)) { ["TMPDIR"] = temporary.Path, ["DOTNET_EnableDiagnostics"] = "0" };

    Task<long> Taken() => stage.Store.Number("select count(*) from contacts");

    async Task<HttpResponseMessage> Send(ServerProcess server, string? preference = null)
    {
        using var client = server.Client(stage.Key);
        using var request = Request(new StringContent(
            "email,first_name\n" + string.Join('\n', Enumerable.Range(1, Rows).Select(number => $"somebody.{number}@a.example,Ada")), Encoding.UTF8, "text/csv"));
        if (preference is not null)
        {
            request.Headers.Add("Prefer", preference);
        }

        return await client.SendAsync(request);
    }

    static HttpRequestMessage Request(HttpContent content) => new(HttpMethod.Post, "imports?list=Everybody")
    {
        Headers = { { "Idempotency-Key", "the spring list" } }, Content = content,
    };

    static async Task Until(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>More than what lies in the buffers of a connection, so that the server has most of it; and then nothing more for a while.</summary>
    sealed class HalfAFile : HttpContent
    {
        readonly TaskCompletionSource arrived;
        readonly Task end;

        public HalfAFile(TaskCompletionSource arrived, Task end)
        {
            (this.arrived, this.end) = (arrived, end);
            Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var rows = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("somebody@a.example,Ada\n", 4000)));
            for (var number = 0; number < 500; number++)
            {
                await stream.WriteAsync(rows);
            }

            await stream.FlushAsync();
            arrived.SetResult();
            await end;
            await stream.WriteAsync(rows);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
