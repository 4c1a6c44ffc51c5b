using System.Diagnostics;
using Campaigns.Planning;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>
/// The PostgreSQL of two servers is killed in the middle of their batches and stays away for a while. From the environment: STANDSTILL_SECONDS for how long
/// at least, STANDSTILL_PEOPLE for how many recipients there are.
/// </summary>
[Collection("waiting")]
public sealed class when_the_database_is_away(ITestOutputHelper output)
{
    const int Batch = 20;

    [Theory]
    [MemberData(nameof(Transport.All), MemberType = typeof(Transport))]
    public async Task servers_go_on_where_they_were_when_it_is_back(string transport)
    {
        var people = Extent.PeopleInStandstill(transport);
        var folder = new TestFolder();
        var database = await folder.Start();
        try
        {
            await using var by = await Transport.Start(transport);
            await using var stage = await Stage.Set(database.ConnectionString);
            await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
            var killed = new TaskCompletionSource();
            gate.Before = message =>
            {
                if (message == people / 4)
                {
                    using var postmaster = Process.GetProcessById(database.ProcessId);
                    postmaster.Kill();
                    killed.SetResult();
                }

                return Task.FromResult(true);
            };
            await using var first = await ServerProcess.Start(by.Added(stage.Settings(gate.Address)));
            await using var second = await ServerProcess.Start(by.Added(stage.Settings(gate.Address, Stage.ServerAddress())));
            using var api = first.Client(stage.Key);
            var campaign = await api.Launch(
                Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(Batch, Batch, 0, 0)));
            await killed.Task.WaitAsync(TimeSpan.FromSeconds(120));
            await database.DisposeAsync();
            using (var away = new PeriodicTimer(Extent.Standstill))
            {
                await away.WaitForNextTickAsync();
            }

            output.WriteLine($"{gate.Count} messages had left");
            database = await folder.Start();
            await stage.Ended(Extent.Patience(people), campaign);

            var recipients = await stage.ShouldBeAtRest(output, people, campaign);
            recipients.Count(recipient => recipient.Status == RecipientStatus.InDoubt).ShouldBeLessThanOrEqualTo(2 * Batch);
        }
        finally
        {
            await database.DisposeAsync();
            await folder.Remove();
        }
    }
}
