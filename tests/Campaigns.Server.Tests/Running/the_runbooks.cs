using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Planning;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Server.Tests.Running;

/// <summary>Each trouble is made, the runbook for it is followed as it stands in docs/operations.md, and the trouble is over.</summary>
[Collection("running")]
public sealed partial class the_runbooks(PostgresFixture postgres) : IAsyncLifetime, IDisposable
{
    const string Document = "docs/operations.md";

    static readonly string[] MasterKeys = [Convert.ToBase64String(new byte[32]), Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray())];

    readonly Shell shell = new();
    readonly Dictionary<string, string> known = [];
    readonly Dictionary<string, string> environment = [];
    string database = "";
    Stage stage = null!;
    ProviderGate gate = null!;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabase();
        stage = await Stage.Set(database);
        stage.Sandbox.EventWebhook = null;
        gate = await ProviderGate.Start(stage.Sandbox.Address);
        environment["ConnectionStrings__Campaigns"] = database;
    }

    public async Task DisposeAsync()
    {
        await gate.DisposeAsync();
        await stage.DisposeAsync();
    }

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task of_a_campaign_that_is_paused_because_the_provider_refuses_our_key()
    {
        await using var server = await Start(("Secrets:Key", MasterKeys[0]));
        using var api = server.Client(stage.Key);
        await Put(api, "SG.revoked");
        var campaign = await api.Launch(["ada@a.example", "bob@a.example"]);
        (await api.Follow(campaign, progress => progress.Status == CampaignStatus.Paused)).Sent.ShouldBe(0);

        var blocks = Blocks("### A campaign is paused by a breaker", 3);
        (known["campaign"], known["sendgrid_key"]) = ($"{campaign}", SandboxRun.Options.ApiKey);
        var said = await Follow(server, blocks[0]);
        said.ShouldContain($"{campaign}");
        said.ShouldContain("The provider refuses our account or sender");
        await Follow(server, blocks[1]);
        await Follow(server, blocks[2]);

        await ShouldEnd(api, campaign, sent: 2);
        (await api.GetJson("alerts?open=true")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task of_a_sender_that_is_paused()
    {
        await using var server = await Start(
            ("Sending:BounceRateBreak", "0.05"), ("Sending:SentBeforeBreak", "20"), ("Sending:BadBeforeBreak", "3"), ("Senders:RequireVerified", "false"));
        using var api = server.Client(stage.Key);
        var sender = (await api.Post("senders", new { name = "Anna", email = "anna@sender.example" })).GetProperty("id").GetGuid();
        var first = await Launch("first", 20);
        await ShouldEnd(api, first, sent: 20);
        var bounced = (await api.Recipients(first)).Take(3).Select(recipient => SendGridVoice.Event("bounce", recipient.Id, TimeProvider.System.GetUtcNow()));
        (await stage.Voice.Post(server.Address, Stage.Tenant, [.. bounced])).EnsureSuccessStatusCode().Dispose();
        await Until(async () => (await api.GetJson($"senders/{sender}")).TryGetProperty("pausedBy", out _));
        var second = await Launch("second", 2);
        await api.Follow(second, progress => progress.Status == CampaignStatus.Paused);

        var blocks = Blocks("### A sender is paused", 2);
        (known["sender"], known["campaign"], known["paused"]) = ($"{sender}", $"{first}", $"{second}");
        var said = await Follow(server, blocks[0]);
        said.ShouldContain("\"pausedBy\":\"breaker\"");
        said.ShouldContain($"\"senderId\":\"{sender}\"");
        (await Follow(server, blocks[1])).ShouldContain($"{second}");

        await ShouldEnd(api, second, sent: 2);

        async Task<Guid> Launch(string name, int people)
        {
            var campaign = await api.Post("campaigns", new
            {
                name, listId = await api.Import(name, Enumerable.Range(1, people).Select(i => $"{name}{i}@a.example,Ada")), senderIds = new[] { sender },
                templateId = (await api.Post("templates", new { name, subject = "An offer", text = "Dear {{first_name}}" })).GetProperty("id").GetGuid(),
            });
            await api.Command(campaign.GetProperty("id").GetGuid(), "launch");
            return campaign.GetProperty("id").GetGuid();
        }
    }

    [Fact]
    public async Task of_a_campaign_that_could_not_start_at_its_time()
    {
        await using var server = await Start();
        using var api = server.Client(stage.Key);
        var list = await api.Import("People", ["ann@a.example,", "bob@a.example,"]);
        var template = (await api.Post("templates", new { name = "Offer", subject = "An offer", text = "Dear {{first_name}}" })).GetProperty("id").GetGuid();
        var campaign = (await api.Post("campaigns", new { name = "Offer", listId = list, templateId = template, from = new { email = "anna@sender.example" } })).GetProperty("id").GetGuid();
        await api.Command(campaign, "schedule", new { at = TimeProvider.System.GetUtcNow().AddSeconds(1) });
        await api.Follow(campaign, progress => progress.Status == CampaignStatus.Paused);

        var blocks = Blocks("### A campaign could not start at its time", 2);
        known["campaign"] = $"{campaign}";
        (await Follow(server, blocks[0])).ShouldContain("Could not start at its time: 2 of 2 messages would fail");
        using var again = await api.PostAsync("imports?list=People&existing=update", ApiCalls.Csv("email,first_name\nann@a.example,Ann\nbob@a.example,Bob\n"));
        again.EnsureSuccessStatusCode();
        await Follow(server, blocks[1]);

        await ShouldEnd(api, campaign, sent: 2);
    }

    [Fact]
    public async Task of_a_limit_because_of_which_nothing_goes_out()
    {
        await using var server = await Start();
        using var api = server.Client(stage.Key);
        using var limited = await api.PatchAsJsonAsync("organisation", new { name = "Acme", limits = new { organisationPerHour = 2 } });
        limited.EnsureSuccessStatusCode();
        var campaign = await api.Launch(["a@a.example", "b@a.example", "c@a.example"]);
        await api.Follow(campaign, progress => progress.Sent == 2);

        var blocks = Blocks("### Nothing goes out", 3);
        (known["campaign"], known["database"]) = ($"{campaign}", ForPsql());
        await Until(async () => (await Follow(server, blocks[0])).Contains("\"kind\":\"limit\"", StringComparison.Ordinal));
        await Follow(server, blocks[1]);
        await ShouldEnd(api, campaign, sent: 3);
        (await Follow(server, blocks[2])).ShouldContain("message_type");
    }

    [Fact]
    public async Task of_a_clock_that_is_wrong()
    {
        var clock = Path.GetTempFileName();
        await FakeClock.Set(clock, "+0");
        try
        {
            await using var server = await Start([("Workers:Enabled", "false"), .. FakeClock.Settings(clock)]);
            await FakeClock.Set(clock, "+2h");
            // Timers go off when a clock jumps: for a moment other things seem to take too long.
            await Answers(server, HttpStatusCode.ServiceUnavailable, "clock-wrong");

            known["database"] = ForPsql();
            (await Follow(server, Blocks("### A clock is wrong", 1)[0])).ShouldContain("/problems/clock-wrong");
            await FakeClock.Set(clock, "+0");
            await Answers(server, HttpStatusCode.OK);
        }
        finally
        {
            File.Delete(clock);
        }
    }

    [Fact]
    public async Task of_what_the_doctor_found()
    {
        await using var server = await Start();
        using var api = server.Client(stage.Key);
        await ShouldEnd(api, await api.Launch(["ada@a.example", "bob@a.example"]), sent: 2);
        await stage.Store.Texts("update recipients set status = 'failed' where id = (select id from recipients limit 1); select 'broken'");
        await stage.Store.Texts("update mt_doc_campaign set data = jsonb_set(data, '{lastBatch}', '99'); select 'broken'");
        (await ServerProcess.Run(["doctor"], environment.ToDictionary(setting => setting.Key, setting => (string?)setting.Value))).Code.ShouldBe(1);

        (await Follow(server, Blocks("### The doctor found something", 1)[0])).ShouldContain("0 problems");
    }

    [Fact]
    public async Task of_messages_that_are_dead()
    {
        await using var server = await Start(("Messaging:RetryAfter:0", "00:00:00.1"));
        using var api = server.Client(stage.Key);
        await stage.Store.Texts("""
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''No room''; end';
            create trigger refuse before insert on mt_events for each row when (new.type = 'audience_hydrated') execute function refuse();
            select 'done'
            """);
        var campaign = await api.Launch(["ada@a.example", "bob@a.example"]);
        await api.Follow(campaign, progress => progress.Status == CampaignStatus.Paused);

        var blocks = Blocks("### Messages are dead", 2);
        known["campaign"] = $"{campaign}";
        string dead;
        do
        {
            dead = await Follow(server, blocks[0]); // whoever waits is told before the message is moved
        }
        while (dead.Trim().Length == 0);
        dead.ShouldContain("hydrate_audience");
        dead.ShouldContain("No room");
        await stage.Store.Texts("drop trigger refuse on mt_events; select 'mended'");
        (await Follow(server, blocks[1])).ShouldContain("1 messages come again.");

        await ShouldEnd(api, campaign, sent: 2);
        (await Follow(server, blocks[0])).Trim().ShouldBeEmpty();
    }

    [Fact]
    public async Task of_a_database_that_refuses_writes()
    {
        await using var server = await Start();
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        await stage.Store.Texts($"alter database {name} set default_transaction_read_only = on; select 'read only'");
        await EndSessions();
        await Answers(server, HttpStatusCode.ServiceUnavailable, "database-refuses-writes");

        var blocks = Blocks("### The database refuses writes", 2);
        known["database"] = ForPsql();
        (await Follow(server, blocks[0])).ShouldContain("/problems/database-refuses-writes");
        await Follow(server, blocks[1]);
        await Answers(server, HttpStatusCode.OK);

        using var api = server.Client(stage.Key);
        await ShouldEnd(api, await api.Launch(["ada@a.example"]), sent: 1);

        async Task EndSessions()
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Database = "postgres", Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand($"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{name}'", connection);
            await command.ExecuteScalarAsync();
        }
    }

    [Fact]
    public async Task of_somebody_who_is_in_doubt()
    {
        gate.Before = message => Task.FromResult(message != 2);
        await using var server = await Start(("Sending:InDoubtFor", "00:00:01"));
        using var api = server.Client(stage.Key);
        var campaign = await api.Launch(["ada@a.example", "bob@a.example", "cid@a.example"]);
        var ended = await api.Follow(campaign, progress => progress.IsOver());
        (ended.Status, ended.Sent, ended.InDoubt).ShouldBe((CampaignStatus.Partial, 2, 1));

        var blocks = Blocks("### Somebody is in doubt", 2);
        known["campaign"] = $"{campaign}";
        var doubtful = (await api.Recipients(campaign)).Single(recipient => recipient.Status == Recipients.RecipientStatus.InDoubt);
        (await Follow(server, blocks[0])).ShouldContain($"{doubtful.Id}");
        await Follow(server, blocks[1]);

        await api.Follow(campaign, progress => progress is { Sent: 3, InDoubt: 0 });
        stage.Sandbox.Counts().Duplicates.ShouldBe(0);
    }

    [Fact]
    public async Task of_webhooks_that_are_refused()
    {
        await using var server = await Start(("Secrets:Key", MasterKeys[0]));
        using var api = server.Client(stage.Key);
        var voice = new SendGridVoice();
        (await Posted()).ShouldBe(HttpStatusCode.Forbidden);

        var blocks = Blocks("### Webhooks are refused", 2);
        (known["sendgrid_key"], known["public_key"]) = (SandboxRun.Options.ApiKey, voice.PublicKey);
        (await Follow(server, blocks[0])).ShouldContain("\"items\":[]");
        await Follow(server, blocks[1]);

        (await Posted()).ShouldBe(HttpStatusCode.OK);
        (await api.GetJson("webhook-bodies")).GetProperty("items").GetArrayLength().ShouldBe(1);

        async Task<HttpStatusCode> Posted()
        {
            using var answer = await voice.Post(server.Address, Stage.Tenant, SendGridVoice.Event("delivered", Guid.NewGuid(), TimeProvider.System.GetUtcNow()));
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task of_webhooks_that_come_late()
    {
        await using var server = await Start();
        using var api = server.Client(stage.Key);
        var campaign = await api.Launch(["silent@a.example"]);
        await ShouldEnd(api, campaign, sent: 1);
        var recipient = (await api.Recipients(campaign)).Single();
        var now = TimeProvider.System.GetUtcNow();
        var body = JsonSerializer.SerializeToUtf8Bytes(new[] { SendGridVoice.Event("delivered", recipient.Id, now) });
        (await stage.Voice.Post(server.Address, Stage.Tenant, body, (now.ToUnixTimeSeconds() - 100_000).ToString(CultureInfo.InvariantCulture))).EnsureSuccessStatusCode().Dispose();

        var block = Blocks("### Webhooks come late", 1)[0];
        var late = (await api.GetJson("webhook-bodies")).GetProperty("items").EnumerateArray().Single();
        known["body"] = late.Text("id");
        (await Follow(server, block)).ShouldContain("\"late\":true");

        await api.Follow(campaign, progress => progress.Delivered == 1);
    }

    [Fact]
    public async Task of_a_master_key_that_is_another_one()
    {
        Guid campaign;
        await using (var before = await Start(("Secrets:Key", MasterKeys[0])))
        {
            using var client = before.Client(stage.Key);
            await Put(client, SandboxRun.Options.ApiKey);
            before.Terminate();
            (await before.Exit()).ShouldBe(0);
        }

        await using (var wrong = await Start(("Secrets:Key", MasterKeys[1])))
        {
            using var client = wrong.Client(stage.Key);
            campaign = await client.Launch(["ada@a.example"]);
            (await client.Follow(campaign, progress => progress.Status == CampaignStatus.Paused)).Reason.ShouldNotBeNull().ShouldContain("cannot be decrypted");
            wrong.Terminate();
            (await wrong.Exit()).ShouldBe(0);
        }

        await using var server = await Start(("Secrets:Key", MasterKeys[1]), ("Secrets:PreviousKeys:0", MasterKeys[0]));
        (environment["Secrets__Key"], environment["Secrets__PreviousKeys__0"]) = (MasterKeys[1], MasterKeys[0]);
        known["campaign"] = $"{campaign}";
        await Follow(server, Blocks("### The master key is another one", 1)[0]);

        using var api = server.Client(stage.Key);
        await ShouldEnd(api, campaign, sent: 1);
    }

    /// <summary>Nobody meets a warning or an error of ours at night that the document does not know.</summary>
    [Fact]
    public void know_every_line_that_the_log_has_for_people()
    {
        var lines =
            from assembly in new[] { typeof(CampaignsModule).Assembly, typeof(Hosting.Stack).Assembly }
            from method in assembly.GetTypes().Where(type => type.Name == "Log").SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            let line = method.GetCustomAttribute<LoggerMessageAttribute>()
            where line is { Level: >= LogLevel.Warning } && line.Message != "{Why}"
            select Placeholder().Split(line.Message).Select(part => part.Trim(' ', ':', ',', '.')).ToList();
        var all = lines.ToList();
        all.Count.ShouldBeGreaterThan(15, "or they were not found");
        var table = Table("### What the log says");
        all.Where(parts => !parts.Any(part => QuotedIn(table).Any(quoted => part.Length > 10 && part.Contains(quoted, StringComparison.Ordinal))))
            .Select(parts => string.Join(" ... ", parts)).ShouldBeEmpty();
    }

    /// <summary>Nor a refusal with 503.</summary>
    [Fact]
    public void know_every_way_in_which_a_node_says_that_it_cannot_work()
    {
        var types = Directory.EnumerateFiles(Path.Combine(Support.Document.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Unavailable().Matches(File.ReadAllText(file))).Select(problem => problem.Groups["type"].Value).Distinct().ToList();
        types.ShouldContain("database-refuses-writes", "or they were not found");
        types.Where(type => !Support.Document.Text(Document).Contains(type, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>Every link within the document leads somewhere.</summary>
    [Fact]
    public void are_where_the_document_says()
    {
        var text = Support.Document.Text(Document);
        var anchors = Heading().Matches(text).Select(heading => NoLetter().Replace(heading.Groups["words"].Value.ToLowerInvariant(), "").Replace(' ', '-')).ToList();
        Anchor().Matches(text).Select(link => link.Groups["to"].Value).Except(anchors).ShouldBeEmpty();
    }

    static string Table(string heading) =>
        Regex.Match(Support.Document.Text(Document), $@"^{Regex.Escape(heading)}\n(?<text>.*?)(?=^\#\#)", RegexOptions.Multiline | RegexOptions.Singleline).Groups["text"].Value;

    /// <summary>What stands between backticks, in parts where something is left out.</summary>
    static IEnumerable<string> QuotedIn(string text) =>
        Quoted().Matches(text).SelectMany(quoted => quoted.Groups["words"].Value.Split("...")).Select(part => part.Trim()).Where(part => part.Length > 10);

    static IReadOnlyList<string> Blocks(string heading, int count)
    {
        var blocks = Support.Document.Commands(Document, heading);
        blocks.Count.ShouldBe(count, heading);
        return blocks;
    }

    Task<ServerProcess> Start(params (string Name, string Value)[] settings)
    {
        var all = stage.Settings(gate.Address);
        all["SendGrid:Timeout"] = "00:00:05";
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return ServerProcess.Start(all);
    }

    /// <summary>Runs a block behind what all runbooks begin with, and puts in what only its reader knows.</summary>
    async Task<string> Follow(ServerProcess server, string block)
    {
        var begin = Blocks("## Runbooks", 1)[0].With(("key=...", $"key={stage.Key}"), ("server=http://127.0.0.1:5080", $"server={server.Address.ToString().TrimEnd('/')}"));
        var commands = known.Aggregate(block, (text, each) => Regex.Replace(text, $@"^{each.Key}=\.\.\..*$", "", RegexOptions.Multiline));
        commands.ShouldNotContain("=...");
        var before = shell.Calls.Count;
        var run = await shell.Run(begin + string.Concat(known.Select(each => $"{each.Key}='{each.Value}'\n")) + "set -e\n" + commands, environment);
        run.Code.ShouldBe(0, run.Output + run.Error);
        foreach (var call in shell.Calls.Skip(before).Where(call => !call.Arguments.Contains("/health", StringComparison.Ordinal)))
        {
            call.Status.ShouldBeInRange(200, 299, $"{call.Arguments}\n{run.Output}\n{run.Error}");
        }

        return run.Output;
    }

    static async Task Put(HttpClient api, string apiKey)
    {
        using var answer = await api.PutAsync("credentials/sendgrid", JsonContent.Create(new { apiKey }));
        answer.EnsureSuccessStatusCode();
    }

    string ForPsql()
    {
        var to = new NpgsqlConnectionStringBuilder(database);
        return $"host={to.Host} port={to.Port} user={to.Username} dbname={to.Database}";
    }

    static async Task Answers(ServerProcess server, HttpStatusCode wanted, string words = "")
    {
        using var http = new HttpClient();
        await Until(async () =>
        {
            using var answer = await http.GetAsync(new Uri(server.Address, "/health"));
            return answer.StatusCode == wanted && (await answer.Content.ReadAsStringAsync()).Contains(words, StringComparison.Ordinal);
        });
    }

    static async Task Until(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await isSo())
        {
            await ticks.WaitForNextTickAsync(patience.Token);
        }
    }

    static async Task ShouldEnd(HttpClient api, Guid campaign, int sent)
    {
        var ended = await api.Follow(campaign, progress => progress.IsOver());
        (ended.Status, ended.Sent).ShouldBe((CampaignStatus.Completed, sent));
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("`(?<words>[^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"Problems\.Problem\(\s*""(?<type>[a-z-]+)""((?!Status\d)[^;])*Status503")]
    private static partial Regex Unavailable();

    [GeneratedRegex(@"^\#{2,3} (?<words>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^a-z0-9 -]")]
    private static partial Regex NoLetter();

    [GeneratedRegex(@"\]\(\#(?<to>[^)]+)\)")]
    private static partial Regex Anchor();
}
