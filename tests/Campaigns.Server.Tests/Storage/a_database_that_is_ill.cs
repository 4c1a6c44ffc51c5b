using Campaigns.Storage.Doctor;
using Marten;

namespace Campaigns.Server.Tests.Storage;

/// <summary>Each thing that can be wrong is broken by hand, and found.</summary>
[Collection("postgres")]
public sealed class a_database_that_is_ill(PostgresFixture postgres) : IAsyncLifetime
{
    Bank bank = null!;

    public async Task InitializeAsync() => bank = await Bank.Open(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task or_is_not_has_nothing_to_say_of_a_healthy_one()
    {
        for (var i = 0; i < 5; i++)
        {
            await bank.OpenAccount(i);
            await bank.Note(null, "one", "two");
        }

        await bank.Commit(session => session.Events.ArchiveStream(bank.OpenAccount(7).Result));
        await bank.Run("create table analysts_own (id int); create view their_view as select * from mt_events");

        foreach (var check in bank.Doctor.Checks)
        {
            (await Examine(check.Name)).ShouldBeEmpty(check.Name);
        }

        (await bank.Number("select count(*) from pg_namespace where nspname like 'campaigns_doctor%' or nspname like 'campaigns_rebuild%'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("drop table erasures", "The table erasures is missing")]
    [InlineData("alter table recipients drop column reason", "The column reason of recipients is missing")]
    [InlineData("alter table recipients alter column channel drop not null", "The column channel of recipients is different")]
    [InlineData("alter table campaign_progress alter column sent drop default", "The column sent of campaign_progress is different")]
    [InlineData("alter table permits alter column count type bigint", "The column count of permits is different")]
    [InlineData("alter table recipients drop constraint known_status", "The constraint known_status of recipients is missing")]
    [InlineData("alter table permits reset (fillfactor)", "The table permits is different")]
    [InlineData("drop index mt_doc_sender_by_confirmation", "The index mt_doc_sender_by_confirmation of mt_doc_sender is missing")]
    [InlineData("update pg_index set indisvalid = false where indexrelid = 'contacts_by_email'::regclass", "The index contacts_by_email of contacts is different")]
    [InlineData("alter function append_events reset enable_seqscan", "The function append_events(")]
    [InlineData("create or replace function hold_message(message uuid, node int) returns void language plpgsql as 'begin end'", "The function hold_message(")]
    [InlineData("alter table mt_events drop column user_name", "Marten's tables are not what Marten makes")]
    [InlineData("drop table mt_doc_journal", "Marten's tables are not what Marten makes")]
    [InlineData("drop table wolverine_dead_letters", "Wolverine's tables are not what Wolverine makes")]
    public async Task in_its_schema_has_it_named(string broken, string named)
    {
        await bank.Run(broken);
        var problem = (await Examine("schema")).ShouldHaveSingleItem();
        problem.Severity.ShouldBe(Severity.Problem);
        problem.Text.ShouldStartWith(named);
    }

    [Fact]
    public async Task or_only_has_more_than_the_migrations_made_gets_a_note()
    {
        await bank.Run("alter table recipients add column mood varchar; create index slow_writes on recipients (queued_at)");
        var findings = await Examine("schema");
        findings.ShouldAllBe(finding => finding.Severity == Severity.Note);
        findings.Select(finding => finding.Text).ShouldBe(
            ["The column mood of recipients is in no migration", "The index slow_writes of recipients is in no migration"], ignoreOrder: true);
    }

    [Fact]
    public async Task without_a_migration_has_that_named_and_nothing_else_looked_at()
    {
        await bank.Run("delete from schema_migrations where number = 2");
        await bank.Run("drop function append_events");

        var seen = new List<(string Check, Finding Finding)>();
        await foreach (var (check, diagnosis) in bank.Doctor.Examine(bank.Doctor.Checks, null, default))
        {
            seen.AddRange(diagnosis.Findings.Select(finding => (check.Name, finding)));
        }

        var (name, lacks) = seen.ShouldHaveSingleItem();
        (name, lacks.Severity, lacks.Text).ShouldBe(("schema", Severity.Problem, "The database lacks migrations"));
        lacks.Examples.ShouldBe(["Campaigns 0002_append_events"]);
    }

    [Fact]
    public async Task in_its_streams_has_the_first_few_named()
    {
        var (right, hole, behind, lost, archived) = (await bank.OpenAccount(), await bank.OpenAccount(1, 2), await bank.OpenAccount(), await bank.OpenAccount(), await bank.OpenAccount());
        await bank.Run("delete from mt_events where stream_id = $1 and version = 2", hole);
        await bank.Run("update mt_streams set version = 7 where id = $1", behind);
        await bank.Run($"set local session_replication_role = replica; delete from mt_streams where id = '{lost}'"); // past the foreign key
        await bank.Run("update mt_streams set is_archived = true where id = $1", archived);

        var findings = await Examine("streams");

        findings.ShouldAllBe(finding => finding.Severity == Severity.Problem);
        findings.Select(finding => finding.Text).ShouldBe(
        [
            "1 streams: events without a stream",
            "1 streams: the archived flags of the stream and its events differ",
            "2 streams: the version is not the number of events, or versions are missing",
        ]);
        var named = string.Join('\n', findings.SelectMany(finding => finding.Examples));
        foreach (var id in new[] { hole, behind, lost, archived })
        {
            named.ShouldContain($"{id}");
        }

        named.ShouldNotContain($"{right}");
    }

    [Fact]
    public async Task or_only_has_the_tombstones_of_a_refused_commit_is_healthy()
    {
        await bank.Refuse(await bank.OpenAccount(), await bank.OpenAccount());

        foreach (var check in bank.Doctor.Checks)
        {
            (await Examine(check.Name)).ShouldBeEmpty(check.Name);
        }
    }

    [Fact]
    public async Task or_only_newer_than_the_program_has_its_events_noted()
    {
        await bank.OpenAccount(1, 2);
        await bank.Run("update mt_events set type = 'from_the_future' where version > 1");

        var note = (await Examine("streams")).ShouldHaveSingleItem();

        note.Severity.ShouldBe(Severity.Note);
        note.Text.ShouldStartWith("2 events from_the_future, which this program does not know");
        note.Examples.ShouldBe(["the first at position 2"]);
    }

    [Fact]
    public async Task in_its_snapshots_has_the_members_named_that_differ()
    {
        var (right, wrong, lost, other) = (await bank.Note(null, "one", "two"), await bank.Note(null, "one", "two"), await bank.Note(null, "one", "two"), await bank.Note(null, "one", "two"));
        await bank.Run("""update mt_doc_journal set data = data || '{"notes": 2.0}' where id = $1""", right); // the same number
        await bank.Run("""update mt_doc_journal set data = data || '{"notes": 3, "mood": "bad"}' where id = $1""", wrong);
        await bank.Run("delete from mt_doc_journal where id = $1", lost);
        await bank.Run("update mt_doc_journal set mt_version = 1 where id = $1", other);
        await bank.Run("insert into mt_doc_journal (tenant_id, id, data, mt_version) values ('eve', $1, '{}', 1)", right);

        var findings = await Examine("snapshots");

        findings.Select(finding => finding.Text).ShouldBe(["journal: 3 states are not what their events come to", "journal: states without a stream"]);
        findings[0].Examples.ShouldBe([$"acme {wrong}: mood, notes", $"acme {lost}: no state is kept", $"acme {other}: version 1 instead of 2"], ignoreOrder: true);
        findings[1].Examples.ShouldBe([$"eve {right}"]);
    }

    [Fact]
    public async Task in_an_event_that_no_state_takes_has_that_named()
    {
        await bank.Note(null, "one");
        await bank.Run("""update mt_events set data = '{"text": {}}'""");

        var problem = (await Examine("snapshots")).ShouldHaveSingleItem();

        (problem.Severity, problem.Text).ShouldBe((Severity.Problem, "journal: an event or a state cannot be read"));
    }

    [Fact]
    public async Task in_its_projections_has_the_rows_named_that_differ()
    {
        var (wrong, lost) = (await bank.OpenAccount(3), await bank.OpenAccount(4));
        await bank.Run("update balances set balance = 8 where account = $1", wrong);
        await bank.Run("delete from balances where account = $1", lost);
        await bank.Run("insert into balances values ('eve', gen_random_uuid(), 9, 9)");

        var findings = await Examine("projections");

        findings.Select(finding => finding.Text).ShouldBe(["balances: 2 rows are not what the events come to", "balances: 2 rows that the events come to are not there"]);
        findings[0].Examples.ShouldContain(row => row.Contains("\"balance\": 8", StringComparison.Ordinal));
        findings[0].Examples.ShouldContain(row => row.Contains("eve", StringComparison.Ordinal));
        findings[1].Examples.ShouldContain(row => row.Contains("\"balance\": 3", StringComparison.Ordinal));
        findings[1].Examples.ShouldContain(row => row.Contains($"{lost}", StringComparison.Ordinal));
        (await bank.Number("select count(*) from balances")).ShouldBe(2, "it only looks");
    }

    [Fact]
    public async Task in_an_event_that_no_projection_takes_has_that_named()
    {
        await bank.OpenAccount(3);
        await bank.Run("""update mt_events set data = '{"amount": 1000000}' where type = 'deposited'""");

        var problem = (await Examine("projections")).ShouldHaveSingleItem();

        (problem.Severity, problem.Text).ShouldBe((Severity.Problem, "balances: the events cannot be replayed"));
    }

    [Fact]
    public async Task is_examined_while_others_append_and_neither_disturbs_the_other()
    {
        var account = await bank.OpenAccount();
        await bank.Commit(session =>
        {
            for (var i = 0; i < 1500; i++) // more than the last transaction takes: the replay has to catch up with the appends
            {
                session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(1));
            }
        });
        using var examined = new CancellationTokenSource();
        var appended = 0;
        var writers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!examined.IsCancellationRequested)
            {
                await bank.OpenAccount(1);
                await bank.Note(null, "one", "two");
                await bank.Commit(session => session.Append<Account>(account, ExpectedVersion.Any, new Deposited(2)));
                Interlocked.Increment(ref appended);
            }
        })).ToList();
        for (var (round, before) = (0, 0); round < 3; round++)
        {
            foreach (var check in bank.Doctor.Checks)
            {
                (await Examine(check.Name)).ShouldBeEmpty(check.Name);
            }

            before.ShouldBeLessThan(Volatile.Read(ref appended), "appends went on during the round");
            before = Volatile.Read(ref appended);
        }

        await examined.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task makes_no_append_wait_for_the_comparison()
    {
        await bank.OpenAccount(1);
        var appended = 0;

        // In the middle of the last transaction, with everything it holds held.
        var diagnosis = await bank.Doctor.Checks.Single(check => check.Name == "projections").Run(
            new During(() =>
            {
                bank.OpenAccount(2).WaitAsync(Bank.Patience).GetAwaiter().GetResult();
                appended++;
            }),
            default);

        appended.ShouldBeGreaterThan(0);
        diagnosis.Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task with_work_at_a_standstill_gets_notes()
    {
        var (long_ago, just_now) = (new DateTimeOffset(2037, 3, 1, 11, 50, 0, TimeSpan.Zero), bank.Clock.Now);
        await bank.Run(
            "insert into wolverine_nodes (id, node_number, description, uri, capabilities, started, health_check) values (gen_random_uuid(), 1, 'lives', '', '{}', $1, $1)", just_now);
        await bank.Run(
            "insert into wolverine_nodes (id, node_number, description, uri, capabilities, started, health_check) values (gen_random_uuid(), 2, 'died', '', '{}', $1, $1)", long_ago);
        await Dead("pay", long_ago, "No money.");
        await Dead("pay", just_now, "No mood.");
        await Incoming("late", "Scheduled", 0, just_now, long_ago);
        await Incoming("soon", "Scheduled", 0, long_ago, just_now.AddHours(1));
        await Incoming("nobodys", "Incoming", 0, long_ago);
        await Incoming("of_the_dead", "Incoming", 2, long_ago);
        await Incoming("of_the_living", "Incoming", 1, long_ago);
        await Incoming("new", "Incoming", 0, just_now);
        await Incoming("done", "Handled", 0, long_ago);

        var findings = await Examine("standstill");

        findings.ShouldAllBe(finding => finding.Severity == Severity.Note);
        findings.Select(finding => finding.Text).ShouldBe(
        [
            "1 messages late that were due long ago: does a node run?", "1 messages nobodys that no node works on: does one run?",
            "1 messages of_the_dead that no node works on: does one run?", "2 dead messages pay, the oldest since 2037-03-01 11:50 UTC",
        ]);
        findings[^1].Examples.ShouldBe(["No money."]);
        findings[1].Examples.ShouldBe(["sent from 2037-03-01 11:50 UTC"]);
    }

    Task<int> Dead(string kind, DateTimeOffset sent, string reason) => bank.Run(
        """
        insert into wolverine_dead_letters (id, body, message_type, received_at, source, exception_type, exception_message, sent_at, replayable)
        values (gen_random_uuid(), '', $1, 'local://x', 'tests', 'Exception', $2, $3, false)
        """,
        kind, reason, sent);

    Task<int> Incoming(string kind, string status, int owner, DateTimeOffset sent, DateTimeOffset? due = null) => bank.Run(
        """
        insert into wolverine_incoming_envelopes (body, id, status, owner_id, execution_time, attempts, message_type, received_at)
        values ('', $1, $2, $3, $4, 0, $5, 'local://x')
        """,
        Guid.CreateVersion7(sent), status, owner, due is { } at ? at : DBNull.Value, kind);

    async Task<IReadOnlyList<Finding>> Examine(string check) => (await bank.Doctor.Checks.Single(known => known.Name == check).Run(null, default)).Findings;

    sealed class During(Action happens) : IProgress<string>
    {
        public void Report(string value) => happens();
    }
}
