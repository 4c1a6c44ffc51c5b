using Campaigns.Engine.Doctor;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;

namespace Campaigns.Engine.Tests.Doctor;

/// <summary>Each thing that can be wrong is broken by hand, and found.</summary>
[Collection("postgres")]
public sealed class a_database_that_is_ill(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres, later: new AsyncOptions { OnFault = OnFault.Skip });

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task or_is_not_has_nothing_to_say_of_a_healthy_one()
    {
        for (var i = 0; i < 5; i++)
        {
            await bank.Open(new Deposited(i));
            await Write(Guid.CreateVersion7(), "one", "two");
        }

        await bank.Send(new Pay(Guid.CreateVersion7(), 1));
        await bank.Daemon.RunOnce(default);
        await bank.Ask("create table analysts_own (id int); create view their_view as select * from mt_events");

        foreach (var check in bank.Doctor.Checks)
        {
            (await Examine(check.Name)).ShouldBeEmpty(check.Name);
        }

        (await bank.Count("pg_namespace where nspname like 'campaigns_doctor%' or nspname like current_schema() || '_rebuild%'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("drop index pk_mt_events_stream_and_version", "The index pk_mt_events_stream_and_version of mt_events is missing")]
    [InlineData("drop table skipped_events", "The table skipped_events is missing")]
    [InlineData("alter table mt_streams drop column created", "The column created of mt_streams is missing")]
    [InlineData("alter table mt_streams alter column created drop not null", "The column created of mt_streams is different")]
    [InlineData("alter table mt_streams alter column created drop default", "The column created of mt_streams is different")]
    [InlineData("alter table messages alter column attempts type bigint", "The column attempts of messages is different")]
    [InlineData("alter table messages drop constraint a_claim_has_an_end", "The constraint a_claim_has_an_end of messages is missing")]
    [InlineData("alter table messages reset (fillfactor)", "The table messages is different")]
    [InlineData("alter function append_events reset enable_seqscan", "The function append_events(")]
    [InlineData("update pg_index set indisvalid = false where indexrelid = 'messages_due'::regclass", "The index messages_due of messages is different")]
    [InlineData(
        "create or replace function advance_projection(projection varchar, from_position bigint, to_position bigint) returns void language plpgsql as 'begin end'",
        "The function advance_projection(")]
    public async Task in_its_schema_has_it_named(string broken, string named)
    {
        await bank.Ask(broken);
        var problem = (await Examine("schema")).ShouldHaveSingleItem();
        (problem.Severity, problem.Text).ShouldBe((Severity.Problem, problem.Text));
        problem.Text.ShouldStartWith(named);
    }

    [Fact]
    public async Task or_only_has_more_than_the_migrations_made_gets_a_note()
    {
        await bank.Ask("alter table mt_streams add column mood varchar; create index slow_writes on mt_streams (timestamp)");
        var findings = await Examine("schema");
        findings.ShouldAllBe(finding => finding.Severity == Severity.Note);
        findings.Select(finding => finding.Text).ShouldBe(
            ["The column mood of mt_streams is in no migration", "The index slow_writes of mt_streams is in no migration"]);
    }

    [Fact]
    public async Task in_its_streams_has_the_first_few_named()
    {
        var (right, hole, behind, lost, archived) = (await bank.Open(), await bank.Open(new Deposited(1), new Deposited(2)), await bank.Open(), await bank.Open(), await bank.Open());
        await bank.Ask("delete from mt_events where stream_id = $1 and version = 2", hole);
        await bank.Ask("update mt_streams set version = 7 where id = $1", behind);
        await bank.Ask("delete from mt_streams where id = $1", lost);
        await bank.Ask("update mt_streams set is_archived = true where id = $1", archived);

        var findings = await Examine("streams");

        findings.ShouldAllBe(finding => finding.Severity == Severity.Problem);
        findings.Select(finding => finding.Text).ShouldBe(
        [
            "1 streams: events without a stream",
            "1 streams: the archived flags of the stream and its events differ",
            "2 streams: the version is not the number of events, or versions are missing",
        ]);
        var named = string.Join('\n', findings.SelectMany(finding => finding.Examples));
        named.ShouldSatisfyAllConditions([.. new[] { hole, behind, lost, archived }.Select(id => (Action)(() => named.ShouldContain($"{id}")))]);
        named.ShouldNotContain($"{right}");
    }

    [Fact]
    public async Task in_its_snapshots_has_the_members_named_that_differ()
    {
        var (right, wrong, lost, other) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var id in new[] { right, wrong, lost, other })
        {
            await Write(id, "one", "two");
        }

        await bank.Ask("""update mt_doc_journal set data = '{"last": "two", "notes": 2.0}' where id = $1""", right);
        await bank.Ask("""update mt_doc_journal set data = '{"last": "two", "notes": 3, "mood": "bad"}' where id = $1""", wrong);
        await bank.Ask("delete from mt_doc_journal where id = $1", lost);
        await bank.Ask("update mt_doc_journal set mt_version = 1 where id = $1", other);
        await bank.Ask("insert into mt_doc_journal (tenant_id, id, data) values ('eve', $1, '{}')", right);

        var findings = await Examine("snapshots");

        findings.Select(finding => finding.Text).ShouldBe(["journal: 3 states are not what their events come to", "journal: states without a stream"]);
        findings[0].Examples.ShouldBe(
            [$"acme {wrong}: mood, notes", $"acme {lost}: no state is kept", $"acme {other}: version 1 instead of 2"], ignoreOrder: true);
        findings[1].Examples.ShouldBe([$"eve {right}"]);
    }

    [Fact]
    public async Task in_its_projections_has_the_rows_named_that_differ()
    {
        var (wrong, lost) = (await bank.Open(new Deposited(3)), await bank.Open(new Deposited(4)));
        await bank.Daemon.RunOnce(default);
        await bank.Open(new Deposited(5)); // behind the checkpoint of the async one, and no fault of it
        await bank.Ask("update balances set balance = 8 where account = $1", wrong);
        await bank.Ask("delete from later_balances where account = $1", lost);

        var findings = await Examine("projections");

        findings.Select(finding => finding.Text).ShouldBe(
        [
            "balances: 1 rows are not what the events come to", "balances: 1 rows that the events come to are not there",
            "later_balances: 1 rows that the events come to are not there",
        ]);
        findings[0].Examples.ShouldHaveSingleItem().ShouldContain("\"balance\": 8");
        findings[1].Examples.ShouldHaveSingleItem().ShouldContain("\"balance\": 3");
        findings[2].Examples.ShouldHaveSingleItem().ShouldContain($"{lost}");
    }

    [Fact]
    public async Task in_an_event_that_no_projection_takes_has_that_named()
    {
        await bank.Open(new Deposited(3));
        await bank.Ask("""update mt_events set data = '{"amount": 1000000}' where type = 'deposited'""");
        (await Examine("projections")).ShouldContain(finding => finding.Severity == Severity.Problem && finding.Text == "balances: the events cannot be replayed");
    }

    [Fact]
    public async Task though_its_rows_lack_only_what_was_skipped_has_no_problem()
    {
        await bank.Open(new Deposited(3));
        var rich = await bank.Open(new Deposited(4));
        await bank.Ask("""update mt_events set data = '{"amount": 1000000}' where stream_id = $1 and type = 'deposited'""", rich);
        await bank.Daemon.RunOnce(default);
        await bank.Ask("""update mt_events set data = '{"amount": 4}' where stream_id = $1 and type = 'deposited'""", rich);

        (await Examine("projections")).ShouldBeEmpty();
        (await Examine("standstill")).ShouldHaveSingleItem().Text.ShouldBe("The projection later_balances has skipped 1 events");

        // Applied after all, it counts as everything else does.
        await bank.Rebuild.Run(bank.Rebuild.Projections.Single(projection => projection.Name == "later_balances"), null, default);
        (await Examine("projections")).ShouldBeEmpty();
        (await Examine("standstill")).ShouldBeEmpty();
    }

    [Fact]
    public async Task is_examined_while_others_append_and_neither_disturbs_the_other()
    {
        var account = await bank.Open();
        var session = bank.Session();
        for (var i = 0; i < 3000; i++) // more than the last transaction takes: the replay has to catch up with the appends
        {
            session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(1));
        }

        await session.Commit(default);
        await using var running = await bank.Run();
        using var examined = new CancellationTokenSource();
        var appended = 0;
        var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(async () =>
        {
            while (!examined.IsCancellationRequested)
            {
                await bank.Open(new Deposited(1));
                await Write(Guid.CreateVersion7(), "one", "two");
                var another = bank.Session();
                another.Append<Account>(account, ExpectedVersion.Any, new Deposited(2));
                await another.Commit(default);
                Interlocked.Increment(ref appended);
            }
        })).ToList();
        var before = 0;
        for (var round = 0; round < 5; round++)
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
        await bank.Open(new Deposited(1));
        var projections = bank.Doctor.Checks.Single(check => check.Name == "projections");
        var appended = 0;

        // In the middle of the last transaction, with everything it holds held.
        var diagnosis = await projections.Run(new During(() => { bank.Open(new Deposited(2)).WaitAsync(TestEngine.Patience).GetAwaiter().GetResult(); appended++; }), default);

        appended.ShouldBeGreaterThan(0);
        diagnosis.Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task with_work_at_a_standstill_gets_notes()
    {
        bank.Pays = (_, _, _) => throw new InvalidOperationException("No money.");
        await bank.Send(new Pay(Guid.CreateVersion7(), 1), new Pay(Guid.CreateVersion7(), 2));
        await bank.Ask("update messages set attempts = 9");
        await bank.Workers.RunOnce();
        await bank.Send(new PayTogether(Guid.CreateVersion7(), 1));
        await bank.Ask("update messages set claim = gen_random_uuid(), claimed_until = $1 where kind = 'pay_together'", bank.Clock.Now - TimeSpan.FromHours(1));
        await bank.Send(new PayTogether(Guid.CreateVersion7(), 1));
        await bank.Ask("update messages set kind = 'pay_in_gold' where claim is null and dead_at is null");
        await bank.Ask("insert into stopped_projections (name, position, error, stopped_at) values ('later_balances', 3, 'Too rich', now())");

        var findings = await Examine("standstill");

        findings.ShouldAllBe(finding => finding.Severity == Severity.Note);
        findings.Select(finding => finding.Text).ShouldBe(
        [
            "1 messages pay_in_gold, which nobody handles", "1 messages pay_together whose claims ended long ago: does a node run?",
            "2 dead messages pay, the oldest since 2026-03-01 12:00 UTC", "The projection later_balances has stopped at 3",
        ]);
        findings[2].Examples.ShouldHaveSingleItem().ShouldContain("No money.");
    }

    [Fact]
    public async Task is_not_one_that_remembers_handled_messages_of_a_kind_of_the_past()
    {
        var session = bank.Session();
        session.Send(new Pay(Guid.CreateVersion7(), 1), id: Guid.CreateVersion7());
        await session.Commit(default);
        await bank.Workers.RunOnce("single");
        await bank.Ask("update messages set kind = 'pay_in_gold'");

        (await Examine("standstill")).ShouldBeEmpty();
    }

    async Task<IReadOnlyList<Finding>> Examine(string check) => (await bank.Doctor.Checks.Single(known => known.Name == check).Run(null, default)).Findings;

    async Task Write(Guid id, params string[] notes)
    {
        var session = bank.Session();
        session.Start<Journal>(id, [.. notes.Select(note => new Noted(note))]);
        await session.Commit(default);
    }

    sealed class During(Action happens) : IProgress<string>
    {
        public void Report(string value) => happens();
    }
}
