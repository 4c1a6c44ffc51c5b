using Campaigns.Planning;

namespace Campaigns.Crash.Tests;

/// <summary>A message whose handler never ends, because its process dies each time.</summary>
[Collection("standing still")]
public sealed class when_a_message_kills_its_process(PostgresFixture postgres)
{
    [Fact]
    public async Task it_is_dead_after_some_times_and_the_others_are_done()
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var gate = await ProviderGate.Start(stage.Sandbox.Address);
        var settings = stage.Settings(gate.Address);
        settings["Sending:LookUpAfter:0"] = "00:00:01";
        settings["Sending:InDoubtFor"] = "01:00:00";
        settings["Messaging:CrashesUntilDead"] = "3";
        settings["Messaging:FirstPoll"] = "00:00:01";
        settings["Messaging:NodeTimeout"] = "00:00:02";
        var (deaths, server) = (0, await ServerProcess.Start(settings));
        try
        {
            gate.Before = _ => Task.FromResult(false); // in doubt: the provider is asked
            gate.BeforeQuestion = () =>
            {
                deaths++;
                server.Kill();
                return Task.FromResult(false);
            };
            await stage.Launch("poison", "+4179001", 1, "sms", new Pace(new BatchPace(1, 1, 0, 0)));

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            while (await stage.Store.Number("select count(*) from wolverine_dead_letters") == 0)
            {
                patience.Token.ThrowIfCancellationRequested();
                if (server.HasExited)
                {
                    await server.DisposeAsync();
                    server = ServerProcess.Begin([], settings); // it may be killed before it has said that it runs
                }

                await Task.Yield();
            }

            deaths.ShouldBe(3);
            (await stage.Store.Texts("select message_type || ': ' || exception_message from wolverine_dead_letters"))
                .ShouldBe(["look_up_messages: It was begun 3 times, and each time the process died before it ended."]);
            gate.Before = _ => Task.FromResult(true);
            var another = await stage.Launch("another", "+4179007", 5, "sms", new Pace(new BatchPace(5, 5, 0, 0)));
            await stage.Api.Follow(another, progress => progress.Sent == 5);
            (await stage.Store.Number("select count(*) from crash_suspects")).ShouldBe(0);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}
