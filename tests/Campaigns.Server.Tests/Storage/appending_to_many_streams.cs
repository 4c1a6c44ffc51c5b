using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Exceptions;

namespace Campaigns.Server.Tests.Storage;

/// <summary>The set-based append and Marten's own come to the same.</summary>
[Collection("postgres")]
public sealed class appending_to_many_streams(PostgresFixture postgres) : IAsyncLifetime
{
    static readonly object[] Facts = [new AccountOpened("Ada \u00fc \"\\ \u0001"), new Deposited(3), new Deposited(-1)];

    Bank bank = null!;

    public async Task InitializeAsync() => bank = await Bank.Open(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task leaves_the_rows_that_an_append_by_marten_leaves()
    {
        var (ours, theirs) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Commit(session => session.Start<Account>(ours, Facts));
        await Commit(session => session.Events.StartStream<Account>(theirs, Facts));

        (await EventsOf(ours)).ShouldBe(await EventsOf(theirs));
        (await StreamOf(ours)).ShouldBe(await StreamOf(theirs));
        (await BalanceOf(ours)).ShouldBe(await BalanceOf(theirs));
        (await EventsOf(ours)).Count.ShouldBe(3);
        (await EventsOf(ours))[0].ShouldContain("request-1");

        // And when the streams go on: each by the other way.
        bank.Clock.Advance(TimeSpan.FromHours(1));
        await Commit(session => session.Events.Append(ours, new Deposited(5)));
        await Commit(session => session.Append<Account>(theirs, ExpectedVersion.Any, new Deposited(5)));

        (await EventsOf(ours)).ShouldBe(await EventsOf(theirs));
        (await StreamOf(ours)).ShouldBe(await StreamOf(theirs));
        (await BalanceOf(ours)).ShouldBe(await BalanceOf(theirs));
        (await EventsOf(ours)).Count.ShouldBe(4);

        async Task Commit(Action<IDocumentSession> append)
        {
            await bank.Commit(session =>
            {
                (session.CorrelationId, session.CausationId, session.LastModifiedBy) = ("request-1", "message-2", "ada@a.example");
                append(session);
            });
        }
    }

    [Fact]
    public async Task is_read_and_folded_by_marten()
    {
        var id = Guid.CreateVersion7();
        await bank.Commit(session => session.Start<Account>(id, Facts));
        await using var session = bank.Session();

        var events = await session.Events.FetchStreamAsync(id);
        events.Select(@event => @event.Data).ShouldBe(Facts);
        events.Select(@event => @event.Version).ShouldBe([1, 2, 3]);
        events.ShouldAllBe(@event => @event.TenantId == Bank.Tenant && @event.StreamId == id && @event.Timestamp == bank.Clock.Now);
        events.Select(@event => @event.Id).ShouldBeUnique();
        (await session.Events.FetchForWriting<Account>(id)).Loaded().ShouldBe(new StreamState<Account>(id, State(id), 3));
        (await session.Events.AggregateStreamAsync<Account>(id)).ShouldBe(State(id));
        (await session.Events.AggregateStreamAsync<Account>(id, version: 2)).ShouldBe(State(id) with { Balance = 3 });
        (await session.Events.FetchStreamStateAsync(id)).ShouldNotBeNull().AggregateType.ShouldBe(typeof(Account));
        (await session.Events.QueryRawEventDataOnly<Deposited>().ToListAsync()).ShouldBe([new(3), new(-1)], ignoreOrder: true);

        Account State(Guid id) => new(id, ((AccountOpened)Facts[0]).Owner, 2);
    }

    [Fact]
    public async Task and_an_append_by_marten_refuse_each_other_when_the_stream_has_moved_on()
    {
        var id = await bank.OpenAccount();
        await using var late = bank.Session();
        (await late.Events.FetchForWriting<Account>(id)).AppendOne(new Deposited(1));
        var loaded = await bank.Store.Load<Account>(Bank.Tenant, id, default);

        await bank.Commit(session => session.Append(loaded, new Deposited(2)));
        Races.Lost(await Should.ThrowAsync<ConcurrencyException>(() => late.SaveChangesAsync())).ShouldBeTrue();

        var read = await bank.Store.Load<Account>(Bank.Tenant, id, default);
        await bank.Commit(session => session.Events.Append(id, new Deposited(3)));
        await ShouldBeRefused(session => session.Append(read, new Deposited(4)));
        (await bank.Store.Load<Account>(Bank.Tenant, id, default)).ShouldBe(new(id, new Account(id, "Ada", 5), 3));
    }

    public static TheoryData<long?, string, bool> Expectations => new()
    {
        { null, "must not exist", true }, { 2, "must not exist", false },
        { null, "must exist", false }, { 2, "must exist", true },
        { null, "any", true }, { 2, "any", true },
        { null, "exactly 0", true }, { 2, "exactly 0", false },
        { 2, "exactly 1", false }, { 2, "exactly 2", true }, { 2, "exactly 3", false }, { null, "exactly 2", false },
    };

    [Theory]
    [MemberData(nameof(Expectations))]
    public async Task holds_what_is_expected_of_a_stream(long? version, string expected, bool holds)
    {
        var id = version is null ? Guid.CreateVersion7() : await bank.OpenAccount(1);
        var expectation = expected switch
        {
            "must not exist" => ExpectedVersion.MustNotExist,
            "must exist" => ExpectedVersion.MustExist,
            "any" => ExpectedVersion.Any,
            _ => ExpectedVersion.Exactly(long.Parse(expected.Split(' ')[1], null)),
        };
        var bystander = Guid.CreateVersion7();
        var commit = (IDocumentSession session) =>
        {
            session.Append<Account>(id, expectation, new Deposited(7));
            session.Append<Account>(bystander, ExpectedVersion.Any, new Deposited(8));
        };

        if (holds)
        {
            await bank.Commit(commit);
            (await Versions(id)).ShouldBe(Enumerable.Range(1, (int)(version ?? 0) + 1));
            (await Versions(bystander)).ShouldBe([1]);
        }
        else
        {
            await ShouldBeRefused(commit);
            (await Versions(id)).ShouldBe(Enumerable.Range(1, (int)(version ?? 0)));
            (await Versions(bystander)).ShouldBeEmpty("nothing of a refused commit stays");
        }

        (await bank.Number("select count(*) from mt_streams s where version <> (select count(*) from mt_events e where e.stream_id = s.id)")).ShouldBe(0);
    }

    [Fact]
    public async Task of_nothing_only_holds_what_is_expected()
    {
        var id = await bank.OpenAccount();
        await bank.Commit(session => session.Expect<Account>(id, 1));
        await ShouldBeRefused(session => session.Expect<Account>(id, 2));
        await ShouldBeRefused(session => session.Expect<Account>(Guid.CreateVersion7(), 1));
        (await Versions(id)).ShouldBe([1]);

        // And keeps the stream where it is until the commit has ended.
        await using (var held = await bank.Hold(session => session.Expect<Account>(id, 1)))
        {
            var append = Task.Run(() => bank.Commit(session => session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1))));
            await bank.UntilWaiting(1);
            append.IsCompleted.ShouldBeFalse();
            await held.Commit();
            await append;
        }

        (await Versions(id)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task to_one_stream_several_times_in_a_commit_goes_on_behind_itself()
    {
        var id = Guid.CreateVersion7();
        await bank.Commit(session =>
        {
            session.Start<Account>(id, new AccountOpened("Ada"));
            session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1));
            session.Append<Account>(id, ExpectedVersion.Exactly(2), new Deposited(2));
        });
        var loaded = await bank.Store.Load<Account>(Bank.Tenant, id, default);
        await bank.Commit(session =>
        {
            var more = session.Append(loaded, new Deposited(3));
            more.ShouldBe(new StreamState<Account>(id, new Account(id, "Ada", 6), 4));
            session.Append(more, new Deposited(4)).Version.ShouldBe(5);
            Should.Throw<InvalidOperationException>(() => session.Append(loaded, new Deposited(5))).Message.ShouldContain("not at version 3");
        });

        (await Versions(id)).ShouldBe([1, 2, 3, 4, 5]);
        (await bank.Store.Load<Account>(Bank.Tenant, id, default)).State.Balance.ShouldBe(10);
    }

    [Fact]
    public async Task is_heard_by_inline_projections_in_the_same_commit()
    {
        var id = await bank.OpenAccount(2, 3);
        (await BalanceOf(id)).ShouldBe((5, 3));
        (await bank.Number("select count(distinct x) from (select xmin::text as x from mt_events union all select xmin::text from balances) t")).ShouldBe(1);

        // What the projection refuses is not appended either.
        await Should.ThrowAsync<Exception>(() => bank.Commit(session => session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1_000_000))));
        (await Versions(id)).ShouldBe([1, 2, 3]);
        (await BalanceOf(id)).ShouldBe((5, 3));
    }

    [Fact]
    public async Task rings_after_the_commit_for_those_who_watch()
    {
        var notifications = (Notifications)bank.Services.GetService(typeof(Notifications))!;
        var seen = new List<long>();
        using var watching = notifications.Subscribe("balances", () => seen.Add(bank.Number("select count(*) from balances").GetAwaiter().GetResult()));
        await bank.OpenAccount();
        seen.ShouldBeEmpty("nothing was deposited");
        await bank.OpenAccount(1);
        await using (var session = bank.Session())
        {
            session.Start<Account>(Guid.CreateVersion7(), new Deposited(1));
            await session.SaveChangesAsync();
            session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Eve"));
            await session.SaveChangesAsync();
        }

        seen.ShouldBe([2, 3], "the second commit of the session does not ring for the first");
    }

    [Fact]
    public async Task is_rebuilt_to_the_rows_that_were_there()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            await bank.Commit(session => session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(i)));
            await bank.Commit(session => session.Events.StartStream<Account>(Guid.CreateVersion7(), new AccountOpened("Eve"), new Deposited(i)));
        }

        var before = await bank.Rows("select * from balances order by 1, 2");
        await bank.Run("update balances set balance = 77");

        (await bank.Rebuild.Run(bank.Balances, null, default)).ShouldBe(20);

        (await bank.Rows("select * from balances order by 1, 2")).ShouldBe(before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task to_an_archived_stream_is_refused(bool together)
    {
        var (id, other) = (await bank.OpenAccount(1), Guid.CreateVersion7());
        await bank.Commit(session => session.Events.ArchiveStream(id));

        await Should.ThrowAsync<InvalidStreamOperationException>(() => bank.Commit(session =>
        {
            session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1));
            if (together)
            {
                session.Start<Account>(other, new Deposited(1));
            }
        }));
        await Should.ThrowAsync<InvalidStreamOperationException>(() => bank.Commit(session => session.Expect<Account>(id, 2)));

        (await Versions(id)).ShouldBe([1, 2]);
        (await Versions(other)).ShouldBeEmpty();
    }

    [Fact]
    public async Task leaves_a_stream_of_the_same_id_of_another_organisation_alone()
    {
        var id = await bank.OpenAccount(1);
        await bank.Commit(session => session.Start<Account>(id, new AccountOpened("Eve")), "other");
        await bank.Commit(session => session.Append<Account>(id, ExpectedVersion.Exactly(1), new Deposited(9)), "other");
        await bank.Commit(session => session.Events.ArchiveStream(id), "other");
        await bank.Commit(session => session.Append<Account>(id, ExpectedVersion.Exactly(2), new Deposited(2)));

        (await bank.Store.Load<Account>(Bank.Tenant, id, default)).ShouldBe(new(id, new Account(id, "Ada", 3), 3));
        (await bank.Rows("select tenant_id, version, data ->> 'amount', is_archived from mt_events order by 1, 2")).ShouldBe(
            ["(acme,1,,f)", "(acme,2,1,f)", "(acme,3,2,f)", "(other,1,,t)", "(other,2,9,t)"]);
        (await bank.Rows("select tenant_id, balance, facts from balances order by 1")).ShouldBe(["(acme,3,3)", "(other,9,2)"]);
    }

    [Fact]
    public async Task may_share_a_session_with_appends_by_marten_to_other_streams()
    {
        var (ours, theirs, kept) = (await bank.OpenAccount(), await bank.OpenAccount(), await bank.Note(null, "one"));
        await using (var session = bank.Session())
        {
            session.Append<Account>(ours, ExpectedVersion.Exactly(1), new Deposited(1));
            (await session.Events.FetchForWriting<Account>(theirs)).AppendOne(new Deposited(2));
            (await session.Events.FetchForWriting<Journal>(kept)).AppendOne(new Noted("two"));
            session.Start<Account>(Guid.CreateVersion7(), new Deposited(3));
            await session.SaveChangesAsync();
        }

        (await BalanceOf(ours), await BalanceOf(theirs)).ShouldBe(((1, 2), (2, 2)));
        (await bank.Rows("select data ->> 'notes', data ->> 'last', mt_version from mt_doc_journal")).ShouldBe(["(2,two,2)"]);
        (await bank.Number("select count(distinct xmin::text) from mt_events where seq_id > 3")).ShouldBe(1);

        // Where one of both is refused, nothing is left of the other.
        await using (var session = bank.Session())
        {
            (await session.Events.FetchForWriting<Journal>(kept)).AppendOne(new Noted("three"));
            session.Append<Account>(ours, ExpectedVersion.Exactly(1), new Deposited(1));
            await Should.ThrowAsync<EventStreamUnexpectedMaxEventIdException>(() => session.SaveChangesAsync());
        }

        (await bank.Store.Load<Journal>(Bank.Tenant, kept, default)).ShouldBe(new(kept, new Journal(kept, 2, "two"), 2));
    }

    [Fact]
    public async Task by_a_session_that_saves_again_adds_only_what_is_new()
    {
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var session = bank.Session();
        session.Start<Account>(one, new Deposited(1));
        await session.SaveChangesAsync();
        await session.SaveChangesAsync();
        session.Events.StartStream<Account>(Guid.CreateVersion7(), new Deposited(4));
        await session.SaveChangesAsync();
        session.Start<Account>(two, new Deposited(2));
        session.Append<Account>(one, ExpectedVersion.Exactly(1), new Deposited(3));
        await session.SaveChangesAsync();

        (await Versions(one)).ShouldBe([1, 2]);
        (await Versions(two)).ShouldBe([1]);
        (await BalanceOf(one), await BalanceOf(two)).ShouldBe(((4, 2), (2, 1)));
        (await bank.Number("select count(*) from mt_events")).ShouldBe(4);
    }

    [Fact]
    public async Task by_a_session_whose_commit_failed_is_not_done_twice()
    {
        await bank.Run("create table in_the_way (id int check (id > 0))");
        var id = await bank.OpenAccount();
        await using var session = bank.Session();
        session.Sql("insert into in_the_way values (0)");
        session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1));
        await Should.ThrowAsync<Exception>(() => session.SaveChangesAsync());
        (await Versions(id)).ShouldBe([1]);

        await bank.Run("alter table in_the_way drop constraint in_the_way_id_check");
        (await Should.ThrowAsync<InvalidOperationException>(() => session.SaveChangesAsync())).Message.ShouldContain("another session");
        (await Versions(id)).ShouldBe([1]);

        await bank.Commit(again =>
        {
            again.Sql("insert into in_the_way values (0)");
            again.Append<Account>(id, ExpectedVersion.Any, new Deposited(1));
        });
        (await Versions(id)).ShouldBe([1, 2]);
        (await BalanceOf(id)).ShouldBe((1, 2));
    }

    [Fact]
    public async Task that_is_refused_leaves_no_hole_in_the_positions()
    {
        var (id, archived) = (await bank.OpenAccount(1), await bank.OpenAccount());
        await bank.Commit(session => session.Events.ArchiveStream(archived));
        var last = await bank.Number("select last_value from mt_events_sequence");
        Action<IDocumentSession>[] refused =
        [
            session => session.Start<Account>(id, new Deposited(1)),
            session => session.Append<Account>(id, ExpectedVersion.Exactly(1), new Deposited(1)),
            session => session.Append<Account>(Guid.CreateVersion7(), ExpectedVersion.MustExist, new Deposited(1)),
            session => session.Append<Account>(archived, ExpectedVersion.Any, new Deposited(1)),
        ];
        foreach (var commit in refused)
        {
            await Should.ThrowAsync<Exception>(() => bank.Commit(session =>
            {
                session.Start<Account>(Guid.CreateVersion7(), new Deposited(1));
                session.Append<Account>(Guid.CreateVersion7(), ExpectedVersion.Any, new Deposited(1));
                commit(session);
            }));
            await Should.ThrowAsync<Exception>(() => bank.Commit(commit));
        }

        (await bank.Number("select last_value from mt_events_sequence")).ShouldBe(last);
    }

    [Fact]
    public async Task keeps_positions_and_versions_in_the_order_in_which_it_was_given()
    {
        var ids = Enumerable.Range(0, 300).Select(_ => Guid.NewGuid()).ToList();
        await bank.Commit(session => ids.ForEach(id => session.Start<Account>(id, new AccountOpened("Ada"), new Deposited(1))));
        await bank.Commit(session => Enumerable.Reverse(ids).ToList().ForEach(id => session.Append<Account>(id, ExpectedVersion.MustExist, new Deposited(2), new Deposited(3))));

        (await bank.Texts("select stream_id || ' ' || version from mt_events order by seq_id")).ShouldBe(
        [
            .. ids.SelectMany(id => new[] { $"{id} 1", $"{id} 2" }),
            .. Enumerable.Reverse(ids).SelectMany(id => new[] { $"{id} 3", $"{id} 4" }),
        ]);
    }

    async Task ShouldBeRefused(Action<IDocumentSession> work) =>
        Races.Lost(await Should.ThrowAsync<EventStreamUnexpectedMaxEventIdException>(() => bank.Commit(work))).ShouldBeTrue();

    // Marten writes an empty object where there are no headers, we nothing: both are read as none.
    Task<List<string>> EventsOf(Guid id) => bank.Rows(
        $"select to_jsonb(e) - 'id' - 'seq_id' - 'stream_id' || jsonb_build_object('headers', coalesce(nullif(headers, '{{}}'), 'null')) from mt_events e where stream_id = '{id}' order by version");

    // The time of a stream is PostgreSQL's where Marten writes it, and that of the events where we do. Nobody reads it.
    async Task<string> StreamOf(Guid id) => (await bank.Rows($"select to_jsonb(s) - 'id' - 'timestamp' - 'created' from mt_streams s where id = '{id}'")).Single();

    async Task<(long Balance, long Facts)> BalanceOf(Guid id) =>
        (await bank.Number($"select balance from balances where account = '{id}'"), await bank.Number($"select facts from balances where account = '{id}'"));

    async Task<List<int>> Versions(Guid id) => [.. (await bank.Texts($"select version::text from mt_events e where stream_id = '{id}' order by e.version")).Select(version => int.Parse(version, null))];
}
