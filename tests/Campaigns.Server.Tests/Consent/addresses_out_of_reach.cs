using System.Net.Http.Json;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Consent;

/// <summary>Messages to one address that do not get there, one campaign after the other.</summary>
[Collection("postgres")]
public sealed class addresses_out_of_reach(PostgresFixture postgres) : IAsyncLifetime
{
    const string Address = "silent.1@a.example";

    readonly SendGridVoice voice = new();
    readonly List<Guid> messages = [];
    CampaignRun run = null!;

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase());
        run.Sandbox.EventWebhook = null;
        run.Provider.WebhookPublicKey = voice.PublicKey;
        for (var number = 1; number <= 4; number++)
        {
            var campaign = await run.Api.Launch([Address], list: $"Number {number}");
            await run.Work();
            messages.Add((await run.Api.Recipients(campaign)).Single().Id);
        }
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task are_suppressed_by_the_third_message_that_fails_and_written_to_again_when_a_person_says_so()
    {
        await Post(Failure(0), Failure(0, "another report of it"));
        await Post(Failure(1));
        await run.Work();
        (await Suppressed()).ShouldBeEmpty();

        await Post(Failure(1), Failure(2));
        await run.Work();
        (await Suppressed()).ShouldBe([$"{Address} Unreachable recipient {messages[2]}"]);
        (await Told()).ShouldBe(["address_unreachable", "address_unreachable", "address_unreachable", "address_suppressed"]);
        (await run.Store.Number("select count(*) from mt_events where type = 'address_unreachable' and data::text like '%@%'")).ShouldBe(0, "its stream names it");
        await run.Host.Services.ShouldSurviveARebuild();

        var next = await run.Api.Launch([Address, "somebody.else@a.example"], list: "Next");
        await run.Work();
        (await run.Api.Recipients(next)).Single(recipient => recipient.Email == Address).Reason.ShouldBe("suppressed");

        using var reinstated = await run.Api.PostAsJsonAsync("suppressions/reinstate", new { address = Address, reason = "Has a new mailbox" });
        reinstated.EnsureSuccessStatusCode();
        await Post(Failure(3));
        await run.Work();
        (await Suppressed()).ShouldBeEmpty();
        (await run.Store.Number("select count(*) from unreachable")).ShouldBe(1);
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task are_in_reach_with_the_first_message_that_gets_there()
    {
        await Post(Event(3, "delivered"));
        await Post(Failure(0), Failure(1));
        await run.Work();
        await Post(Event(3, "delivered", "once more"));
        await run.Work();
        await Post(Failure(2));
        await run.Work();

        (await Told()).ShouldBe(["address_unreachable", "address_unreachable", "address_reached", "address_unreachable"], "a delivery that changes nothing is not told");
        (await Suppressed()).ShouldBeEmpty();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task are_noticed_also_where_two_nodes_hear_of_the_failures_at_once()
    {
        await Post(Failure(0));
        await run.Work();
        await Post(Failure(1));
        await Post(Failure(2));
        await Task.WhenAll(run.WorkOnce("tracking", limit: 1), run.WorkOnce("tracking", limit: 1));
        await run.Work();

        (await Told()).ShouldBe(["address_unreachable", "address_unreachable", "address_unreachable", "address_suppressed"]);
        (await Suppressed()).Count.ShouldBe(1);
    }

    Dictionary<string, object> Failure(int message, string id = "")
    {
        var failure = Event(message, "bounce", id);
        (failure["type"], failure["bounce_classification"]) = ("blocked", "Mailbox Unavailable");
        return failure;
    }

    Dictionary<string, object> Event(int message, string kind, string id = "")
    {
        var @event = SendGridVoice.Event(kind, messages[message], run.Clock.Now, $"{kind} {message} {id}");
        @event["email"] = Address;
        return @event;
    }

    /// <summary>A second later each time.</summary>
    async Task Post(params object[] events)
    {
        using var answer = await voice.Post(run.Host.Address, CampaignRun.Tenant, events);
        answer.EnsureSuccessStatusCode();
        run.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    Task<List<string>> Suppressed() => run.Store.Texts("select address || ' ' || reason || ' ' || source from suppressions");

    Task<List<string>> Told() => run.Store.Texts("select type from mt_events where type like 'address_%' order by seq_id");
}
