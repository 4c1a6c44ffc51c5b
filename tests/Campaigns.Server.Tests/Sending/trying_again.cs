using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Planning;
using Campaigns.Recipients;
using Marten;
using Npgsql;

namespace Campaigns.Server.Tests.Sending;

/// <summary>Those whose message failed or is in doubt, when somebody asks to try again.</summary>
[Collection("sending")]
public sealed class trying_again(PostgresFixture postgres) : IAsyncLifetime
{
    static readonly string[] Companies = [.. Enumerable.Range(1, 12).Select(i => $"silent.{i}@a.example,{(i % 3 == 0 ? "Acme" : "")}")];
    static readonly string[] Corrected = [.. Companies.Select(row => row.EndsWith(',') ? row + "Cyberdyne" : row)];

    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Sending:RequeueChunk"] = "3" });

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task sends_to_those_who_failed_and_to_nobody_else()
    {
        var campaign = await WithEightFailed();
        await Correct();

        var answer = await run.Api.Command(campaign, "retry", new { failed = "all" });
        (answer.Number("recipients"), answer.Text("progress")).ShouldBe((8, $"/api/v1/campaigns/{campaign}/progress"));
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Sending);
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Failed, progress.Queued).ShouldBe((CampaignStatus.Completed, 12, 0, 0));
        (run.Sandbox.Counts().Accepted, run.Sandbox.Counts().Duplicates).ShouldBe((12, 0));
        (await EventsOf((await run.Api.Recipients(campaign)).First(recipient => recipient.Batch > 1).Id))
            .ShouldBe(["recipient_queued", "message_failed", "recipient_requeued", "message_sent", "message_delivered"]);
        var retried = (await run.Api.GetJson($"campaigns/{campaign}/events?newestFirst=true&limit=100")).GetProperty("items").EnumerateArray()
            .Single(stored => stored.Text("type") == "campaign_retried");
        (retried.Text("by"), retried.GetProperty("data").GetProperty("which").Text("failed")).ShouldBe(("test", "All"));
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task of_the_curable_leaves_out_those_whose_address_is_at_fault()
    {
        var campaign = await WithEightFailed();
        await Correct();
        await run.Store.Texts(
            "update recipients set category = 'recipient' where id in (select id from recipients where status = 'failed' order by id limit 3) returning status");

        (await run.Api.Command(campaign, "retry", new { failed = "curable" })).Number("recipients").ShouldBe(5);
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Failed).ShouldBe((CampaignStatus.Partial, 9, 3));
    }

    [Fact]
    public async Task ends_as_before_when_the_reason_is_still_there()
    {
        var campaign = await WithEightFailed();
        await run.Api.Command(campaign, "retry", new { failed = "all" });
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Failed).ShouldBe((CampaignStatus.Partial, 4, 8));
        run.Gate.Count.ShouldBe(4);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task means_what_failed_for_a_passing_reason_when_nothing_else_is_said()
    {
        var (campaign, doubtful) = await InDoubt(4);
        await Record(doubtful[0], new MessageFailed(1, FailureCategory.Temporary, "503", "Busy"));
        await Record(doubtful[1], new MessageFailed(1, FailureCategory.Content, "413", "Too large"));

        using (var response = await run.Api.PostAsync($"campaigns/{campaign}/retry", null))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await response.Json()).Number("recipients").ShouldBe(1);
        }

        run.Gate.Before = _ => Task.FromResult(true);
        await run.Work();

        run.Gate.Accepted.ShouldBe([doubtful[0]]);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task of_those_in_doubt_takes_to_say_so()
    {
        var (campaign, doubtful) = await InDoubt(3);
        run.Gate.Before = _ => Task.FromResult(true);
        (await run.Api.Command(campaign, "retry")).Number("recipients").ShouldBe(0);
        (await run.Api.Command(campaign, "retry", new { failed = "all" })).Number("recipients").ShouldBe(0);
        (await run.Store.Number("select count(*) from mt_events where type = 'campaign_retried'")).ShouldBe(0);

        (await run.Api.Command(campaign, "retry", new { inDoubt = true })).Number("recipients").ShouldBe(3);
        await run.Settle();

        run.Gate.Accepted.ShouldBe(doubtful, ignoreOrder: true);
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task of_named_ones_is_of_no_others_and_says_who_is_left_out()
    {
        var campaign = await WithEightFailed();
        await Correct();
        var recipients = await run.Api.Recipients(campaign);
        var (failed, sent) = (recipients.First(recipient => recipient.Status == RecipientStatus.Failed), recipients.First(recipient => recipient.Status == RecipientStatus.Sent));

        var answer = await run.Api.Command(campaign, "retry", new { recipients = new[] { failed.Id, sent.Id } });
        answer.Number("recipients").ShouldBe(1);
        answer.GetProperty("leftOut").EnumerateArray().Select(left => (left.GetProperty("id").GetGuid(), left.Text("status"))).ShouldBe([(sent.Id, "sent")]);
        await run.Settle();

        (await run.Api.Progress(campaign)).Sent.ShouldBe(5);
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        (await run.Api.Recipients(campaign)).Single(recipient => recipient.Id == failed.Id).Status.ShouldBe(RecipientStatus.Sent);
    }

    [Fact]
    public async Task does_not_send_again_what_the_provider_proves_to_have_before_the_next_batch()
    {
        run.Gate.After = message => Task.FromResult(message != 3);
        var campaign = await run.Api.Launch(["silent.1@a.example", "silent.2@a.example", "silent.3@a.example"]);
        await run.WorkOnce("planning");
        await run.WorkOnce("sending");
        (await run.Api.Progress(campaign)).InDoubt.ShouldBe(1);

        await run.Api.Command(campaign, "retry", new { inDoubt = true });
        await run.WorkOnce("planning");
        (await run.Api.Progress(campaign)).Queued.ShouldBe(1);
        await Heard();
        await run.WorkOnce("tracking");
        (await run.Api.Progress(campaign)).Queued.ShouldBe(0);
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, run.Gate.Count, run.Sandbox.Counts().Duplicates).ShouldBe((CampaignStatus.Completed, 3, 3, 0));
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task takes_the_mere_word_that_it_was_accepted_as_proof()
    {
        var (campaign, doubtful) = await InDoubt(1);
        await run.Api.Command(campaign, "retry", new { inDoubt = true });
        await run.WorkOnce("planning");

        var voice = new SendGridVoice();
        run.Provider.WebhookPublicKey = voice.PublicKey;
        using (var heard = await voice.Post(run.Host.Address, CampaignRun.Tenant, SendGridVoice.Event("processed", doubtful[0], run.Clock.Now)))
        {
            heard.EnsureSuccessStatusCode();
        }

        await run.WorkOnce("tracking");
        run.Gate.Before = _ => Task.FromResult(true);
        await run.Settle();

        ((await run.Api.Progress(campaign)).Status, run.Gate.Accepted.Count).ShouldBe((CampaignStatus.Completed, 0));
    }

    [Fact]
    public async Task does_not_send_again_what_is_proven_at_the_moment_at_which_a_batch_takes_it()
    {
        var (campaign, doubtful) = await InDoubt(1);
        run.Gate.Before = _ => Task.FromResult(true);
        await run.Api.Command(campaign, "retry", new { inDoubt = true });
        await run.WorkOnce("planning");

        // A commit under way that says it was delivered: the batch has seen it queued, and waits for the stream.
        await using var connection = await run.Store.Database.OpenConnectionAsync();
        await using var commit = await connection.BeginTransactionAsync();
        await Run(connection, $"update mt_streams set version = version + 1 where id = '{doubtful[0]}'");
        var sending = run.Work();
        await Blocked();
        await Run(connection, $$"""
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id)
            select nextval('mt_events_sequence'), gen_random_uuid(), id, version, '{"at":"2037-03-01T12:00:00+00:00"}', 'message_delivered', now(), tenant_id
            from mt_streams where id = '{{doubtful[0]}}'
            """);
        await Run(connection, "update recipients set status = 'sent', delivered_at = '2037-03-01T12:00:00+00:00'");
        await Run(connection, "update campaign_progress set queued = 0, sent = 1, delivered = 1");
        await commit.CommitAsync();
        await sending;

        ((await run.Api.Progress(campaign)).Status, run.Gate.Accepted.Count).ShouldBe((CampaignStatus.Completed, 0));
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task asked_for_twice_at_once_queues_each_one_once()
    {
        var campaign = await WithEightFailed();
        await Correct();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var response = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/retry", new { failed = "all" });
            return response.StatusCode;
        }));
        await run.Settle();

        statuses.Count(status => status == HttpStatusCode.Accepted).ShouldBe(1);
        statuses.Count(status => status == HttpStatusCode.Conflict).ShouldBe(3);
        await EachWasRequeuedOnce(8);
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        (await run.Api.Progress(campaign)).Sent.ShouldBe(12);
    }

    [Fact]
    public async Task worked_on_by_two_nodes_at_once_queues_each_one_once()
    {
        var campaign = await WithEightFailed();
        await Correct();
        await run.Api.Command(campaign, "retry", new { failed = "all" });
        await run.Send(new RequeueRecipients(campaign, new Retry(RetryFailed.All)));

        await Task.WhenAll(run.WorkOnce("planning"), run.WorkOnce("planning"));
        await run.Settle();

        await EachWasRequeuedOnce(8);
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        (await run.Api.Progress(campaign)).Status.ShouldBe(CampaignStatus.Completed);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task under_one_idempotency_key_is_asked_for_once()
    {
        var campaign = await WithEightFailed();

        var (first, _) = await Keyed(campaign);
        await run.Settle();
        var (second, isReplayed) = await Keyed(campaign);

        (second, isReplayed).ShouldBe((first, true));
        (await run.Store.Number("select count(*) from mt_events where type = 'campaign_retried'")).ShouldBe(1);
    }

    [Fact]
    public async Task leaves_out_who_was_suppressed_or_deleted_since_and_says_so()
    {
        var campaign = await WithEightFailed();
        await Correct();
        await run.Api.Post("suppressions", new { addresses = new[] { "silent.1@a.example" } });
        await run.Store.Texts("delete from contacts where email = 'silent.2@a.example' returning email");

        await run.Api.Command(campaign, "retry", new { failed = "all" });
        await run.Settle();

        (await run.Api.Recipients(campaign)).Where(recipient => recipient.Status == RecipientStatus.Skipped).Select(recipient => recipient.Reason)
            .ShouldBe(["suppressed", "contactDeleted"], ignoreOrder: true);
        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Skipped).ShouldBe((CampaignStatus.Completed, 10, 2));
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task while_paused_queues_them_and_sends_when_it_is_resumed()
    {
        var (campaign, _) = await InDoubt(5);
        run.Gate.Before = _ => Task.FromResult(true);
        await run.Api.Command(campaign, "pause");
        await run.Api.Command(campaign, "retry", new { inDoubt = true });
        await run.Settle();
        var paused = await run.Api.Progress(campaign);
        (paused.Status, paused.Queued, run.Gate.Accepted.Count).ShouldBe((CampaignStatus.Paused, 5, 0));

        await run.Api.Command(campaign, "resume");
        await run.Settle();

        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent).ShouldBe((CampaignStatus.Completed, 5));
    }

    [Fact]
    public async Task while_a_batch_is_out_forgets_nobody()
    {
        var rows = Enumerable.Range(1, 60).Select(i => $"silent.{i}@a.example,{(i % 2 == 0 ? "Acme" : "")}").ToList();
        var campaign = await Companied(rows, new Pace(new BatchPace(20, 20, 0, 0)));
        var asked = 0;
        run.Gate.Before = async message =>
        {
            if (message is 15 or 28)
            {
                await Correct(rows); // from here on nobody fails
                await run.Api.Command(campaign, "retry", new { failed = "all" });
                while (await run.WorkOnce("planning") > 0)
                {
                }

                asked++;
            }

            return true;
        };
        await run.Settle();

        asked.ShouldBe(2);
        var progress = await run.Api.Progress(campaign);
        (progress.Sent + progress.Failed, progress.Queued, progress.Sending).ShouldBe((60, 0, 0));
        await run.Api.Command(campaign, "retry", new { failed = "all" });
        await run.Settle();
        progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent).ShouldBe((CampaignStatus.Completed, 60));
        run.Sandbox.Counts().Duplicates.ShouldBe(0);
        await run.Store.ShouldAddUp();
        await run.Host.Services.ShouldSurviveARebuild();
    }

    [Fact]
    public async Task does_not_time_out_before_the_second_attempt_had_its_time()
    {
        run.Gate.Before = _ => Task.FromResult(false);
        var campaign = await run.Api.Launch(["silent.1@a.example"], noOpenAfterSeconds: 600);
        await run.Work();
        run.Gate.Before = _ => Task.FromResult(true);
        await run.Pass(TimeSpan.FromMinutes(9));
        await run.Api.Command(campaign, "retry", new { inDoubt = true });
        await run.Settle();

        await run.Pass(TimeSpan.FromMinutes(2));
        (await run.Api.Progress(campaign)).TimedOut.ShouldBe(0);
        await run.Pass(TimeSpan.FromMinutes(9));
        (await run.Api.Progress(campaign)).TimedOut.ShouldBe(1);
    }

    [Fact]
    public async Task is_refused_where_nothing_goes_out_any_more_or_yet()
    {
        var campaign = await WithEightFailed();
        var list = await run.Api.Import("Nobody", []);
        await Refused(await run.Api.Draft(list, await run.Api.MakeTemplate()), new { }, HttpStatusCode.Conflict, "campaign-not-retryable");
        await Refused(Guid.NewGuid(), new { }, HttpStatusCode.NotFound, "not-found");
        await Refused(Guid.NewGuid(), new { recipients = new[] { Guid.NewGuid() } }, HttpStatusCode.NotFound, "not-found");
        using (var stranger = await run.Host.Client("other"))
        using (var response = await stranger.PostAsJsonAsync($"campaigns/{campaign}/retry", new { }))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        await run.Api.Command(campaign, "archive");
        await Refused(campaign, new { failed = "all" }, HttpStatusCode.Conflict, "campaign-not-retryable");
    }

    [Fact]
    public async Task of_whom_nobody_knows_is_refused_by_name()
    {
        var campaign = await WithEightFailed();
        var stranger = Guid.NewGuid();

        var unknown = await Refused(campaign, new { recipients = new[] { stranger } }, HttpStatusCode.BadRequest, "invalid-input");
        unknown.GetProperty("errors").GetProperty("recipients")[0].GetString()!.ShouldContain(stranger.ToString());
        var contradiction = await Refused(campaign, new { failed = "all", recipients = new[] { stranger } }, HttpStatusCode.BadRequest, "invalid-input");
        contradiction.GetProperty("errors").TryGetProperty("failed", out _).ShouldBeTrue();
        await Refused(campaign, new { failed = "some" }, HttpStatusCode.BadRequest, "invalid-json");
        await Refused(campaign, new { everybody = true }, HttpStatusCode.BadRequest, "invalid-json");
    }

    /// <summary>Twelve recipients: for eight of them a value is missing.</summary>
    async Task<Guid> WithEightFailed()
    {
        var campaign = await Companied(Companies);
        await run.Settle();
        var progress = await run.Api.Progress(campaign);
        (progress.Status, progress.Sent, progress.Failed).ShouldBe((CampaignStatus.Partial, 4, 8));
        return campaign;
    }

    async Task<Guid> Companied(IEnumerable<string> rows, Pace? pace = null)
    {
        var list = await run.Api.Import("Companies", rows, "email,company");
        var campaign = await run.Api.Draft(list, await run.Api.MakeTemplate("To {{company}}"), pace);
        await run.Api.Command(campaign, "launch?force=true"); // most of it fails, and is meant to
        return campaign;
    }

    Task<Guid> Correct(IEnumerable<string>? rows = null) => run.Api.Import(
        "Companies&existing=update", rows?.Select(row => row.EndsWith(',') ? row + "Acme" : row) ?? Corrected, "email,company");

    /// <summary>A campaign whose messages all got lost between us and the provider.</summary>
    async Task<(Guid Campaign, List<Guid> Recipients)> InDoubt(int people)
    {
        run.Gate.Before = _ => Task.FromResult(false);
        var campaign = await run.Api.Launch(Enumerable.Range(1, people).Select(i => $"silent.{i}@a.example"));
        await run.Work();
        var recipients = await run.Api.Recipients(campaign);
        recipients.ShouldAllBe(recipient => recipient.Status == RecipientStatus.InDoubt);
        return (campaign, [.. recipients.Select(recipient => recipient.Id)]);
    }

    async Task Record(Guid recipient, object fact)
    {
        await using var session = run.Store.LightweightSession(CampaignRun.Tenant);
        session.Append<Recipient>(recipient, ExpectedVersion.MustExist, fact);
        await session.SaveChangesAsync();
    }

    async Task Heard()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await run.Sandbox.Drained(patience.Token);
    }

    async Task EachWasRequeuedOnce(int recipients)
    {
        (await run.Store.Number("select count(*) from mt_events where type = 'recipient_requeued'")).ShouldBe(recipients);
        (await run.Store.Number("select count(distinct stream_id) from mt_events where type = 'recipient_requeued'")).ShouldBe(recipients);
    }

    Task<List<string>> EventsOf(Guid recipient) => run.Store.Texts($"select type from mt_events where stream_id = '{recipient}' order by version");

    async Task<(string Answer, bool IsReplayed)> Keyed(Guid campaign)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"campaigns/{campaign}/retry") { Content = JsonContent.Create(new { failed = "all" }) };
        request.Headers.Add("Idempotency-Key", "once");
        using var response = await run.Api.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return (await response.Content.ReadAsStringAsync(), response.Headers.Contains("Idempotent-Replayed"));
    }

    async Task<JsonElement> Refused(Guid campaign, object body, HttpStatusCode status, string code)
    {
        using var response = await run.Api.PostAsJsonAsync($"campaigns/{campaign}/retry", body);
        var problem = await response.Json();
        (response.StatusCode, problem.Text("type")).ShouldBe((status, "/problems/" + code));
        return problem;
    }

    /// <summary>Waits until some commit waits for a lock.</summary>
    async Task Blocked()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await run.Store.Number("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    static async Task Run(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
