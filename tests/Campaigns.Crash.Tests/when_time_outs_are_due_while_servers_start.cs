using Campaigns.Planning;
using Xunit.Abstractions;

namespace Campaigns.Crash.Tests;

/// <summary>
/// Nobody runs when people time out; then two servers start at once. From the environment: STANDSTILL_PEOPLE for how many recipients there are.
/// </summary>
[Collection("waiting")]
public sealed class when_time_outs_are_due_while_servers_start(PostgresFixture postgres, ITestOutputHelper output)
{
    const string Silent = "select count(*) from recipients where status = 'sent' and coalesce(opened_at, clicked_at, bounced_at) is null";

    [Theory]
    [MemberData(nameof(Transport.All), MemberType = typeof(Transport))]
    public async Task everybody_who_is_silent_times_out_once(string transport)
    {
        var people = Extent.PeopleInStandstill(transport);
        await using var by = await Transport.Start(transport);
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        Guid campaign;
        await using (var server = await ServerProcess.Start(by.Added(stage.Settings(stage.Sandbox.Address))))
        {
            campaign = await stage.Api.Launch(Enumerable.Range(1, people).Select(i => $"person{i}@mail{i % 7}.example"), new Pace(new BatchPace(10, 10, 0, 0)));
            await stage.Ended(Extent.Patience(people), campaign);
            server.Kill();
        }

        var unopened = await stage.Store.Number(Silent);
        unopened.ShouldBeGreaterThan(people / 4);
        // A broker that knows no time gets them when they are due, out of an envelope of Wolverine's.
        var due = await stage.Store.Texts("""
            update wolverine_incoming_envelopes set execution_time = now()
            where message_type = 'time_out_opens' or message_type = 'scheduled-envelope' and execution_time > now() + interval '1 day'
            returning status
            """);
        output.WriteLine($"{due.Count} time-outs of {unopened} people were due");

        var servers = await Task.WhenAll(new[] { stage.FirstServer, Stage.ServerAddress() }
            .Select(address => ServerProcess.Start(by.Added(stage.Settings(stage.Sandbox.Address, address)))));
        try
        {
            await stage.Api.Follow(campaign, progress => progress.TimedOut == unopened, withinSeconds: Extent.Patience(people));

            (await stage.Store.Number($"{Silent} and timed_out_at is null")).ShouldBe(0);
            await stage.ShouldBeAtRest(output, people, campaign);
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }
}
