using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Server.Hosting;
using Campaigns.Storage;
using Marten;
using Spectre.Console;

namespace Campaigns.Server.Demo;

/// <summary>
/// One campaign from a CSV file to the final report, over the API as any program would do it. Only the data folder, the ports,
/// the pace and the seconds until a message counts as unopened differ from production, all by configuration.
/// </summary>
sealed class DemoRun(Stack stack, HttpClient api, IAnsiConsole console)
{
    /// <summary>Sandbox recipients open within a second; whoever has not by now is not going to.</summary>
    const double NoOpenAfterSeconds = 4;

    const string HighLimit = "100000000";

    const string Sender = "anna@sender.example";

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <param name="json">Whether a line of JSON ends it on standard output.</param>
    /// <param name="keep">Whether everything goes on running afterwards, until somebody ends it.</param>
    public static async Task<int> Run(DemoContacts contacts, bool json, bool keep, CancellationToken ct)
    {
        // The last line of standard output belongs to the result: everything for people goes to the other one then.
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(json ? Console.Error : Console.Out),
            Ansi = (json ? Console.IsErrorRedirected : Console.IsOutputRedirected) ? AnsiSupport.No : AnsiSupport.Detect,
        });
        var folder = Directory.CreateTempSubdirectory("campaigns-demo-");
        try
        {
            await using var stack = await Stack.Start([], Settings(folder), tell: Writer(console).WriteLine, ct: ct);
            using var api = new HttpClient { BaseAddress = new Uri(stack.Address, "/api/v1/"), Timeout = Timeout.InfiniteTimeSpan };
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", stack.DevelopmentKey);
            // Once the server runs, it is the one that hears Ctrl-C.
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct, stack.App.Lifetime.ApplicationStopping);
            var demo = new DemoRun(stack, api, console);
            var (campaign, report) = await demo.Run(contacts, ended.Token);
            report.Print(console);
            if (json)
            {
                Console.WriteLine(report.ToJson());
            }

            var contradictions = report.Contradictions().ToList();
            contradictions.ForEach(contradiction => console.MarkupLineInterpolated($"[red]This does not add up: {contradiction}.[/]"));
            if (keep)
            {
                demo.SayWhereToLook(campaign);
                await stack.App.WaitForShutdownAsync(ct);
            }
            else
            {
                Writer(console).WriteLine("Nothing of it is left when this ends. To look at the campaign, its messages and the API: demo --keep");
            }

            return contradictions.Count == 0 ? 0 : 1;
        }
        finally
        {
            await Postgres.EmbeddedPostgres.Remove(folder.FullName, CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    static Dictionary<string, string?> Settings(DirectoryInfo folder) => new()
    {
        ["DataFolder"] = folder.FullName,
        ["Urls"] = "http://127.0.0.1:0",
        ["Sandbox:Url"] = "http://127.0.0.1:0",
        ["Sandbox:Enabled"] = "true",
        ["ConnectionStrings:Campaigns"] = "",
        ["Messaging:Transport"] = "Local",
        ["SendGrid:ApiKey"] = "",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Messaging:FirstPoll"] = "00:00:01", // no other node there could be taken for dead
        ["Sending:Limits:SenderPerMinute"] = HighLimit,
        ["Sending:Limits:SenderPerHour"] = HighLimit,
        ["Sending:Limits:OrganisationPerHour"] = HighLimit,
        ["Sending:Limits:DomainPerHour"] = HighLimit,
        ["Sending:GlobalPerHour"] = HighLimit,
        ["Sending:BounceRateBreak"] = "1", // the sandbox's people bounce and complain often, so that there is something to see
        ["Sending:ComplaintRateBreak"] = "1",
    };

    /// <summary>For lines that are to be copied: the console itself breaks them where its window ends.</summary>
    static TextWriter Writer(IAnsiConsole console) => console.Profile.Out.Writer;

    async Task<(Guid Campaign, DemoReport Report)> Run(DemoContacts contacts, CancellationToken ct)
    {
        console.MarkupLineInterpolated($"A private stack for this demo: dashboard {stack.Page("/")}, mailbox {stack.Sandbox!.Address}");
        await Put("organisation", new { name = "Demo", approvalRequired = true, timeZone = "Europe/Zurich" }, ct);
        if (contacts.Suppressed is { Count: > 0 } suppressed)
        {
            await Post("suppressions", new { addresses = suppressed }, ct);
        }

        await AddSender(ct);
        var import = await Import(contacts, ct);
        var campaign = await Launch(import.GetProperty("listId").GetGuid(), contacts.AreMany, ct);
        var started = TimeProvider.System.GetTimestamp();
        var sending = await Watch(campaign, started, ct);
        await Settle(ct);
        var progress = (await api.GetFromJsonAsync<CampaignProgress>($"campaigns/{campaign}/progress", Json, ct))!;
        long Count(string name) => import.GetProperty(name).GetInt64();
        return (campaign, DemoReport.Of(
            Count("rows"), Count("duplicate"), Count("invalid"), progress, stack.Sandbox.Counts(), await Number("select count(*) from mt_events", ct), sending));
    }

    void SayWhereToLook(Guid campaign)
    {
        var campaigns = new Uri(stack.Address, $"/api/v1/campaigns/{campaign}");
        Writer(console).WriteLine($"""

            Everything of it is still there:

              Dashboard  {stack.Page($"/campaigns/{campaign}")}   the campaign, its batches, and who got it or did not, and why
              Mailbox    {stack.Sandbox!.Address}   the messages as the sandbox got them
              Reference  {new Uri(stack.Address, "/reference")}   every call of the API
              API key    {stack.DevelopmentKey}

              curl -H 'Authorization: Bearer {stack.DevelopmentKey}' '{campaigns}/recipients?status=bounced'
              curl -H 'Authorization: Bearer {stack.DevelopmentKey}' '{campaigns}/events'

            Stop with Ctrl-C; then it is gone.
            """);
    }

    async Task AddSender(CancellationToken ct)
    {
        var sender = await Post("senders", new { name = "Anna at Example", email = Sender }, ct);
        await Post($"senders/{sender.GetProperty("id").GetGuid()}/verify", null, ct); // the sandbox vouches for .example
    }

    async Task<JsonElement> Import(DemoContacts contacts, CancellationToken ct)
    {
        console.MarkupLine("Importing contacts ...");
        using var upload = contacts.Upload();
        using var response = await api.PostAsync("imports?list=Everybody", upload, ct);
        var report = await Read(response, ct);
        console.MarkupLineInterpolated(
            $"  {report.GetProperty("created").GetInt64():N0} contacts; {report.GetProperty("duplicate").GetInt64():N0} duplicates and {report.GetProperty("invalid").GetInt64():N0} invalid addresses left out, each with its line and reason");
        return report;
    }

    async Task<Guid> Launch(Guid list, bool many, CancellationToken ct)
    {
        var template = await Post("templates", new
        {
            name = "Autumn offer",
            subject = "{{insert first_name \"default=Hello\"}}, an offer for {{insert company \"default=you\"}}",
            html = "<p>Dear {{insert first_name \"default=friend\"}},</p><p>we have an offer for {{insert company \"default=you\"}}. "
                + "<a href=\"https://www.example.com/offer\">Have a look</a>.</p>",
            text = "Dear {{insert first_name \"default=friend\"}}, have a look: https://www.example.com/offer",
        }, ct);
        var campaign = await Post("campaigns", new
        {
            name = "Autumn offer",
            listId = list,
            templateId = template.GetProperty("id").GetGuid(),
            from = new { email = Sender, name = "Anna at Example" },
            pace = new { batches = many ? new BatchPace(500, 1000, 0, 0) : new BatchPace(50, 100, 0.05, 0.15) },
            noOpenAfterSeconds = NoOpenAfterSeconds,
        }, ct);
        var id = campaign.GetProperty("id").GetGuid();
        foreach (var step in new[] { "submit", "approve", "launch" })
        {
            await Post($"campaigns/{id}/{step}", null, ct);
        }

        console.MarkupLine("Campaign created, submitted, approved and launched. (Batches follow each other faster than the default 2 to 5 s, and the limits are raised: a sender may send 20 messages a minute otherwise.)");
        return id;
    }

    /// <summary>Follows the campaign's own stream of progress to its end.</summary>
    /// <returns>The time from launch to the last message.</returns>
    async Task<TimeSpan> Watch(Guid campaign, long started, CancellationToken ct)
    {
        await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async display =>
            {
                var task = display.AddTask("Sending");
                await using var stream = await api.GetStreamAsync($"campaigns/{campaign}/progress/stream", ct);
                var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<CampaignProgress>(data, Json)!);
                await foreach (var item in events.EnumerateAsync(ct))
                {
                    var progress = item.Data;
                    task.Value = progress.Done * 100;
                    task.Description = Describe(progress);
                    if (progress.Status is CampaignStatus.Completed or CampaignStatus.Partial or CampaignStatus.Failed)
                    {
                        return;
                    }

                    if (progress.Status is CampaignStatus.Paused or CampaignStatus.Cancelled)
                    {
                        throw new StartException($"The demo's campaign is {progress.Status}: {progress.Reason}");
                    }
                }
            });
        return TimeProvider.System.GetElapsedTime(started);
    }

    static string Describe(CampaignProgress progress)
    {
        var left = progress.EstimatedCompletion is { } end ? $", {Math.Max(0, (end - TimeProvider.System.GetUtcNow()).TotalSeconds):0} s left" : "";
        return $"{progress.Sent:N0} of {progress.Recipients:N0} sent, {progress.Delivered:N0} delivered, {progress.Opened:N0} opened, {progress.MessagesPerSecond ?? 0:N0}/s{left}";
    }

    /// <summary>Waits until the provider has told everything and every time-out has fired.</summary>
    async Task Settle(CancellationToken ct) => await console.Status().StartAsync("Waiting for the last webhooks and time-outs", async display =>
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await tick.WaitForNextTickAsync(ct))
        {
            await stack.Sandbox!.Drained(ct);
            var waiting = await Number("select count(*) from wolverine_incoming_envelopes where status <> 'Handled' and received_at ~ '^local://(sending|tracking|timeouts)'", ct);
            if (waiting == 0 && stack.Sandbox.Counts().EventsPending == 0)
            {
                return;
            }

            display.Status($"Waiting for the last webhooks and time-outs: {waiting:N0} messages");
        }
    });

    async Task<long> Number(string query, CancellationToken ct)
    {
        await using var command = stack.App.Services.GetRequiredService<IDocumentStore>().Database.CreateCommand(query);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    async Task<JsonElement> Post(string path, object? body, CancellationToken ct)
    {
        using var response = await api.PostAsJsonAsync(path, body, Json, ct);
        return await Read(response, ct);
    }

    async Task Put(string path, object body, CancellationToken ct)
    {
        using var response = await api.PutAsJsonAsync(path, body, Json, ct);
        await Read(response, ct);
    }

    static string? Detail(string problem) =>
        problem.StartsWith('{') && JsonSerializer.Deserialize<JsonElement>(problem).TryGetProperty("detail", out var detail) ? detail.GetString() : null;

    static async Task<JsonElement> Read(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        return response.IsSuccessStatusCode
            ? text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text)
            : throw new StartException($"A step of the demo was refused: {Detail(text) ?? $"{(int)response.StatusCode} {text}"}");
    }
}
