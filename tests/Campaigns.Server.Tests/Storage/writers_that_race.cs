using JasperFx;
using JasperFx.Events;
using Marten;
using Marten.Exceptions;
using Npgsql;

namespace Campaigns.Server.Tests.Storage;

[Collection("postgres")]
public sealed class writers_that_race(PostgresFixture postgres) : IAsyncLifetime
{
    static readonly Guid Low = new("00000000-0000-0000-0000-00000000000a");
    static readonly Guid High = new("00000000-0000-0000-0000-00000000000b");

    Bank bank = null!;

    public async Task InitializeAsync() => bank = await Bank.Open(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task to_one_stream_at_the_same_version_one_is_refused()
    {
        var id = await bank.OpenAccount();
        await using var first = await bank.Hold(session => session.Append<Account>(id, ExpectedVersion.Exactly(1), new Deposited(1)));
        var second = Task.Run(() => Deposit(2, ExpectedVersion.Exactly(1), id));
        await bank.UntilWaiting(1);
        await first.Commit();

        Races.Lost(await Should.ThrowAsync<EventStreamUnexpectedMaxEventIdException>(second)).ShouldBeTrue();
        (await bank.Texts("select data::text from mt_events where version > 1")).ShouldBe(["""{"amount": 1}"""]);
        (await bank.Number("select balance from balances")).ShouldBe(1);
    }

    [Fact]
    public async Task to_one_stream_whatever_its_version_both_are_there_in_order()
    {
        var id = await bank.OpenAccount();
        await using var first = await bank.Hold(session => session.Append<Account>(id, ExpectedVersion.Any, new Deposited(1)));
        var second = Task.Run(() => Deposit(2, ExpectedVersion.Any, id));
        await bank.UntilWaiting(1);
        await first.Commit();
        await second;

        (await bank.Rows("select version, data ->> 'amount' from mt_events where version > 1 order by seq_id")).ShouldBe(["(2,1)", "(3,2)"]);
        (await bank.Number("select balance from balances")).ShouldBe(3);
    }

    [Fact]
    public async Task behind_one_that_is_undone_the_other_comes_through()
    {
        var id = await bank.OpenAccount();
        await using var first = await bank.Hold(session => session.Append<Account>(id, ExpectedVersion.Exactly(1), new Deposited(1)));
        var second = Task.Run(() => Deposit(2, ExpectedVersion.Exactly(1), id));
        await bank.UntilWaiting(1);
        await first.Rollback();
        await second;

        (await bank.Number("select balance from balances")).ShouldBe(2);
    }

    [Fact]
    public async Task and_one_by_marten_are_in_order_or_one_is_refused()
    {
        var id = await bank.OpenAccount();
        await using var first = await bank.Hold(session => session.Events.Append(id, new Deposited(1)));
        var second = Task.Run(() => Deposit(2, ExpectedVersion.Any, id));
        var refused = Task.Run(() => Deposit(3, ExpectedVersion.Exactly(1), id));
        await bank.UntilWaiting(2);
        await first.Commit();
        await second;
        await Should.ThrowAsync<EventStreamUnexpectedMaxEventIdException>(refused);

        await using var ours = await bank.Hold(session => session.Append<Account>(id, ExpectedVersion.Exactly(3), new Deposited(4)));
        var theirs = Task.Run(() => bank.Commit(session => session.Events.Append(id, 4, new Deposited(5))));
        await bank.UntilWaiting(1);
        await ours.Commit();
        Races.Lost(await Should.ThrowAsync<Exception>(theirs)).ShouldBeTrue();

        (await bank.Rows("select version, data ->> 'amount' from mt_events where version > 1 order by seq_id")).ShouldBe(["(2,1)", "(3,2)", "(4,4)"]);
        (await bank.Number("select balance from balances")).ShouldBe(7);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task that_decided_on_a_stream_that_was_not_there_yet_are_refused_when_it_is(bool underWay)
    {
        var id = Guid.CreateVersion7();
        await using var late = bank.Session();
        (await late.Events.FetchForWriting<Journal>(id)).AppendOne(new Noted("late"));
        if (underWay)
        {
            await using var first = await bank.Hold(session => session.Start<Journal>(id, new Noted("first")));
            var save = Task.Run(() => late.SaveChangesAsync());
            await bank.UntilWaiting(1);
            await first.Commit();
            Races.Lost(await Should.ThrowAsync<Exception>(save)).ShouldBeTrue();
        }
        else
        {
            await bank.Note(id, "first");
            Races.Lost(await Should.ThrowAsync<Exception>(() => late.SaveChangesAsync())).ShouldBeTrue();
        }

        (await bank.Texts("select data ->> 'text' from mt_events")).ShouldBe(["first"]);
    }

    [Fact]
    public async Task of_ten_that_start_the_same_stream_one_wins()
    {
        var id = Guid.CreateVersion7();
        var won = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(async () =>
        {
            try
            {
                await Deposit(i, ExpectedVersion.MustNotExist, id);
                return true;
            }
            catch (EventStreamUnexpectedMaxEventIdException)
            {
                return false;
            }
        })));

        won.Count(one => one).ShouldBe(1);
        (await bank.Number("select count(*) from mt_events")).ShouldBe(1);
    }

    [Fact]
    public async Task a_missing_stream_is_begun_once_by_ten_that_take_it_as_it_is()
    {
        var id = Guid.CreateVersion7();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Deposit(1, ExpectedVersion.Any, id))));

        (await bank.Texts("select version::text from mt_events order by seq_id")).ShouldBe(Enumerable.Range(1, 10).Select(version => $"{version}"));
        (await bank.Rows("select balance, facts from balances")).ShouldBe(["(10,10)"]);
    }

    [Fact]
    public async Task eight_that_decide_on_one_stream_lose_no_event_and_leave_no_gap()
    {
        var id = await bank.OpenAccount();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var done = 0; done < 10;)
            {
                var loaded = await bank.Store.Load<Account>(Bank.Tenant, id, default);
                try
                {
                    // Some by Marten's own append.
                    await bank.Commit(session =>
                    {
                        if (writer % 2 == 0)
                        {
                            session.Append(loaded, new Deposited(1));
                        }
                        else
                        {
                            session.Events.Append(id, loaded.Version + 1, new Deposited(1));
                        }
                    });
                    done++;
                }
                catch (Exception error) when (Races.Lost(error))
                {
                }
            }
        })));

        (await bank.Store.Load<Account>(Bank.Tenant, id, default)).ShouldBe(new(id, new Account(id, "Ada", 80), 81));
        (await bank.Texts("select version::text from mt_events order by seq_id")).ShouldBe(Enumerable.Range(1, 81).Select(version => $"{version}"));
        (await bank.Rows("select balance, facts from balances")).ShouldBe(["(80,81)"]);
    }

    public static TheoryData<string> Ways => ["there, exactly", "there, any", "missing, any", "missing, started", "missing, started beside one that is there"];

    /// <summary>While two commits wait for the stream that comes first, neither has the one behind it: whoever gets the first gets the second.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task over_the_same_streams_in_opposite_order_take_them_in_the_order_of_their_ids(string way)
    {
        var isThere = way.StartsWith("there", StringComparison.Ordinal);
        var (expected, other) = (way.Contains("exactly", StringComparison.Ordinal) ? ExpectedVersion.Exactly(1)
            : way.Contains("any", StringComparison.Ordinal) ? ExpectedVersion.Any : ExpectedVersion.MustNotExist, new Guid("00000000-0000-0000-0000-00000000000c"));
        await Deposit(1, ExpectedVersion.Any, isThere ? [Low, High, other] : [other]);
        await using var first = isThere
            ? await bank.Hold("select from mt_streams where id = $1 for update", Low)
            : await bank.Hold(session => session.Start<Account>(Low, new Deposited(1)));

        var commits = new Guid[][] { [Low, High], [High, Low] }.Select(ids => Task.Run(() => bank.Commit(session =>
        {
            foreach (var id in ids)
            {
                session.Append<Account>(id, expected, new Deposited(2));
            }

            if (way.EndsWith("beside one that is there", StringComparison.Ordinal))
            {
                session.Append<Account>(other, ExpectedVersion.Any, new Deposited(2));
            }
        }))).ToList();
        await bank.UntilWaiting(2);

        // Who waited here, waited for one of them.
        await using (await bank.Hold(isThere
            ? $"select from mt_streams where id = '{High}' for update nowait"
            : $"set local lock_timeout = '1s'; insert into mt_streams (tenant_id, id, type, version) values ('acme', '{High}', 'account', 1)"))
        {
        }

        await first.Rollback();
        var refused = 0;
        foreach (var commit in commits)
        {
            try
            {
                await commit;
            }
            catch (EventStreamUnexpectedMaxEventIdException)
            {
                refused++;
            }
        }

        refused.ShouldBe(expected == ExpectedVersion.Any ? 0 : 1);
        (await bank.Number($"select count(*) from mt_events where stream_id in ('{Low}', '{High}') and data ->> 'amount' = '2'")).ShouldBe(4 - 2 * refused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task over_many_streams_in_opposite_order_do_not_deadlock(bool exist)
    {
        var ids = Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()).ToArray();
        if (exist)
        {
            await Deposit(1, ExpectedVersion.Any, ids);
        }

        for (var round = 0; round < 10; round++)
        {
            if (!exist)
            {
                ids = [.. ids.Select(_ => Guid.NewGuid())];
            }

            await Task.WhenAll(
                Task.Run(() => Deposit(1, ExpectedVersion.Any, ids)),
                Task.Run(() => Deposit(1, ExpectedVersion.Any, [.. Enumerable.Reverse(ids)])),
                Task.Run(() => Deposit(1, ExpectedVersion.Any, [.. ids.Order()])));
        }

        (await bank.Number("select count(*) from mt_streams s where version <> (select count(*) from mt_events e where e.stream_id = s.id)")).ShouldBe(0);
        (await bank.Number("select sum(balance) from balances")).ShouldBe(await bank.Number("select count(*) from mt_events"));
    }

    Task Deposit(int amount, ExpectedVersion expected, params Guid[] ids) =>
        bank.Commit(session => Array.ForEach(ids, id => session.Append<Account>(id, expected, new Deposited(amount))));
}
