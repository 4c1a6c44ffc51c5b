using Campaigns.Engine.Events;
using Npgsql;

namespace Campaigns.Engine.Tests.Events;

/// <summary>Positions are drawn before the commit: what a reader of all events must not do is go past one that is still to come.</summary>
[Collection("postgres")]
public sealed class reading_all_events_in_order(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task waits_for_an_earlier_append_that_commits_late()
    {
        await bank.Open();
        await using var late = await OpenAppend();
        await bank.Open();
        var mark = new HighWater(bank.Database);

        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((1, true));
        await mark.Advance(default);
        mark.Position.ShouldBe(1);

        await late.Commit();
        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((3, false));
    }

    [Fact]
    public async Task for_an_export_that_goes_on_later_ends_before_an_append_that_commits_late()
    {
        await bank.Open();
        await using var late = await OpenAppend();
        await bank.Open();

        var first = await bank.Store.ReadStored(0, null).ToListAsync();
        await late.Commit();
        var rest = await bank.Store.ReadStored(first[^1].Sequence, null).ToListAsync();

        first.Concat(rest).Select(stored => stored.Sequence).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task goes_past_the_hole_of_an_append_that_was_rolled_back()
    {
        await bank.Open();
        await using var late = await OpenAppend();
        await bank.Open();
        var mark = new HighWater(bank.Database);
        await mark.Advance(default);
        mark.Position.ShouldBe(1);

        await late.Rollback();
        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((3, false));
    }

    [Fact]
    public async Task is_not_held_up_by_a_transaction_that_does_not_append()
    {
        await using var other = await OpenTransaction("create table unrelated (id int); select pg_current_xact_id()");
        await using (var late = await OpenAppend())
        {
            await bank.Open();
            await late.Rollback();
        }

        var mark = new HighWater(bank.Database);
        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((2, false));
    }

    [Fact]
    public async Task waits_for_a_filler_that_began_after_others_that_have_ended()
    {
        // The filler's transaction id is higher than that of another running one, and than any completed one: "the snapshot's xmax" does not cover it.
        await using var first = await OpenTransaction("select pg_current_xact_id()");
        await using var filler = await OpenAppend();
        await bank.Open();
        var mark = new HighWater(bank.Database);
        await mark.Advance(default);
        mark.Position.ShouldBe(0);

        await first.Rollback();
        await bank.Open();
        await mark.Advance(default);
        mark.Position.ShouldBe(0);

        await filler.Commit();
        await mark.Advance(default);
        mark.Position.ShouldBe(3);
    }

    [Fact]
    public async Task does_not_wait_for_appends_that_began_after_the_hole_was_seen()
    {
        await using var late = await OpenAppend();
        await bank.Open();
        var mark = new HighWater(bank.Database);
        await mark.Advance(default);
        mark.Position.ShouldBe(0);

        await using var later = await OpenAppend();
        await bank.Open();
        await late.Rollback();
        await mark.Advance(default);
        mark.Position.ShouldBe(2);
        mark.IsHeld.ShouldBeTrue();
        await later.Commit();
        await mark.Advance(default);
        mark.Position.ShouldBe(4);
    }

    [Fact]
    public async Task two_readers_of_busy_writers_see_every_event_once_and_in_order()
    {
        using var done = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (i % 5 == writer)
                {
                    await using var undone = await OpenAppend();
                    await undone.Rollback();
                }

                await bank.Open(new Deposited(i));
            }
        })).ToList();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadUntil(done.Token))).ToList();
        await Task.WhenAll(writers);
        await done.CancelAsync();

        var all = (await bank.List("select seq_id from mt_events order by seq_id")).Select(long.Parse).ToList();
        all.Count.ShouldBe(800);
        foreach (var seen in await Task.WhenAll(readers))
        {
            seen.ShouldBe(all);
        }
    }

    [Fact]
    public async Task gives_what_is_asked_for_and_nothing_else()
    {
        await bank.Open(new Deposited(1));
        var other = bank.Store.OpenSession("other");
        other.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Eve"), new Deposited(2), new Noted("three"));
        await other.Commit(default);
        await bank.Ask("update mt_events set type = 'from_the_future' where seq_id = 5");

        (await Positions()).ShouldBe([1, 2, 3, 4, 5]);
        (await Positions(after: 1, upTo: 4)).ShouldBe([2, 3, 4]);
        (await Positions(types: [typeof(Deposited)])).ShouldBe([2, 4]);
        (await Positions(types: [typeof(AccountOpened), typeof(Deposited)], tenantId: "other")).ShouldBe([3, 4]);
        (await Positions(tenantId: "other", after: 3)).ShouldBe([4, 5]);
        (await Positions(types: [])).ShouldBeEmpty();
    }

    [Fact]
    public async Task loses_and_repeats_nothing_at_the_edges_of_pages()
    {
        var session = bank.Session();
        for (var i = 0; i < 4000; i++)
        {
            session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(1), new Deposited(i));
        }

        await session.Commit(default);
        (await Positions()).ShouldBe(Enumerable.Range(1, 12_000).Select(position => (long)position));
        (await bank.Store.ReadStored(0, TestEngine.Tenant).CountAsync()).ShouldBe(12_000);
        (await Positions(types: [typeof(Deposited)])).Count.ShouldBe(8000);
    }

    async Task<List<long>> Positions(long after = 0, long upTo = long.MaxValue, IReadOnlyCollection<Type>? types = null, string? tenantId = null) =>
        await bank.Store.ReadAll(after, upTo, types, tenantId).Select(fact => fact.Sequence).ToListAsync();

    async Task<List<long>> ReadUntil(CancellationToken done)
    {
        var mark = new HighWater(bank.Database);
        var seen = new List<long>();
        for (var last = false; ;)
        {
            last = done.IsCancellationRequested;
            var before = mark.Position;
            await mark.Advance(default);
            seen.AddRange((await bank.List($"select seq_id from mt_events where seq_id > {before} and seq_id <= {mark.Position} order by seq_id")).Select(long.Parse));
            if (last && !mark.IsHeld)
            {
                return seen;
            }
        }
    }

    Task<Held> OpenAppend() => OpenAppend(Guid.CreateVersion7());

    Task<Held> OpenAppend(Guid stream) => OpenTransaction(
        $"""
        select append_events('acme', now(), array['{stream}'::uuid], array['account'::varchar], array[-1::bigint], array[1::bigint],
            array[gen_random_uuid()], array['{stream}'::uuid], array[1::bigint], array['account_opened'::varchar], array['x'::varchar],
            array['"owner"'::jsonb], null, null, null, null)
        """);

    async Task<Held> OpenTransaction(string sql)
    {
        var connection = await bank.Database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
        return new Held(connection, transaction);
    }

    sealed class Held(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public Task Commit() => transaction.CommitAsync();

        public Task Rollback() => transaction.RollbackAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
