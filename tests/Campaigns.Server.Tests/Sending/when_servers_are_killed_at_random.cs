using System.Diagnostics;
using System.Globalization;
using Campaigns.Planning;
using Campaigns.Sandbox.Faults;
using Campaigns.Server.Tests.Running;
using Xunit.Abstractions;

namespace Campaigns.Server.Tests.Sending;

/// <summary>
/// Two servers on one database, one of which is killed (SIGKILL) every second, or once one is up again. From the environment: KILL_SEED for the strikes
/// of an earlier run again, KILL_SECONDS for how long they go on.
/// </summary>
[Collection("killing")]
public sealed class when_servers_are_killed_at_random(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Campaigns = 4;
    const string Doubts = "select count(distinct stream_id) from mt_events where type = 'message_in_doubt'";

    static int Seconds => Number("KILL_SECONDS") ?? 10;

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    public async Task nobody_gets_it_twice_and_everybody_has_an_end(double shareOfEachFault)
    {
        var (seed, people) = (Number("KILL_SEED") ?? Random.Shared.Next(), Math.Min(10_000, 200 * Seconds) / 2 / Campaigns);
        output.WriteLine($"KILL_SEED={seed} KILL_SECONDS={Seconds}");
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        Misbehave(stage, shareOfEachFault);
        Uri[] addresses = [stage.FirstServer, Stage.ServerAddress()];
        var settings = Array.ConvertAll(addresses, address => Settings(stage, address));
        var servers = await Task.WhenAll(settings.Select(each => ServerProcess.Start(each)));
        try
        {
            var campaigns = new Guid[Campaigns];
            for (var i = 0; i < Campaigns; i++)
            {
                campaigns[i] = await stage.Launch($"c{i}x", $"+41790{i}9", people, "emailAndSms", new Pace(new BatchPace(10, 30, 0, 0.2)));
            }

            var (random, kills, began) = (new Random(seed), 0, Stopwatch.GetTimestamp());
            using var everySecond = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (; Stopwatch.GetElapsedTime(began).TotalSeconds < Seconds; kills++)
            {
                await everySecond.WaitForNextTickAsync();
                var starting = Array.ConvertAll(servers, server => server.Started());
                (await await Task.WhenAny(starting)).ShouldBeTrue(string.Concat(servers.Select(server => server.Complained)));
                int[] up = [.. Enumerable.Range(0, 2).Where(each => starting[each].IsCompletedSuccessfully)];
                var victim = up[random.Next(up.Length)];
                servers[victim].Kill();
                await servers[victim].DisposeAsync();
                servers[victim] = ServerProcess.Begin([], settings[victim]);
                stage.SendWebhooksTo(addresses[1 - victim]);
            }

            var sent = stage.Sandbox.Arrivals().Count;
            var arrivals = await Ended(stage, campaigns);
            var recipients = await stage.ShouldAccountFor(2 * people * Campaigns, campaigns);
            output.WriteLine($"{kills} kills; {sent} of {arrivals} sent meanwhile; {await stage.Store.Number(Doubts)} were in doubt once");
            output.WriteLine(string.Join(", ", recipients.CountBy(recipient => recipient.Status).Select(status => $"{status.Key} {status.Value}")));
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    static void Misbehave(Stage stage, double share)
    {
        stage.Sandbox.Faults.Add(new Fault { Kind = FaultKind.Slow, Milliseconds = 50, Share = 0.5 }); // so that batches are out most of the time
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => share > 0 && kind != FaultKind.Unauthorized /* needs a person */))
        {
            stage.Sandbox.Faults.Add(new Fault { Kind = kind, Share = share, Milliseconds = 500 });
        }
    }

    static Dictionary<string, string?> Settings(Stage stage, Uri server) => new(stage.Settings(stage.Sandbox.Address, server))
    {
        ["SendGrid:Timeout"] = "00:00:02",
        ["Twilio:Timeout"] = "00:00:02",
        ["Sending:LookUpAfter:0"] = "00:00:01",
        ["Sending:LookUpAfter:1"] = "00:00:04",
        ["Sending:LookUpAfter:2"] = "00:00:10",
        ["Sending:FirstRetry"] = "00:00:00.5",
        ["Sending:ErrorsBeforeBreak"] = "1000",
        ["Sending:BounceRateBreak"] = "1",
        ["Sending:ComplaintRateBreak"] = "1",
    };

    /// <summary>Waits until all campaigns are over and know of all that the sandbox has.</summary>
    /// <returns>How many messages that is.</returns>
    static async Task<int> Ended(Stage stage, Guid[] campaigns)
    {
        foreach (var campaign in campaigns)
        {
            await stage.Api.Follow(campaign, progress => progress.IsOver(), withinSeconds: 60 + (12 * Seconds));
        }

        await stage.Drained();
        var arrived = stage.Sandbox.Arrivals().Select(arrival => arrival.Id).ToHashSet();
        foreach (var campaign in campaigns)
        {
            var theirs = (await stage.Api.Recipients(campaign)).Count(recipient => arrived.Contains(recipient.Id.ToString("N")));
            await stage.Api.Follow(campaign, progress => progress.IsOver() && progress.Sent == theirs);
        }

        return arrived.Count;
    }

    static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
}
