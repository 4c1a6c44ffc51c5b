using System.Text.Json;
using System.Text.Json.Nodes;
using Campaigns.Sandbox;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_recipients_react : IAsyncLifetime
{
    Receiver receiver = null!;

    public async Task InitializeAsync() => receiver = await Receiver.Start();

    public async Task DisposeAsync() => await receiver.DisposeAsync();

    [Theory]
    [InlineData("deliver@example.com", "processed delivered")]
    [InlineData("silent.17@example.com", "processed delivered")]
    [InlineData("bounce@example.com", "processed bounce")]
    [InlineData("BOUNCE.17@example.com", "processed bounce")]
    [InlineData("block-1@example.com", "processed bounce")]
    [InlineData("defer_1@example.com", "processed deferred delivered")]
    [InlineData("drop@example.com", "dropped")]
    [InlineData("open@example.com", "processed delivered open")]
    [InlineData("click@example.com", "processed delivered open click")]
    [InlineData("open+click+unsubscribe@example.com", "processed delivered open click unsubscribe")]
    [InlineData("defer.complain@example.com", "processed deferred delivered spamreport")]
    [InlineData("nowebhook@example.com", "")]
    public async Task an_address_says_what_its_owner_does(string address, string happens)
    {
        await using var run = await SandboxRun.Start(Exact());

        await run.Send(address);
        await run.Drained();

        // By id, because their order in a POST and their whole seconds say nothing.
        string.Join(' ', receiver.Events.OrderBy(Step).Select(Name)).ShouldBe(happens);
    }

    [Fact]
    public async Task a_word_that_is_not_the_first_is_only_part_of_a_name()
    {
        await using var run = await SandboxRun.Start(Exact());

        await run.Send([.. Enumerable.Range(0, 40).Select(number => $"anna{number}.bounce@example.com")]);
        await run.Drained();

        run.Server.Counts().Delivered.ShouldBeGreaterThan(30);
    }

    [Fact]
    public async Task the_same_seed_and_addresses_give_the_same_facts_in_any_order()
    {
        string[] addresses = [.. Enumerable.Range(0, 500).Select(number => $"user{number}@example.com")];

        var once = await Facts(1, addresses);
        var again = await Facts(1, [.. addresses.Reverse().Select(address => address.ToUpperInvariant())]);
        var otherwise = await Facts(2, addresses);

        again.ShouldBe(once);
        otherwise.ShouldNotBe(once);
    }

    [Fact]
    public async Task a_thousand_people_behave_like_people()
    {
        await using var run = await SandboxRun.Start(Exact());

        await run.Send([.. Enumerable.Range(0, 1000).Select(number => $"person{number}@example.com")]);
        await run.Drained();

        var counts = run.Server.Counts();
        counts.Bounced.ShouldBeInRange(10, 45);
        counts.Delivered.ShouldBe(1000 - counts.Bounced);
        counts.Opened.ShouldBeInRange(380, 500);
        counts.Clicked.ShouldBeInRange(70, 150);
        receiver.Events.Count(one => one.TryGetProperty("sg_machine_open", out var machine) && machine.GetBoolean()).ShouldBeInRange(5, 50);
    }

    [Fact]
    public async Task events_have_the_fields_of_their_kind_and_the_senders_own()
    {
        await using var run = await SandboxRun.Start(Exact());
        var mail = SandboxRun.Mail("click@example.com", "bounce@example.com", "block@example.com");
        mail["categories"] = new JsonArray("spring", "news");
        mail["custom_args"] = new JsonObject { ["campaign"] = "c1", ["event"] = "not this", ["ob_mid"] = "overridden" };

        using var response = await run.Post(mail);
        await run.Drained();

        var click = Single("click", "click@example.com");
        click.GetProperty("url").GetString().ShouldBe("https://example.com/offer?a=1&b=2");
        click.GetProperty("url_offset").GetProperty("type").GetString().ShouldBe("html");
        click.GetProperty("ob_mid").GetString().ShouldBe("id of click@example.com");
        click.GetProperty("campaign").GetString().ShouldBe("c1");
        click.GetProperty("category").EnumerateArray().Select(one => one.GetString()).ShouldBe(["spring", "news"]);
        click.GetProperty("sg_message_id").GetString()!.ShouldStartWith(response.Headers.GetValues("X-Message-Id").Single() + ".");
        click.GetProperty("timestamp").GetInt64().ShouldBeInRange(
            DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeSeconds(), DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeSeconds());
        var bounce = Single("bounce", "bounce@example.com");
        Text(bounce, "type").ShouldBe("bounce");
        Text(bounce, "bounce_classification").ShouldBe("Invalid Address");
        Text(bounce, "status").ShouldBe("5.1.1");
        Text(bounce, "smtp-id").ShouldStartWith("<");
        var block = Single("bounce", "block@example.com");
        Text(block, "type").ShouldBe("blocked");
        Text(block, "bounce_classification").ShouldBe("Reputation");
    }

    [Fact]
    public async Task one_category_given_as_text_comes_back_as_text()
    {
        await using var run = await SandboxRun.Start(Exact());
        var mail = SandboxRun.Mail("drop@example.com");
        mail["categories"] = "spring";

        (await run.Post(mail)).EnsureSuccessStatusCode();
        await run.Drained();

        Text(receiver.Events.ShouldHaveSingleItem(), "category").ShouldBe("spring");
    }

    SandboxOptions Exact(int seed = 1) => SandboxRun.Options with { Seed = seed, EventWebhook = receiver.Webhook, DuplicateRate = 0 };

    async Task<string[]> Facts(int seed, string[] addresses)
    {
        await using var own = await Receiver.Start();
        await using var run = await SandboxRun.Start(Exact(seed) with { EventWebhook = own.Webhook });
        await run.Send(addresses);
        await run.Drained();
        return [.. own.Events.Select(one => $"{Text(one, "email").ToLowerInvariant()} {Name(one)}").Order(StringComparer.Ordinal)];
    }

    JsonElement Single(string name, string address) =>
        receiver.Events.Where(one => Name(one) == name && Text(one, "email") == address).ShouldHaveSingleItem();

    static string Name(JsonElement one) => Text(one, "event");

    static string Text(JsonElement one, string field) => one.GetProperty(field).GetString()!;

    static string Step(JsonElement one) => System.Text.Encoding.UTF8.GetString(
        System.Buffers.Text.Base64Url.DecodeFromChars(Text(one, "sg_event_id"))).Split('-')[1];
}
