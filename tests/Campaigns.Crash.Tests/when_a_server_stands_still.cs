using Campaigns.Planning;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>
/// One of two servers on one database is stopped (SIGSTOP) in the middle of its batches until the other has taken its work, and goes on (SIGCONT): nobody
/// gets two messages, and nobody stays in doubt of whom the first one knows. From the environment: STANDSTILL_SECONDS for how long it lasts at least, STANDSTILL_PEOPLE for how many recipients there are.
/// </summary>
[Collection("standing still")]
public sealed class when_a_server_stands_still(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Batch = 20;

    [Theory]
    [MemberData(nameof(Transport.All), MemberType = typeof(Transport))]
    public async Task it_was_taken_for_dead_and_says_what_it_knows_when_it_goes_on(string transport)
    {
        var people = Extent.PeopleInStandstill(transport);
        await using var by = await Transport.Start(transport);
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gateOfFirst = await ProviderGate.Start(stage.Sandbox.Address);
        await using var gateOfSecond = await ProviderGate.Start(stage.Sandbox.Address);
        await using var first = await ServerProcess.Start(Settings(gateOfFirst.Address));
        var stopped = new TaskCompletionSource();
        gateOfFirst.Before = message =>
        {
            if (message == (people / 5) - (Batch / 2))
            {
                first.Stop();
                stopped.SetResult();
            }

            return Task.FromResult(true);
        };
        using var api = first.Client(stage.Key);
        var campaign = await api.Launch(
            Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(Batch, Batch, 0, 0)));
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(120));
        using var standstill = new PeriodicTimer(Extent.Standstill);

        await using var second = await ServerProcess.Start(Settings(gateOfSecond.Address, Stage.ServerAddress()));
        stage.SendWebhooksTo(second.Address);
        await stage.Api.Follow(campaign, progress => progress is { Queued: 0, Sending: 0, InDoubt: > 0 }, withinSeconds: Extent.Patience(people));
        await standstill.WaitForNextTickAsync(); // at once where it has lasted long enough
        first.Continue();
        await stage.Ended(Extent.Patience(people), campaign);

        output.WriteLine($"{gateOfFirst.Count} messages by the first, {gateOfSecond.Count} by the second");
        gateOfSecond.Accepted.Count.ShouldBeGreaterThan(people / 2);
        (gateOfFirst.Count + gateOfSecond.Count).ShouldBe(people, "each was handed over once: what the first had in hand and never handed over is queued again");
        var recipients = await stage.ShouldBeAtRest(output, people, campaign);
        recipients.Count(recipient => recipient.Status == RecipientStatus.InDoubt).ShouldBe(0);

        Dictionary<string, string?> Settings(Uri provider, Uri? server = null)
        {
            var settings = by.Added(stage.Settings(provider, server));
            settings["Sending:Concurrency"] = "2"; // or the whole batch has left before it stands still
            settings["Sending:InDoubtFor"] = "01:00:00"; // nobody is given up before the first goes on
            return settings;
        }
    }
}
