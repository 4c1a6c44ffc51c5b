using System.Net;
using System.Net.Http.Json;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Running;

/// <summary>A server that cannot start yet says so to whoever calls, and in its log.</summary>
[Collection("waiting")]
public sealed class before_it_has_started(PostgresFixture postgres)
{
    [Fact]
    public async Task it_says_that_it_waits_for_the_broker_asks_webhooks_to_come_again_and_starts_when_the_broker_comes()
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        var (port, broker) = (ServerProcess.FreePort(), ServerProcess.FreePort());
        var settings = stage.Settings(stage.Sandbox.Address);
        settings["Messaging:Transport"] = "rabbitmq";
        settings["Messaging:RabbitMq"] = $"amqp://guest:guest@127.0.0.1:{broker}";
        settings["Urls"] = $"http://127.0.0.1:{port}";
        await using var server = ServerProcess.Begin([], settings);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        var detail = "";
        while (!detail.Contains("RabbitMQ", StringComparison.Ordinal))
        {
            patience.Token.ThrowIfCancellationRequested();
            server.HasExited.ShouldBeFalse(server.Said + server.Complained);
            try
            {
                using var health = await client.GetAsync("/health", patience.Token);
                health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
                var problem = await health.Json();
                problem.Text("type").ShouldBe("/problems/starting");
                detail = problem.Text("detail");
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }

        (await client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK, "it waits, and is not to be restarted for that");
        detail.ShouldContain($"127.0.0.1:{broker}");
        detail.ShouldNotContain("guest");
        server.Said.ShouldContain($"The start waits for RabbitMQ at 127.0.0.1:{broker}");
        using (var webhook = await client.PostAsJsonAsync("/webhooks/sendgrid/acme", Array.Empty<object>(), patience.Token))
        {
            webhook.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            webhook.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromSeconds(5));
        }

        await using var rabbit = await RabbitMq.Start(broker);
        (await server.Started()).ShouldBeTrue(server.Said + server.Complained);
        using var healthy = await client.GetAsync("/health");
        healthy.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
