using Campaigns.Crash.Tests.Checking;
using Npgsql;

namespace Campaigns.Crash.Tests;

/// <summary>A check that cannot fail proves nothing: each is shown what it is there for.</summary>
[Collection("crash")]
public sealed class the_checker(FinishedDatabase finished) : IClassFixture<FinishedDatabase>
{
    public static readonly TheoryData<string, string, string> Tamperings = new()
    {
        { "AcknowledgedEvents", "an event is gone", "delete from mt_events where data ->> 'operation' = (select min(id::text) from acknowledged where what = 'event')" },
        { "AcknowledgedMessages", "a message was never sent", "delete from sent where message = (select min(id::text)::uuid from acknowledged where what = 'message')" },
        {
            "OperationsOnce", "an event is there twice",
            """
            insert into mt_events (id, stream_id, version, data, type, tenant_id)
            select gen_random_uuid(), stream_id, version + 1000, data, type, tenant_id from mt_events where type = 'deposited' limit 1
            """
        },
        { "Versions", "a version is missing", "update mt_events set version = version + 1000 where seq_id = (select min(seq_id) from mt_events)" },
        { "Versions", "a stream is ahead of its events", "update mt_streams set version = version + 1 where id = (select stream_id from mt_events limit 1)" },
        { "EventsOfStreams", "a stream is gone", "delete from mt_streams where id = (select stream_id from mt_events limit 1)" },
        { "PositionsFollowVersions", "a later event has an earlier position", "update mt_events set seq_id = -seq_id where seq_id = (select max(seq_id) from mt_events where version > 1)" },
        {
            "NoAccountBelowZero", "more was taken than was there",
            "update mt_events set data = data || '{\"amount\": 9999999}' where seq_id = (select min(seq_id) from mt_events where type = 'taken')"
        },
        { "Transfers", "the money did not arrive", "delete from mt_events where seq_id = (select min(seq_id) from mt_events where type = 'given')" },
        {
            "Transfers", "less arrived than was taken",
            "update mt_events set data = data || '{\"amount\": 0}' where seq_id = (select min(seq_id) from mt_events where type = 'given')"
        },
        { "Money", "an account holds too much", "update balances set balance = balance + 1 where account = (select stream_id from mt_events limit 1)" },
        { "EffectsOnce", "a message took effect twice", "insert into effects select * from effects limit 1" },
        { "EffectsOfSent", "a message came from nowhere", "insert into effects (message, kind, node) values (gen_random_uuid(), 'ring', 'node1')" },
        { "EffectsWithEvents", "a message ended without its event", "delete from mt_events where seq_id = (select min(seq_id) from mt_events where type = 'taken')" },
        { "EffectsWithEvents", "an event came without the end of its message", "delete from effects where message = (select message from effects where kind = 'give_to' limit 1)" },
        { "SentHandledOrDead", "a message was forgotten", "delete from effects where message = (select message from effects where kind = 'ring' limit 1)" },
        { "SentHandledOrDead", "a dead message took effect", "insert into effects (message, kind, node) select id, 'poison', 'node1' from messages where dead_at is not null limit 1" },
        { "NothingWaits", "a message is still claimed", "update messages set claim = id, claimed_until = due where id = (select id from messages where dead_at is not null limit 1)" },
        { "NothingWaits", "a message still waits", "update messages set dead_at = null where id = (select id from messages where dead_at is not null limit 1)" },
        { "DeadArePoison", "a message died of something else", "update messages set last_error = 'Connection lost.' where id = (select id from messages where dead_at is not null limit 1)" },
        { "DeadArePoison", "a harmless message died", "update sent set kind = 'ring' where message = (select id from messages where dead_at is not null limit 1)" },
        { "DeathsTold", "nobody was told of a death", "delete from told where message = (select message from told limit 1)" },
        { "TimersInTime", "a timer fired too early", "update sent set due = due + interval '1 minute' where message = (select message from sent where kind = 'ring' limit 1)" },
        { "InlineProjection", "a row counts an event too many", "update balances set facts = facts + 1 where account = (select stream_id from mt_events limit 1)" },
        { "InlineProjection", "a row is missing", "delete from balances where account = (select stream_id from mt_events limit 1)" },
        { "AsyncProjection", "an event was applied twice", "insert into audit select * from audit limit 1" },
        { "AsyncProjection", "an event was missed", "delete from audit where position = (select max(position) from audit)" },
        { "Checkpoint", "the checkpoint is behind", "update mt_event_progression set last_seq_id = last_seq_id - 1" },
        { "Checkpoint", "an event was skipped", "insert into skipped_events values ('audit', 1, '', now())" },
    };

    [Fact]
    public async Task finds_nothing_wrong_where_nothing_is()
    {
        await using var connection = await finished.Database.Open();
        (await Invariant.Broken(connection)).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Tamperings))]
    public async Task names_the_invariant_when(string invariant, string what, string tampering)
    {
        await using var connection = await finished.Database.Open();
        await using var undone = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(tampering, connection);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1, what);
        (await Invariant.Broken(connection)).ShouldContain(broken => broken.StartsWith(invariant + ":", StringComparison.Ordinal), what);
    }

    [Fact]
    public void is_tried_on_every_invariant() =>
        Tamperings.Select(tampering => (string)tampering[0]).Distinct().Order().ShouldBe(Invariant.All.Select(invariant => invariant.Name).Order());
}
