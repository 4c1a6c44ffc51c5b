using System.Net;
using Campaigns.Planning;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>
/// In the middle of the batches of two servers the database takes no more, for a while: its disk is full, or all of its connections are used. From the
/// environment: STANDSTILL_SECONDS for how long at least, STANDSTILL_PEOPLE for how many recipients there are.
/// </summary>
[Collection("waiting")]
public sealed class when_the_database_has_no_room(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Batch = 20;

    /// <summary>Longer than the three attempts that a message has for reasons of its own.</summary>
    static readonly TimeSpan Shortage = TimeSpan.FromSeconds(Math.Max(10, Extent.Standstill.TotalSeconds));

    [FactWhereDisksAreMounted]
    public async Task on_its_disk_servers_go_on_when_there_is_some_again()
    {
        await using var disk = SmallDisk.Mount();
        var connectionString = await postgres.NewDatabase();
        await disk.Move(connectionString);
        await GoOn(connectionString, async servers =>
        {
            disk.Fill();
            await ShouldBeUnready(servers, "database-refuses-writes");
            return new AtEnd(() => disk.Empty());
        });
    }

    [Fact]
    public async Task for_connections_servers_go_on_when_there_are_some_again()
    {
        var connectionString = await postgres.NewDatabase();
        await GoOn(connectionString, async servers =>
        {
            var taken = await TakenConnections.Take(connectionString);
            await ShouldBeUnready(servers, "database-unavailable");
            return taken;
        });
    }

    /// <param name="begin">Begins the shortage, which ends when what it returns is disposed.</param>
    async Task GoOn(string connectionString, Func<HttpClient[], Task<IAsyncDisposable>> begin)
    {
        var people = Extent.PeopleInStandstill("local");
        await using var stage = await Stage.Set(connectionString);
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        var isTime = new TaskCompletionSource();
        gate.Before = message =>
        {
            if (message == people / 4)
            {
                isTime.SetResult();
            }

            return Task.FromResult(true);
        };
        await using var first = await ServerProcess.Start(stage.Settings(gate.Address));
        await using var second = await ServerProcess.Start(stage.Settings(gate.Address, Stage.ServerAddress()));
        using var api = first.Client(stage.Key);
        using var other = second.Client(stage.Key);
        var campaign = await api.Launch(
            Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(Batch, Batch, 0.1, 0.1)));
        await isTime.Task.WaitAsync(TimeSpan.FromSeconds(120));
        await using (await begin([api, other]))
        {
            using var shortage = new PeriodicTimer(Shortage);
            await shortage.WaitForNextTickAsync();
            output.WriteLine($"{gate.Count} messages had left");
            gate.Count.ShouldBeLessThan(people, "it was short of room while there was work left");
        }

        await stage.Ended(Extent.Patience(people), campaign);
        var recipients = await stage.ShouldBeAtRest(output, people, campaign);
        recipients.Count(recipient => recipient.Status == RecipientStatus.Sent).ShouldBeGreaterThanOrEqualTo(people - (2 * Batch), "nobody fails because of it");
        recipients.ShouldNotContain(recipient => recipient.Status == RecipientStatus.Failed);
        (await stage.Store.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
    }

    /// <summary>One of them says so: that a full disk takes no writes, only a node can know whose write was refused.</summary>
    static async Task ShouldBeUnready(HttpClient[] servers, string because)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            foreach (var server in servers)
            {
                using var health = await server.GetAsync(new Uri("/health", UriKind.Relative), patience.Token);
                if (health.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    (await health.Content.ReadAsStringAsync(patience.Token)).ShouldContain(because);
                    return;
                }
            }

            await ticks.WaitForNextTickAsync(patience.Token);
        }
    }

    sealed class AtEnd(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Mounting asks for a right that not every machine gives.</summary>
public sealed class FactWhereDisksAreMountedAttribute : FactAttribute
{
    static readonly Lazy<bool> isAllowed = new(SmallDisk.CanBeMounted);

    public FactWhereDisksAreMountedAttribute()
    {
        if (!isAllowed.Value)
        {
            Skip = "This user may not mount a disk here.";
        }
    }
}
