using System.Globalization;
using Campaigns.Planning;
using Campaigns.Sandbox;
using Xunit.Abstractions;

namespace Campaigns.Server.Tests.Sending;

/// <summary>
/// Two servers and several campaigns share the limit of a sender, measured where the messages arrive. How far a short limit is used depends on
/// how busy the machine is: a period passes from the answer on. From the environment: LIMIT_MINUTES and LIMIT_SECONDS for how many of them
/// are measured; the first one, in which the campaigns begin, weighs less the more there are.
/// </summary>
[Collection("waiting")]
public sealed class within_the_limits_of_two_servers(PostgresFixture postgres, ITestOutputHelper output)
{
    const int Campaigns = 3;

    [Fact]
    public Task of_segments_a_second_no_second_holds_more() =>
        Measure("sms", 20, TimeSpan.FromSeconds(1), periods: Number("LIMIT_SECONDS") ?? 10, "SegmentsPerSecond", "20", atLeast: 0.3); // beside other work on the machine 46 %

    [Fact]
    public Task of_a_gap_no_two_messages_are_closer() =>
        Measure("email", 1, TimeSpan.FromSeconds(0.1), periods: 60, "SenderGapSeconds", "0.1", atLeast: 0.15); // each message is a batch of its own, with two commits: beside other work on the machine 23 to 70 %

    [Fact]
    public Task of_messages_a_minute_no_minute_holds_more_and_none_much_less() =>
        Measure("email", 120, TimeSpan.FromMinutes(1), periods: (Number("LIMIT_MINUTES") ?? 1) + 1, "SenderPerMinute", "120", atLeast: 0.9); // of one minute a second of delay is nearly two percent

    async Task Measure(string channel, int most, TimeSpan period, int periods, string setting, string value, double atLeast)
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var first = await ServerProcess.Start(Settings(stage.FirstServer));
        await using var second = await ServerProcess.Start(Settings(Stage.ServerAddress()));
        var campaigns = new List<Guid>();
        for (var i = 0; i < Campaigns; i++)
        {
            campaigns.Add(await stage.Launch($"l{i}x", $"+41790{i}9", most * periods / Campaigns, channel, new Pace(new BatchPace(1000, 1000, 0, 0))));
        }

        foreach (var campaign in campaigns)
        {
            await stage.Api.Follow(campaign, progress => progress.IsOver(), withinSeconds: 600);
        }

        var at = stage.Sandbox.Arrivals().Select(arrival => arrival.Elapsed).ToList();
        var closest = Enumerable.Range(0, at.Count - most).Min(i => at[i + most] - at[i]);
        var rate = (at.Count - most) / ((at[^most] - at[0]) / period) / most; // how long each took until as many more had come as the limit allows
        output.WriteLine($"{at.Count} messages; {most + 1} take at least {closest.TotalSeconds:0.0000} s; {rate:P1} of the limit");
        closest.ShouldBeGreaterThanOrEqualTo(period);
        rate.ShouldBeGreaterThanOrEqualTo(atLeast);
        stage.Sandbox.Counts().Duplicates.ShouldBe(0);

        Dictionary<string, string?> Settings(Uri server) => new(stage.Settings(stage.Sandbox.Address, server)) { [$"Sending:Limits:{setting}"] = value };
    }

    static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
}
