using System.Text.RegularExpressions;
using Campaigns.Insight;
using Campaigns.Planning;

namespace Campaigns.Server.Tests.Running;

/// <summary>Whoever copies the commands of the documents, line by line, gets where the documents say.</summary>
public sealed class the_commands_of_the_documents : IAsyncLifetime, IDisposable
{
    const string Address = "api=http://127.0.0.1:5080/api/v1";

    /// <summary>What curl ends with when the time that it was given is up.</summary>
    const int TimeIsUp = 28;

    readonly TestFolder folder = new();
    readonly Shell shell = new();

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(folder.Path);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Server.Postgres.EmbeddedPostgres.Remove(Path.Combine(folder.Path, ".data"));
        Directory.Delete(folder.Path, recursive: true);
    }

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task lead_through_a_campaign_to_its_end()
    {
        await using var server = await Newcomer();
        var (key, api) = (server.Told("API key"), new Uri(server.Address, "/api/v1"));
        var blocks = Document.Commands("docs/api.md");
        var commands = string.Concat(blocks).With(("key=...", $"key={key}"), (Address, $"api={api}"));

        var run = await shell.Run(commands);

        ShouldHaveSucceeded(run);
        shell.Calls.Count.ShouldBeGreaterThan(25, "or they were not found in the document");
        shell.Calls.Where(call => call.Arguments.Contains("/stream", StringComparison.Ordinal)).ShouldHaveSingleItem();
        run.Output.ShouldContain("event: progress");
        using var client = server.Client(key);
        var campaigns = (await client.GetJson("campaigns")).GetProperty("items").EnumerateArray().ToDictionary(campaign => campaign.Text("name"), campaign => campaign.GetProperty("id").GetGuid());
        var mail = await client.Progress(campaigns["Autumn offer"]);
        mail.Status.ShouldBeOneOf(CampaignStatus.Completed, CampaignStatus.Partial);
        (mail.Sent, mail.Failed, mail.InDoubt, mail.Recipients).ShouldBe((mail.Recipients, 0, 0, 973));
        mail.Bounced.ShouldBeGreaterThan(20, "so many that the breakers of a real account would have stopped it");
        (await client.Follow(campaigns["Reminder"], progress => progress.Sent > 0)).Failed.ShouldBe(0); // at any hour it is day for some of them
        (await client.GetJson("alerts?open=true")).GetProperty("items").GetArrayLength().ShouldBe(0);

        // Once more on what is there now, as far as the launch: the rest is the same.
        var launch = blocks.ToList().FindIndex(block => block.Contains("/launch", StringComparison.Ordinal));
        var again = string.Concat(blocks.Take(launch + 1));
        ShouldHaveSucceeded(await shell.Run(again.With(("key=...", $"key={key}"), (Address, $"api={api}"))));
        (await client.GetJson("campaigns?search=Autumn")).GetProperty("items").GetArrayLength().ShouldBe(2);
        (await client.GetJson("senders")).GetProperty("items").GetArrayLength().ShouldBe(1);
        server.Terminate();
        (await server.Exit(withinSeconds: 30)).ShouldBe(0, server.Complained);
    }

    [Fact]
    public async Task of_the_readme_import_contacts_and_list_campaigns()
    {
        await using var server = await Newcomer();
        var commands = Document.Commands("README.md").Single(block => block.Contains(Address, StringComparison.Ordinal))
            .With(("key=...", $"key={server.Told("API key")}"), (Address, $"api={new Uri(server.Address, "/api/v1")}"));

        var run = await shell.Run(commands);

        ShouldHaveSucceeded(run);
        shell.Calls.Count.ShouldBe(2);
        run.Output.ShouldContain("\"created\":973");
    }

    [Fact]
    public async Task of_the_readme_take_the_sample_to_the_final_report()
    {
        var commands = Document.Commands("README.md").Single(block => block.TrimEnd().EndsWith("-- demo", StringComparison.Ordinal));

        var run = await shell.Run(commands);

        ShouldHaveSucceeded(run);
        foreach (var (name, count) in new[] { ("duplicate", 12), ("invalid address", 15), ("suppressed", 10), ("sent", 963) })
        {
            run.Output.ShouldMatch($@"(?m)\b{name}\W+{count}\b");
        }

        run.Output.ShouldContain("demo --keep");
    }

    /// <summary>With the build before it, which says that it is under way: whoever waits for a minute knows what for.</summary>
    [Fact]
    public async Task of_the_readme_say_what_they_do_from_the_build_to_the_address()
    {
        var settings = new Dictionary<string, string?>(Settings()) { ["DataFolder"] = Path.Combine(folder.Path, ".data") };
        await using var run = ServerProcess.Type(Document.Commands("README.md")[0], settings, Document.Root);

        (await run.Complains("Building Campaigns, which takes ")).ShouldBeTrue(run.Said + run.Complained);
        run.Said.ShouldBeEmpty("or it was said too late");
        (await run.Started(withinSeconds: 300)).ShouldBeTrue(run.Said + run.Complained);
        run.Said.Split('\n').Select(line => line.Trim()).Where(line => line.EndsWith("...", StringComparison.Ordinal)).Select(line => string.Join(' ', line.Split(' ').Take(3)))
            .ShouldBe(["Starting a private", "Starting the sandbox,", "Bringing the database", "Starting the server"]);
        run.Terminate();
        await run.Exit();
    }

    /// <summary>What the README has beside those: these tests.</summary>
    [Fact]
    public void of_the_readme_are_all_known() => Document.Commands("README.md").Select(block => block.Split('\n')[0]).ShouldBe(
    [
        "dotnet run --project src/Campaigns.Server", "dotnet run -c Release --project src/Campaigns.Server -- demo", "dotnet test",
        "key=...                                   # as printed at the start",
    ]);

    /// <summary>Every call was answered with success, and the shell had nothing to complain about.</summary>
    void ShouldHaveSucceeded((int Code, string Output, string Error) run)
    {
        run.Error.ShouldNotMatch($@"(?m)^(bash: |curl: (?!\({TimeIsUp}\)))");
        foreach (var call in shell.Calls)
        {
            call.Status.ShouldBeInRange(200, 299, $"{call.Arguments}\n{run.Output}\n{run.Error}");
            call.Code.ShouldBe(call.Arguments.Contains("--max-time", StringComparison.Ordinal) ? TimeIsUp : 0, call.Arguments);
        }

        run.Code.ShouldBe(0, run.Output + run.Error);
    }

    /// <summary>A server without a single setting but ports that nobody else has: the limits are those that a newcomer gets.</summary>
    Task<ServerProcess> Newcomer() => ServerProcess.Start(Settings(), folder.Path);

    static Dictionary<string, string?> Settings()
    {
        var settings = NoLimits.Settings.Keys.ToDictionary(name => name, _ => (string?)null);
        settings["Urls"] = settings["Sandbox:Url"] = "http://127.0.0.1:0";
        settings["ConnectionStrings:Campaigns"] = settings["SendGrid:ApiKey"] = null;
        return settings;
    }
}
