using System.Diagnostics;
using Campaigns.Planning;
using Campaigns.Sandbox.Faults;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>
/// Two servers on one database, either of which is killed (SIGKILL) again and again, while they send, read webhooks and time people out. Then they are
/// left alone. From the environment: KILL_SECONDS for how long, KILL_MESSAGES for how many messages there are, KILL_SEED for the strikes of an earlier run.
/// </summary>
[Collection("killing")]
public sealed class when_servers_are_killed(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Campaigns = 4;

    /// <summary>What a kill comes in the middle of.</summary>
    const string UnderWay = """
        select (select count(*) from recipients where status = 'sending') || ' messages in hand, '
            || (select count(*) from webhook_bodies where processed_at is null) || ' webhook bodies unread, '
            || (select count(*) from wolverine_incoming_envelopes
                where message_type = 'time_out_opens' and (status = 'Incoming' or status = 'Scheduled' and execution_time < now())) || ' time-outs due'
        """;

    const string Doubts = "select count(distinct stream_id) from mt_events where type = 'message_in_doubt'";

    /// <summary>Within as many more messages as this the next strike comes.</summary>
    const int Apart = 60;

    /// <summary>However long they take.</summary>
    const int KillsAtLeast = 3;

    /// <summary>Strikes come without messages too, where none leave for so long.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>All of them where somebody takes the time.</summary>
    public static TheoryData<string> TransportsEverySecond => Extent.IsLong ? Transport.All : ["local"];

    [Theory]
    [InlineData("local", 0.01)]
    [InlineData("postgresql", 0)]
    [InlineData("rabbitmq", 0)]
    public Task in_the_middle_of_batches_nobody_gets_it_twice_and_everybody_has_an_end(string transport, double shareOfEachFault) =>
        Kill(transport, shareOfEachFault, inTheMiddle: true);

    /// <summary>They hardly live long enough to send: what they are killed in is starting, taking over, and making recipients of the audience.</summary>
    [Theory]
    [MemberData(nameof(TransportsEverySecond))]
    public Task every_second_nobody_gets_it_twice_and_everybody_has_an_end(string transport) => Kill(transport, 0, inTheMiddle: false);

    async Task Kill(string transport, double shareOfEachFault, bool inTheMiddle)
    {
        var seed = Extent.KillSeed ?? Random.Shared.Next();
        var people = Extent.MessagesUnderKills(transport) / 2 / Campaigns;
        output.WriteLine($"KILL_SEED={seed} KILL_SECONDS={Extent.KillSeconds} KILL_MESSAGES={2 * people * Campaigns}");
        await using var by = await Transport.Start(transport);
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        Misbehave(stage, shareOfEachFault);
        Uri[] addresses = [stage.FirstServer, Stage.ServerAddress()];
        var gates = await Task.WhenAll(addresses.Select(_ => ProviderGate.Start(stage.Sandbox.Address)));
        var settings = Enumerable.Range(0, 2).Select(each => by.Added(Settings(stage, gates[each], addresses[each]))).ToArray();
        var servers = await Task.WhenAll(settings.Select(each => ServerProcess.Start(each)));
        try
        {
            var campaigns = new Guid[Campaigns];
            for (var i = 0; i < Campaigns; i++)
            {
                campaigns[i] = await stage.Launch(
                    $"c{i}x", $"+41790{i}9", people, "emailAndSms", new Pace(new BatchPace(10, 30, 0, 0.2)), noOpenAfterSeconds: 5);
            }

            var (random, kills, hits, began, atStart) = (new Random(seed), 0, 0, Stopwatch.GetTimestamp(), new int[2]);
            using var everySecond = new PeriodicTimer(TimeSpan.FromSeconds(1));
            for (; kills < KillsAtLeast || Stopwatch.GetElapsedTime(began).TotalSeconds < Extent.KillSeconds; kills++)
            {
                await everySecond.WaitForNextTickAsync();
                var (victim, apart) = (random.Next(2), random.Next(1, Apart));
                var starting = Array.ConvertAll(servers, server => server.Started());
                if (inTheMiddle)
                {
                    (await Task.WhenAll(starting)).ShouldAllBe(started => started, string.Concat(servers.Select(server => server.Complained)));
                    await Messages(apart, gates);
                }
                else
                {
                    (await await Task.WhenAny(starting)).ShouldBeTrue(string.Concat(servers.Select(server => server.Complained)));
                    victim = starting[victim].IsCompletedSuccessfully ? victim : 1 - victim;
                }

                servers[victim].Kill();
                var underWay = (await stage.Store.Texts(UnderWay)).Single();
                output.WriteLine(
                    $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: {gates.Sum(gate => gate.Count)} messages had left, "
                    + $"{gates[victim].Count - atStart[victim]} of them by server {victim} in this life; {underWay}");
                (hits, atStart[victim]) = (hits + (underWay.StartsWith("0 ", StringComparison.Ordinal) ? 0 : 1), gates[victim].Count);
                await servers[victim].DisposeAsync();
                servers[victim] = ServerProcess.Begin([], settings[victim]);
                stage.SendWebhooksTo(addresses[1 - victim]);
            }

            var left = gates.Sum(gate => gate.Count);
            await stage.Ended(Extent.Patience(2 * people * Campaigns), campaigns);
            output.WriteLine($"At rest after {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s: {kills} kills, {hits} with messages in hand; {left} messages had left at the last; "
                + $"{await stage.Store.Number(Doubts)} were in doubt once");
            await stage.ShouldBeAtRest(output, 2 * people * Campaigns, campaigns);
            (hits > 0 || !inTheMiddle).ShouldBeTrue("No kill came in the middle of a batch: the test proves nothing.");
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            foreach (var gate in gates)
            {
                await gate.DisposeAsync();
            }
        }
    }

    /// <summary>Completes while the last of so many more messages is at the provider, or when patience ends.</summary>
    static async Task Messages(int more, ProviderGate[] gates)
    {
        var left = more;
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var gate in gates)
        {
            gate.Before = _ =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    came.SetResult();
                }

                return Task.FromResult(true);
            };
        }

        await came.Task.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static void Misbehave(Stage stage, double share)
    {
        stage.Sandbox.Faults.Add(new Fault { Kind = FaultKind.Slow, Milliseconds = 50, Share = 0.5 }); // so that batches are out most of the time
        foreach (var kind in Enum.GetValues<FaultKind>().Where(kind => share > 0 && kind != FaultKind.Unauthorized /* needs a person */))
        {
            stage.Sandbox.Faults.Add(new Fault { Kind = kind, Share = share, Milliseconds = 500 });
        }
    }

    static Dictionary<string, string?> Settings(Stage stage, ProviderGate gate, Uri server) => new(stage.Settings(gate.Address, server))
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
}
