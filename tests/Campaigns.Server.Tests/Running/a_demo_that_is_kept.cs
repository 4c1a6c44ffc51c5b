using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Campaigns.Server.Tests.Running;

/// <summary><c>demo --keep</c> leaves its stack to look at until somebody ends it.</summary>
public sealed class a_demo_that_is_kept
{
    [Fact]
    public async Task answers_where_it_says_after_its_report_and_ends_with_ctrl_c()
    {
        var folder = Directory.CreateTempSubdirectory("campaigns-kept-");
        try
        {
            await using var demo = ServerProcess.Begin(["demo", "--json", "--keep"], InFolder(folder));
            (await demo.Complains("Stop with Ctrl-C")).ShouldBeTrue(demo.Complained);

            var report = JsonDocument.Parse(demo.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1]).RootElement;
            var skipped = report.GetProperty("skipped");
            (skipped.Number("duplicate"), skipped.Number("invalid"), skipped.Number("suppressed"), report.Number("sent")).ShouldBe((12, 15, 10, 963));
            var key = Told(demo.Complained, "API key");
            using var client = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
            foreach (var name in new[] { "Dashboard", "Mailbox", "Reference" })
            {
                using var page = await client.GetAsync(Told(demo.Complained, name));
                page.StatusCode.ShouldBe(HttpStatusCode.OK, name);
            }

            var calls = demo.Complained.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("curl ", StringComparison.Ordinal)).ToList();
            calls.Count.ShouldBe(2);
            using var shell = new Shell();
            (await shell.Run(string.Join('\n', calls))).Output.ShouldContain("\"bouncedAt\"");
            shell.Calls.Select(call => call.Status).ShouldBe([200, 200]);
            demo.HasExited.ShouldBeFalse();

            demo.Interrupt();

            (await demo.Exit(withinSeconds: 30)).ShouldBe(0, demo.Complained);
            demo.Complained.ShouldNotContain("   at ");
            folder.EnumerateDirectories("campaigns-demo-*").ShouldBeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ends_by_sigterm_too_and_leaves_nothing_behind()
    {
        var folder = Directory.CreateTempSubdirectory("campaigns-kept-");
        try
        {
            await using var demo = ServerProcess.Begin(["demo", "--keep", "--recipients", "20"], InFolder(folder));
            (await demo.Says("Stop with Ctrl-C")).ShouldBeTrue(demo.Said + demo.Complained);

            using (var client = new HttpClient())
            {
                (await client.GetStringAsync(Told(demo.Said, "Dashboard"))).ShouldContain("<h1>Autumn offer</h1>");
            }

            demo.Terminate();

            (await demo.Exit(withinSeconds: 30)).ShouldBe(0, demo.Complained);
            folder.EnumerateDirectories("campaigns-demo-*").ShouldBeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static Dictionary<string, string?> InFolder(DirectoryInfo folder) => new() { ["TMPDIR"] = folder.FullName };

    static string Told(string said, string name) =>
        said.Split('\n').Last(line => line.TrimStart().StartsWith(name, StringComparison.Ordinal)).Trim()[name.Length..].Trim().Split(' ')[0];
}
