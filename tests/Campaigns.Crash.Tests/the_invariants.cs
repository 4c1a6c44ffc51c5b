using Campaigns.Planning;
using Npgsql;

namespace Campaigns.Crash.Tests;

/// <summary>An invariant that finds nothing proves nothing.</summary>
[Collection("waiting")]
public sealed class the_invariants(PostgresFixture postgres)
{
    const int People = 10;
    const string Copied = "jsonb_build_object('seq_id', seq_id + 1000000, 'id', gen_random_uuid(), 'version', version + 100)";
    const string Somebody = "(select id from recipients where status = 'sent' limit 1)";

    /// <summary>What breaks each of them, and returns the id that it names then.</summary>
    static readonly Dictionary<string, string> Breaks = new()
    {
        ["progress_is_what_the_rows_come_to"] = "update campaign_progress set sent = sent + 1 returning campaign_id::text",
        ["health_of_senders_is_what_the_rows_come_to"] =
            "insert into sender_health values ('acme', gen_random_uuid(), date_trunc('hour', now()), gen_random_uuid(), 1, 0, 0) returning sender_id::text",
        ["nothing_happened_twice"] = $"""
            insert into mt_events
            select (jsonb_populate_record(e, {Copied})).* from mt_events e where type = 'message_sent' limit 1
            returning stream_id::text
            """,
        ["nobody_got_it_twice"] = "select id from unnest($1) id limit 1",
        ["sent_is_what_the_provider_has"] = $"update recipients set status = 'failed' where id = {Somebody} returning replace(id::text, '-', '')",
        ["nobody_is_forgotten"] = $"delete from recipients where id = {Somebody} returning contact_id::text",
        ["everybody_has_an_end"] = $"update recipients set status = 'queued' where id = {Somebody} returning id::text",
        ["no_batch_is_open"] = "update batches set completed_at = null where number = 1 returning campaign_id::text",
        ["no_message_is_stuck"] = """
            update wolverine_incoming_envelopes set status = 'Incoming', owner_id = 7
            where id = (select id from wolverine_incoming_envelopes where status = 'Handled' limit 1)
            returning id::text
            """,
        ["no_message_is_dead"] =
            "insert into wolverine_dead_letters (id, body, message_type, received_at) values (gen_random_uuid(), '', 'send_batch', 'local://sending') returning id::text",
        ["no_webhook_is_unread"] = "update webhook_bodies set processed_at = null where id = (select id from webhook_bodies limit 1) returning id::text",
        ["no_time_out_is_forgotten"] = """
            delete from wolverine_incoming_envelopes where message_type = 'time_out_opens'
            returning (select id::text from recipients where status = 'sent' and coalesce(opened_at, clicked_at, bounced_at) is null limit 1)
            """,
        ["nothing_is_about_to_happen"] = """
            update wolverine_incoming_envelopes set execution_time = now() + interval '1 second' where message_type = 'time_out_opens' returning id::text
            """,
        ["streams_have_no_gaps"] =
            "delete from mt_events where seq_id = (select min(seq_id) from mt_events where type = 'recipient_queued') returning stream_id::text",
        ["every_campaign_is_over"] = """update mt_doc_campaign set data = jsonb_set(data, '{status}', '"Sending"') returning id::text""",
    };

    [Fact]
    public async Task each_names_what_violates_it()
    {
        await using var stage = await Stage.Set(await postgres.NewDatabase());
        await using (var server = await ServerProcess.Start(stage.Settings(stage.Sandbox.Address)))
        {
            var campaign = await stage.Launch("p", "+4179009", People, "email", new Pace(new BatchPace(People, People, 0, 0)));
            await stage.Ended(60, campaign);
            await stage.ShouldComeToRest();
        }

        Breaks.Keys.ShouldBe([.. Invariants.Names(Invariants.Always), .. Invariants.Names(Invariants.AtRest)], ignoreOrder: true);
        string[] accepted = [.. stage.Accepted()];
        await using var connection = await stage.Store.Database.OpenConnectionAsync();
        foreach (var (name, statement) in Breaks)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var breaking = new NpgsqlCommand(statement, connection);
            if (statement.Contains("$1", StringComparison.Ordinal))
            {
                breaking.Parameters.Add(new NpgsqlParameter { Value = accepted });
            }

            var id = (string)(await breaking.ExecuteScalarAsync())!;
            string[] twice = name == "nobody_got_it_twice" ? [.. accepted, id] : accepted;
            List<string> found = [.. await connection.Violations(Invariants.Always, twice), .. await connection.Violations(Invariants.AtRest, twice)];

            found.ShouldContain(line => line.StartsWith(name + ": ", StringComparison.Ordinal) && line.Contains(id, StringComparison.Ordinal), $"{name}: {string.Join('\n', found)}");
            await transaction.RollbackAsync();
        }
    }
}
