using System.Net;
using System.Net.Http.Json;
using Campaigns.Planning;
using Campaigns.Server.Tests.Sending;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Storage;

/// <summary>Two nodes on one database, and the clock of the machine of one of them is moved.</summary>
[Collection("postgres")]
public sealed class a_clock_that_is_wrong(PostgresFixture postgres)
{
    [Theory]
    [InlineData(2 * 24 * 3600, "ahead of")]
    [InlineData(-3600, "behind")]
    [InlineData(-20, "behind")]
    public async Task keeps_its_node_from_handling_anything_until_it_is_right(int seconds, string words)
    {
        var machine = new MovedClock();
        var database = await postgres.NewDatabase();
        await using var run = await CampaignRun.Start(database, services: services => services.AddSingleton(new MachineClock(machine)));
        var campaign = await run.Api.Launch(["ann@a.example", "bob@a.example"]);
        var clock = run.Host.Services.GetRequiredService<NodeClock>();
        machine.Ahead = TimeSpan.FromSeconds(seconds);
        await clock.Compare(default);

        await run.Work();
        run.Sandbox.Arrivals().ShouldBeEmpty();
        using (var health = await run.Api.GetAsync(new Uri(run.Host.Address, "/health")))
        {
            health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var problem = await health.Json();
            problem.Text("type").ShouldBe("/problems/clock-wrong");
            problem.Text("detail").ShouldContain(words);
        }

        using (var command = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/pause", new { reason = "Wait" }))
        {
            command.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }

        machine.Ahead = TimeSpan.FromSeconds(1);
        await clock.Compare(default);
        await run.Pass(TimeSpan.FromMinutes(1));
        (await run.Api.Progress(campaign)).ShouldSatisfyAllConditions(
            progress => progress.Status.ShouldBe(CampaignStatus.Completed), progress => progress.Sent.ShouldBe(2));
        (await run.Store.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    sealed class MovedClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }
}
