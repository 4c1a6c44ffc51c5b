using Campaigns.Planning;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>
/// The clock of the machine of one of two servers is moved (libfaketime) in the middle of a campaign. By that clock everything would be due, and the other
/// server long dead.
/// </summary>
[Collection("standing still")]
public sealed class when_a_clock_is_moved(PostgresFixture postgres, ITestOutputHelper output)
{
    const int People = 300;

    const int Batch = 10;

    [Theory]
    [InlineData("+2d")]
    [InlineData("-3h")]
    public async Task its_server_leaves_the_work_to_the_other_and_comes_back_when_it_is_right(string by)
    {
        var clock = Path.GetTempFileName();
        await FakeClock.Set(clock, "+0");
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gateOfFirst = await ProviderGate.Start(stage.Sandbox.Address);
        await using var gateOfSecond = await ProviderGate.Start(stage.Sandbox.Address);
        var ofSecond = Settings(stage, gateOfSecond.Address, Stage.ServerAddress());
        Array.ForEach(FakeClock.Settings(clock), setting => ofSecond[setting.Name] = setting.Value);
        var second = await ServerProcess.Start(ofSecond);
        try
        {
            await using var first = await ServerProcess.Start(Settings(stage, gateOfFirst.Address, stage.FirstServer));
            var moved = new TaskCompletionSource();
            gateOfSecond.Before = async message =>
            {
                if (message == Batch + (Batch / 2))
                {
                    await FakeClock.Set(clock, by);
                    moved.SetResult();
                }

                return true;
            };
            using var api = second.Client(stage.Key);
            var campaign = await api.Launch(
                Enumerable.Range(1, People).Select(i => $"silent{i}@mail{i % 7}.example"), new Pace(new BatchPace(Batch, Batch, 0.2, 0.2)), noOpenAfterSeconds: 24 * 3600);
            await moved.Task.WaitAsync(TimeSpan.FromSeconds(60));

            (await second.Exit()).ShouldBe(1, $"{second.Said} {second.Complained}");
            second.Said.ShouldContain(by.StartsWith('+') ? "ahead of the database's" : "behind the database's");
            await second.DisposeAsync();
            second = ServerProcess.Begin([], ofSecond);
            await stage.Ended(Extent.Patience(People), campaign);

            var progress = await stage.Api.Progress(campaign);
            (progress.Sent, progress.InDoubt, progress.TimedOut).ShouldBe((People, 0, 0));
            (gateOfFirst.Count + gateOfSecond.Count).ShouldBe(People);
            output.WriteLine($"{gateOfFirst.Count} messages by the first, {gateOfSecond.Count} by the second");
            second.Said.ShouldNotContain("Stop with Ctrl-C", customMessage: "it waits for its clock");
            await FakeClock.Set(clock, "+0");
            (await second.Started()).ShouldBeTrue(second.Complained);
            var recipients = await stage.ShouldBeAtRest(output, People, campaign);
            recipients.ShouldAllBe(recipient => recipient.Status == RecipientStatus.Sent);
        }
        finally
        {
            await second.DisposeAsync();
            File.Delete(clock);
        }
    }

    static Dictionary<string, string?> Settings(Stage stage, Uri provider, Uri server)
    {
        var settings = stage.Settings(provider, server);
        settings["Sending:InDoubtFor"] = "01:00:00";
        return settings;
    }
}
