using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Campaigns.Server.Tests.Sending;

/// <summary>A server whose workers are switched off does what it is asked to, by cron for instance, and does it once.</summary>
[Collection("waiting")]
public sealed class without_workers(PostgresFixture postgres)
{
    const int People = 120;

    [Fact]
    public async Task a_campaign_goes_from_its_launch_to_its_end_in_one_request()
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var server = await ServerProcess.Start(Settings(stage, stage.Sandbox.Address));
        using var api = server.Client(stage.Key);
        var campaign = await api.Launch(Enumerable.Range(1, People).Select(i => $"person{i}@a.example"));
        (await api.Progress(campaign)).Recipients.ShouldBe(0);

        using var run = await api.PostAsync(new Uri($"campaigns/{campaign}/run", UriKind.Relative), null);

        run.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await run.Json()).Text("status").ShouldBeOneOf("completed", "partial"); // in the sandbox some bounce
        stage.Sandbox.Counts().Accepted.ShouldBe(People);
        (await stage.Store.Texts("select distinct status from wolverine_incoming_envelopes where execution_time is null or execution_time < now()")).ShouldBe(["Handled"]);
    }

    [Fact]
    public async Task what_a_handler_does_and_the_end_of_its_message_are_one_commit()
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using (var watch = stage.Store.Database.CreateCommand("""
            create table ended (kind text, by text);
            create function note_end() returns trigger language plpgsql as
                $$ begin insert into ended values (new.message_type, pg_current_xact_id()::text); return null; end $$;
            create trigger note_end after update on wolverine_incoming_envelopes for each row when (new.status = 'Handled') execute function note_end();
            """))
        {
            await watch.ExecuteNonQueryAsync();
        }

        await using var server = await ServerProcess.Start(Settings(stage, stage.Sandbox.Address));
        using var api = server.Client(stage.Key);
        var campaign = await api.Launch(Enumerable.Range(1, People).Select(i => $"person{i}@a.example"));

        using var run = await api.PostAsync(new Uri($"campaigns/{campaign}/run", UriKind.Relative), null);
        run.EnsureSuccessStatusCode();

        Task<long> Recorded(string kind, string @event) => stage.Store.Number(
            $"select count(*) from mt_events e where type = '{@event}' and exists (select from ended where kind = '{kind}' and by = e.xmin::text)");
        (await Recorded("hydrate_audience", "recipient_queued")).ShouldBe(People);
        (await Recorded("send_batch", "message_sent")).ShouldBe(People);
        (await Recorded("complete_campaign", "campaign_completed")).ShouldBe(1);
    }

    [Fact]
    public async Task with_workers_no_request_does_their_work()
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using var server = await ServerProcess.Start(stage.Settings(stage.Sandbox.Address));
        using var api = server.Client(stage.Key);

        using var round = await api.PostAsync(new Uri("process", UriKind.Relative), null);

        round.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await round.Json()).Text("type").ShouldBe("/problems/workers-run");
    }

    static Dictionary<string, string?> Settings(Stage stage, Uri provider) => new(stage.Settings(provider)) { ["Workers:Enabled"] = "false" };
}
