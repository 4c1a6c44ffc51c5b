using Campaigns.Storage.History;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Storage;

/// <summary>Positions are drawn before the commit: what a reader of all events must not do is go past one that is still to come.</summary>
[Collection("postgres")]
public sealed class reading_all_events_in_order(PostgresFixture postgres) : IAsyncLifetime
{
    Bank bank = null!;
    HighWater mark = null!;

    public async Task InitializeAsync()
    {
        bank = await Bank.Open(postgres);
        mark = new HighWater(bank.Database);
    }

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task waits_for_an_earlier_append_that_commits_late(bool byMarten)
    {
        await bank.OpenAccount();
        await using var late = await HoldAppend(byMarten);
        await bank.OpenAccount();

        (await mark.Advance(default)).ShouldBeTrue();
        (mark.Position, mark.IsHeld).ShouldBe((1, true));
        (await mark.Advance(default)).ShouldBeFalse();
        (mark.Position, mark.IsHeld).ShouldBe((1, true));

        await late.Commit();
        (await mark.Advance(default)).ShouldBeTrue();
        (mark.Position, mark.IsHeld).ShouldBe((3, false));
        (await mark.Advance(default)).ShouldBeFalse();
    }

    [Fact]
    public async Task for_an_export_that_goes_on_later_ends_before_an_append_that_commits_late()
    {
        await bank.OpenAccount();
        await using var late = await HoldAppend();
        await bank.OpenAccount();

        var first = await Export(0);
        await late.Commit();
        var rest = await Export(first[^1]);

        first.ShouldBe([1]);
        rest.ShouldBe([2, 3]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Bank.Tenant)]
    public async Task passes_over_the_tombstones_of_a_refused_commit(string? tenantId)
    {
        await bank.Refuse(await bank.OpenAccount(), await bank.OpenAccount());
        await bank.OpenAccount();
        var history = bank.Services.GetRequiredService<StreamHistory>();

        var exported = await history.ReadAll(0, tenantId, default).Select(stored => stored.Type).ToListAsync();

        exported.ShouldBe(["account_opened", "account_opened", "deposited", "account_opened"]);
        foreach (var stream in await bank.Texts("select distinct stream_id::text from mt_events where type = 'tombstone'"))
        {
            (await history.Find(Guid.Parse(stream), tenantId, default)).ShouldBeEmpty("it is nobody's stream");
        }
    }

    [Fact]
    public async Task goes_past_the_hole_of_an_append_that_was_undone()
    {
        await bank.OpenAccount();
        await using var late = await HoldAppend();
        await bank.OpenAccount();
        await mark.Advance(default);
        mark.Position.ShouldBe(1);

        await late.Rollback();
        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((3, false));
    }

    [Fact]
    public async Task goes_past_a_hole_that_was_there_before_anybody_looked()
    {
        await using (var undone = await HoldAppend())
        {
            await bank.OpenAccount();
            await undone.Rollback();
        }

        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((2, false));
        (await Export(0)).ShouldBe([2]);
    }

    [Fact]
    public async Task is_not_held_up_by_a_transaction_that_does_not_append()
    {
        await using var other = await bank.Hold("create table unrelated (id int); select pg_current_xact_id(), count(*) from mt_events");
        await using (var undone = await HoldAppend())
        {
            await bank.OpenAccount();
            await undone.Rollback();
        }

        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((2, false));
    }

    [Fact]
    public async Task does_not_wait_for_appends_that_began_after_the_hole_was_seen()
    {
        await using var late = await HoldAppend();
        await bank.OpenAccount();
        await mark.Advance(default);
        mark.Position.ShouldBe(0);

        await using var later = await HoldAppend();
        await bank.OpenAccount();
        await late.Rollback();
        await mark.Advance(default);

        // The first hole is dead; the one of the later append is not, and stands in the way of what is behind it.
        (mark.Position, mark.IsHeld).ShouldBe((2, true));
        await later.Commit();
        await mark.Advance(default);
        mark.Position.ShouldBe(4);
    }

    [Fact]
    public async Task waits_for_all_who_may_fill_a_hole()
    {
        await using var one = await HoldAppend();
        await using var two = await HoldAppend();
        await bank.OpenAccount();
        await mark.Advance(default);

        await one.Rollback();
        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((0, true));

        await two.Commit();
        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((3, false));
        (await Export(0)).ShouldBe([2, 3]);
    }

    [Fact]
    public async Task begins_behind_the_position_that_it_was_given()
    {
        await bank.OpenAccount(1, 2, 3);
        var later = new HighWater(bank.Database, 2);
        await later.Advance(default);
        later.Position.ShouldBe(4);
        (await Export(2)).ShouldBe([3, 4]);
        (await Export(4)).ShouldBeEmpty();
    }

    [Fact]
    public async Task while_many_append_and_some_give_up_misses_and_repeats_nothing()
    {
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadUntil(done.Token))).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await using var append = await HoldAppend(byMarten: writer % 2 == 0);
                await ((i + writer) % 4 == 0 ? append.Rollback() : append.Commit());
            }
        })));
        await done.CancelAsync();

        var all = (await bank.Texts("select seq_id::text from mt_events e order by e.seq_id")).ConvertAll(position => long.Parse(position, null));
        all.Count.ShouldBe(120);
        foreach (var seen in await Task.WhenAll(readers))
        {
            seen.ShouldBe(all);
        }
    }

    [Fact]
    public async Task exports_what_one_organisation_has_whether_this_program_knows_it_or_not()
    {
        await bank.OpenAccount(1);
        await bank.Commit(session => session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Eve"), new Deposited(2)), "other");
        await bank.Run("update mt_events set type = 'from_the_future' where seq_id = 4");

        (await Export(0)).ShouldBe([1, 2, 3, 4]);
        (await Export(0, "other")).ShouldBe([3, 4]);
        (await Export(3, "other")).ShouldBe([4]);
        (await Export(0, "nobody")).ShouldBeEmpty();
    }

    [Fact]
    public async Task loses_and_repeats_nothing_at_the_edges_of_pages()
    {
        await bank.Commit(session =>
        {
            for (var i = 0; i < 1000; i++)
            {
                session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(i), new Deposited(1));
            }
        });

        (await Export(0)).ShouldBe(Enumerable.Range(1, 3000).Select(position => (long)position));
        (await Export(0, Bank.Tenant)).Count.ShouldBe(3000);
        (await Export(1000)).Count.ShouldBe(2000);
    }

    /// <summary>What a program that exports again and again has seen at last.</summary>
    async Task<List<long>> ReadUntil(CancellationToken done)
    {
        var seen = new List<long>();
        while (true)
        {
            var last = done.IsCancellationRequested;
            var more = await Export(seen.Count > 0 ? seen[^1] : 0);
            seen.AddRange(more);
            if (last && more.Count == 0)
            {
                return seen;
            }
        }
    }

    async Task<List<long>> Export(long after, string? tenantId = null)
    {
        var positions = new List<long>();
        await foreach (var stored in bank.Services.GetRequiredService<StreamHistory>().ReadAll(after, tenantId, default))
        {
            positions.Add(stored.Sequence);
        }

        return positions;
    }

    Task<Held> HoldAppend(bool byMarten = false) => bank.Hold(session =>
    {
        if (byMarten)
        {
            session.Events.StartStream<Account>(Guid.CreateVersion7(), new Deposited(1));
        }
        else
        {
            session.Start<Account>(Guid.CreateVersion7(), new Deposited(1));
        }
    });
}
