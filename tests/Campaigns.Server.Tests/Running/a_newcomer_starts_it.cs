#pragma warning disable CA1416 // the private PostgreSQL refuses Windows before anything here runs

namespace Campaigns.Server.Tests.Running;

/// <summary>The executable in a fresh folder, without a single setting but ports that nobody else has.</summary>
public sealed class a_newcomer_starts_it
{
    static readonly Dictionary<string, string?> AnyPorts = new()
    {
        ["Urls"] = "http://127.0.0.1:0", ["Sandbox:Url"] = "http://127.0.0.1:0", ["ConnectionStrings:Campaigns"] = null, ["SendGrid:ApiKey"] = null,
    };

    [Fact]
    public async Task it_says_where_everything_is_and_finds_it_again_the_next_time()
    {
        var folder = new TestFolder();
        Directory.CreateDirectory(folder.Path);
        try
        {
            string key;
            await using (var first = await ServerProcess.Start(AnyPorts, folder.Path))
            {
                key = first.Told("API key");
                first.Told("Data").ShouldStartWith(Path.Combine(folder.Path, ".data"));
                first.Told("Mailbox").ShouldStartWith("http://127.0.0.1:");
                using var api = first.Client(key);
                await api.Post("campaigns", new { name = "Spring" });
                using var browser = new HttpClient(); // with cookies
                (await browser.GetStringAsync(first.Address)).ShouldContain("<h1>Campaigns</h1>", customMessage: "or whoever follows the address is not signed in");
                (await browser.GetStringAsync(new Uri(first.Address, "/suppressions"))).ShouldContain("<h1>Suppressions</h1>");
                (await api.GetStringAsync(new Uri(first.Address, "/reference/"))).ShouldContain("Campaigns API");
                (await api.GetStringAsync(new Uri(first.Address, "/reference/scalar.js"))).Length.ShouldBeGreaterThan(100_000);
                foreach (var file in Directory.EnumerateFiles(Path.Combine(folder.Path, ".data")))
                {
                    File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
                }

                await Stops(first, folder);
            }

            await using var second = await ServerProcess.Start(AnyPorts, folder.Path);
            second.Told("API key").ShouldBe(key);
            using var again = second.Client(key);
            (await again.GetJson("campaigns")).GetProperty("items")[0].Text("name").ShouldBe("Spring");
            second.Said.ShouldNotContain("   at ");
            await Stops(second, folder);
        }
        finally
        {
            await Server.Postgres.EmbeddedPostgres.Remove(Path.Combine(folder.Path, ".data"));
            Directory.Delete(folder.Path, recursive: true);
        }
    }

    /// <summary>SIGTERM ends it and its PostgreSQL, and nothing went wrong.</summary>
    static async Task Stops(ServerProcess server, TestFolder folder)
    {
        var postmaster = int.Parse(
            (await File.ReadAllLinesAsync(Directory.GetFiles(folder.Path, "postmaster.pid", SearchOption.AllDirectories).Single()))[0], null);
        TestFolder.IsRunning(postmaster).ShouldBeTrue();
        server.Terminate();
        (await server.Exit(withinSeconds: 20)).ShouldBe(0, server.Complained);
        TestFolder.IsRunning(postmaster).ShouldBeFalse();
    }
}
