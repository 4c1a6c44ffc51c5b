namespace Campaigns.Crash.Tests;

/// <summary>RabbitMQ is stopped (SIGSTOP), and the server that publishes to it is killed.</summary>
[Collection("standing still")]
public sealed class when_the_broker_stands_still(PostgresFixture postgres)
{
    [Fact]
    public async Task what_it_did_not_confirm_is_sent_once_more()
    {
        const int bodies = 10;
        await using var broker = await RabbitMq.Start();
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        var settings = new Dictionary<string, string?>(stage.Settings(stage.Sandbox.Address))
        {
            ["Messaging:Transport"] = "rabbitmq",
            ["Messaging:RabbitMq"] = broker.Address,
        };
        var server = await ServerProcess.Start(settings);
        try
        {
            await Post(stage, server); // the way to the broker is open
            await stage.ShouldComeToRest();
            broker.Stop();
            for (var i = 0; i < bodies; i++)
            {
                await Post(stage, server);
            }

            server.Kill();
            await server.Exit();
            (await stage.Store.Number("select count(*) from wolverine_outgoing_envelopes where message_type = 'record_facts'")).ShouldBe(bodies);
            broker.Continue();
            await server.DisposeAsync();
            server = await ServerProcess.Start(settings);

            await stage.ShouldComeToRest();
            (await stage.Store.Number("select count(*) from webhook_bodies where unmatched = 1")).ShouldBe(bodies + 1);
        }
        finally
        {
            broker.Continue();
            await server.DisposeAsync();
        }
    }

    /// <summary>Posts a body that is answered with 200, about nobody in particular.</summary>
    static async Task Post(Stage stage, ServerProcess server)
    {
        using var answer = await stage.Voice.Post(
            server.Address, Stage.Tenant, SendGridVoice.Event("open", Guid.NewGuid(), TimeProvider.System.GetUtcNow()));
        answer.EnsureSuccessStatusCode();
    }
}
