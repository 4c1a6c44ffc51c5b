using System.Text.Json;
using Campaigns.Sandbox;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_arrivals_are_measured : IAsyncLifetime
{
    SandboxRun run = null!;

    public async Task InitializeAsync() => run = await SandboxRun.Start(SandboxRun.Options with { ArrivalCapacity = 3 });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task each_message_is_logged_with_who_sent_it_where_to_and_when_by_both_clocks()
    {
        var before = DateTimeOffset.UtcNow;
        await run.Send("a@One.example");
        (await run.Text("+14155556883", new string('a', 161), statusCallback: "http://127.0.0.1:9/s?mid=0123456789abcdef0123456789abcdef")).Dispose();

        var arrivals = run.Server.Arrivals();

        (arrivals[0].Channel, arrivals[0].From, arrivals[0].Domain, arrivals[0].Segments, arrivals[0].Id)
            .ShouldBe((MessageChannel.Email, "sender@example.com", "one.example", 1, "id of a@One.example"));
        (arrivals[1].Channel, arrivals[1].From, arrivals[1].Domain, arrivals[1].Segments, arrivals[1].Id)
            .ShouldBe((MessageChannel.Sms, "+14155552345", null, 2, "0123456789abcdef0123456789abcdef"));
        arrivals[1].Elapsed.ShouldBeGreaterThan(arrivals[0].Elapsed);
        arrivals[0].At.ShouldBeInRange(before, DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task they_can_be_read_line_by_line_and_the_oldest_go_first()
    {
        await run.Send("a@example.com", "b@example.com", "c@example.com", "d@example.com");

        var lines = (await run.Http.GetStringAsync("/sandbox/arrivals")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonElement.Parse(line)).ToArray();

        lines.Select(line => line.GetProperty("id").GetString()).ShouldBe(["id of b@example.com", "id of c@example.com", "id of d@example.com"]);
        lines[0].GetProperty("channel").GetString().ShouldBe("email");
    }

    [Fact]
    public async Task what_was_refused_never_arrived()
    {
        (await run.Post("{}")).Dispose();
        (await run.Text("+14155521610")).Dispose();

        run.Server.Arrivals().ShouldBeEmpty();
    }
}
