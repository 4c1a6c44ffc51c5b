using System.Net;
using System.Text;
using System.Text.Json;
using Campaigns.Sandbox;

namespace Campaigns.Server.Tests.Sandbox;

public sealed class when_events_are_posted
{
    static readonly string[] openers = [.. Enumerable.Range(0, 100).Select(number => $"open.{number}@example.com")];

    [Fact]
    public void sendgrids_own_example_passes_the_verification_used_here()
    {
        const string Key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
        const string Signature = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
        var body = Encoding.UTF8.GetBytes(
            """[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]"""
            + "\r\n");

        body.Length.ShouldBe(327);
        Received.Verify(Key, "1600112502", body, Signature).ShouldBeTrue();
        Received.Verify(Key, "1600112502", body[..^2], Signature).ShouldBeFalse();
    }

    [Fact]
    public async Task each_post_is_an_array_that_ends_a_line_and_is_signed_to_the_last_byte()
    {
        await using var receiver = await Receiver.Start();
        await using var run = await SandboxRun.Start(SandboxRun.Options with { EventWebhook = receiver.Webhook });

        await run.Send(openers);
        await run.Drained();

        receiver.Posts.ShouldNotBeEmpty();
        receiver.Posts.ShouldAllBe(post => post.IsSignedBy(run.Server.WebhookPublicKey));
        receiver.Posts.ShouldAllBe(post => Encoding.UTF8.GetString(post.Body).EndsWith("]\r\n", StringComparison.Ordinal));
        (receiver.Posts[0] with { Body = receiver.Posts[0].Body[..^2] }).IsSignedBy(run.Server.WebhookPublicKey).ShouldBeFalse();
    }

    [Fact]
    public async Task a_key_that_is_given_is_still_the_key_after_a_restart()
    {
        var options = SandboxRun.Options with { WebhookPrivateKey = SandboxServer.NewWebhookPrivateKey() };

        await using var before = await SandboxServer.Start(options);
        await using var after = await SandboxServer.Start(options);
        await using var other = await SandboxServer.Start(options with { WebhookPrivateKey = null });

        after.WebhookPublicKey.ShouldBe(before.WebhookPublicKey);
        other.WebhookPublicKey.ShouldNotBe(before.WebhookPublicKey);
        Convert.FromBase64String(before.WebhookPublicKey).Length.ShouldBe(91);
    }

    [Fact]
    public async Task a_receiver_that_refuses_gets_everything_once_it_accepts()
    {
        await using var receiver = await Receiver.Start(post => post <= 3 ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);
        await using var run = await SandboxRun.Start(SandboxRun.Options with { EventWebhook = receiver.Webhook, DuplicateRate = 0 });

        await run.Send(openers);
        await run.Drained();

        var acknowledged = receiver.Posts.Skip(3).SelectMany(post => post.Events()).ToArray();
        acknowledged.Select(Id).Distinct().Count().ShouldBe(300);
        acknowledged.Length.ShouldBe(300);
        run.Server.Counts().EventsPosted.ShouldBe(300);
    }

    [Fact]
    public async Task a_receiver_that_is_down_gets_everything_once_it_is_back()
    {
        string url;
        await using (var first = await Receiver.Start())
        {
            url = first.Webhook.GetLeftPart(UriPartial.Authority);
        }

        await using var run = await SandboxRun.Start(SandboxRun.Options with { EventWebhook = new(new Uri(url), "/events"), DuplicateRate = 0 });
        await run.Send(openers);
        run.Server.Drained(CancellationToken.None).IsCompleted.ShouldBeFalse();

        await using var back = await Receiver.Start(url: url);
        await run.Drained();

        back.Events.Select(Id).Distinct().Count().ShouldBe(300);
        run.Server.Counts().EventsPending.ShouldBe(0);
    }

    [Fact]
    public async Task some_events_come_twice_and_are_the_same_event()
    {
        await using var receiver = await Receiver.Start();
        await using var run = await SandboxRun.Start(SandboxRun.Options with { EventWebhook = receiver.Webhook, DuplicateRate = 1, EventsPerPost = 20 });

        await run.Send(openers);
        await run.Drained();

        receiver.Events.Length.ShouldBe(600);
        receiver.Events.GroupBy(Id).ShouldAllBe(same => same.Count() == 2 && same.First().GetRawText() == same.Last().GetRawText());
        receiver.Posts.ShouldAllBe(post => post.Events().Length <= 20);
        receiver.Posts.ShouldContain(post => post.Events().GroupBy(Id).Any(same => same.Count() == 2));
        receiver.Posts.ShouldContain(post => post.Events().GroupBy(Id).Any(same => same.Count() == 1));
        run.Server.Counts().Opened.ShouldBe(100);
    }

    [Fact]
    public async Task without_a_webhook_events_happen_and_nobody_waits_for_them()
    {
        await using var run = await SandboxRun.Start();

        await run.Send(openers);
        await run.Drained();

        var counts = run.Server.Counts();
        (counts.Delivered, counts.Opened, counts.EventsPosted, counts.EventsPending).ShouldBe((100, 100, 0, 0));
    }

    [Fact]
    public async Task the_webhook_may_be_named_after_the_start()
    {
        await using var receiver = await Receiver.Start();
        await using var run = await SandboxRun.Start();
        run.Server.EventWebhook = receiver.Webhook;

        await run.Send("deliver@example.com");
        await run.Drained();

        receiver.Events.ShouldNotBeEmpty();
    }

    static string Id(JsonElement one) => one.GetProperty("sg_event_id").GetString()!;
}
