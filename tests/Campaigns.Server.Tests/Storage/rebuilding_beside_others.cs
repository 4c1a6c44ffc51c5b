using Campaigns.Storage.Rebuild;
using Marten;
using Npgsql;

namespace Campaigns.Server.Tests.Storage;

/// <summary>Whoever reads the old rows, has rights on them or built something on them must not suffer from a rebuild, nor make appends suffer.</summary>
[Collection("postgres")]
public sealed class rebuilding_beside_others(PostgresFixture postgres) : IAsyncLifetime
{
    Bank bank = null!;

    public async Task InitializeAsync() => bank = await Bank.Open(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task makes_wrong_lost_and_invented_rows_right()
    {
        var (wrong, lost) = (await bank.OpenAccount(1), await bank.OpenAccount(2));
        await bank.Commit(session => session.Start<Account>(wrong, new Deposited(7)), "other");
        await bank.Commit(session => session.Events.ArchiveStream(lost));
        await bank.Note(null, "what concerns it not");
        var before = await bank.Rows("select * from balances order by 1, 2");
        await bank.Run("update balances set balance = 5 where account = $1", wrong);
        await bank.Run("delete from balances where account = $1", lost);
        await bank.Run("insert into balances values ('acme', gen_random_uuid(), 1, 1)");

        (await Rebuild()).ShouldBe(5);

        (await bank.Rows("select * from balances order by 1, 2")).ShouldBe(before);
        (await bank.Number("select count(*) from pg_namespace where nspname like 'campaigns_rebuild%'")).ShouldBe(0);
        await bank.Commit(session => session.Append<Account>(wrong, ExpectedVersion.Any, new Deposited(3)));
        (await bank.Number($"select balance from balances where account = '{wrong}' and tenant_id = 'acme'")).ShouldBe(4, "the new table is the one in service");
    }

    [Fact]
    public async Task while_others_append_ends_with_exactly_the_rows_of_the_events()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bank.OpenAccount()));
        await bank.Commit(session =>
        {
            for (var i = 0; i < 3000; i++) // more than the last transaction takes: the rebuild has to catch up beside
            {
                session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(1));
            }
        });
        await bank.Run("update balances set balance = 77");
        using var rebuilt = new CancellationTokenSource();
        var writers = accounts.Select((account, writer) => Task.Run(async () =>
        {
            while (!rebuilt.IsCancellationRequested)
            {
                await bank.Commit(session =>
                {
                    session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Eve"), new Deposited(2));
                    if (writer % 2 == 0)
                    {
                        session.Append<Account>(account, ExpectedVersion.Any, new Deposited(1));
                    }
                    else
                    {
                        session.Events.Append(account, new Deposited(1));
                    }
                });
            }
        })).ToList();
        using var ticking = new CancellationTokenSource();
        var clock = Task.Run(() => Tick(ticking.Token)); // between two tries to swap it waits by this clock
        for (var round = 0; round < 3; round++)
        {
            (await Rebuild().WaitAsync(Bank.Patience)).ShouldBeGreaterThan(6000);
        }

        await ticking.CancelAsync();
        await clock;
        await rebuilt.CancelAsync();
        await Task.WhenAll(writers);
        await ShouldBeRight();
        (await Rebuild()).ShouldBe(await bank.Number("select count(*) from mt_events"));
        await ShouldBeRight();
    }

    [Fact]
    public async Task a_long_reader_of_the_old_rows_holds_up_the_rebuild_but_no_append()
    {
        var account = await bank.OpenAccount(1);
        await bank.Run("update balances set balance = 77");
        await using var reader = await bank.Hold("select count(*) from balances");
        var gaveWay = 0;
        var rebuild = Rebuild(progress => gaveWay = progress.GaveWay);

        await AppendUntil(account, () => Volatile.Read(ref gaveWay) >= 2, rebuild);
        rebuild.IsCompleted.ShouldBeFalse();
        (await bank.Number("select balance from balances")).ShouldBeGreaterThan(70, "the old rows still serve");

        await reader.Commit();
        await AppendUntil(account, () => rebuild.IsCompleted, rebuild);
        await rebuild;
        await ShouldBeRight();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task an_append_under_way_is_waited_for_whether_it_has_written_a_row_yet_or_not(bool hasRow)
    {
        await bank.OpenAccount(1);
        await using var append = await bank.Hold(session =>
        {
            if (hasRow)
            {
                session.Start<Account>(Guid.CreateVersion7(), new Deposited(2));
            }
            else
            {
                session.Start<Journal>(Guid.CreateVersion7(), new Noted("of which there will be none"));
            }
        });
        await bank.OpenAccount(3);
        var gaveWay = new TaskCompletionSource();
        var rebuild = Rebuild(progress =>
        {
            if (progress.GaveWay > 0)
            {
                gaveWay.TrySetResult();
            }
        });
        await gaveWay.Task.WaitAsync(Bank.Patience);
        rebuild.IsCompleted.ShouldBeFalse();

        await append.Commit();
        using var ticking = new CancellationTokenSource();
        var clock = Task.Run(() => Tick(ticking.Token));
        await rebuild.WaitAsync(Bank.Patience);
        await ticking.CancelAsync();
        await clock;
        await ShouldBeRight();
        (await bank.Number("select count(*) from balances")).ShouldBe(hasRow ? 3 : 2);
    }

    [Fact]
    public async Task one_that_waits_can_be_cancelled_and_leaves_the_old_rows()
    {
        await bank.OpenAccount(1);
        await bank.Run("update balances set balance = 7");
        await using var reader = await bank.Hold("select count(*) from balances");
        using var cancelled = new CancellationTokenSource();

        var rebuild = Rebuild(
            progress =>
            {
                if (progress.GaveWay > 0)
                {
                    cancelled.Cancel();
                }
            },
            cancelled.Token);

        await Should.ThrowAsync<OperationCanceledException>(rebuild.WaitAsync(Bank.Patience));
        (await bank.Number("select balance from balances")).ShouldBe(7);
        (await bank.Number("select count(*) from pg_namespace where nspname like 'campaigns_rebuild%'")).ShouldBe(0);
        await reader.Rollback();
        (await Rebuild()).ShouldBe(2, "another one may begin");
        (await bank.Number("select balance from balances")).ShouldBe(1);
    }

    [Fact]
    public async Task a_second_one_of_the_same_projection_is_refused()
    {
        await bank.OpenAccount();
        await using var reader = await bank.Hold("select count(*) from balances");
        var begun = new TaskCompletionSource();
        using var enough = new CancellationTokenSource();
        var first = Rebuild(_ => begun.TrySetResult(), enough.Token); // does not end while somebody reads the old rows
        await begun.Task.WaitAsync(Bank.Patience);

        (await Should.ThrowAsync<RebuildRefusedException>(Rebuild())).Message.ShouldBe("The projection balances is being rebuilt or checked already.");
        var check = await bank.Doctor.Checks.Single(check => check.Name == "projections").Run(null, default);
        check.Findings.ShouldHaveSingleItem().Text.ShouldBe("balances: not checked");

        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
    }

    [Fact]
    public async Task what_a_crashed_one_left_is_no_obstacle()
    {
        await bank.OpenAccount(4);
        await bank.Run("create schema campaigns_rebuild_balances");
        await bank.Run("create table campaigns_rebuild_balances.balances (like campaigns.balances including all)");
        await bank.Run("insert into campaigns_rebuild_balances.balances values ('acme', gen_random_uuid(), 9, 9)");

        await Rebuild();

        (await bank.Rows("select balance, facts from balances")).ShouldBe(["(4,2)"]);
    }

    [Fact]
    public async Task rights_and_owner_of_the_tables_survive()
    {
        // Roles belong to all databases of the server.
        var name = $"bank_{Guid.NewGuid():N}";
        await bank.Run($"create role {name}_analyst; create role {name}_auditor; create role {name}_owner; grant create, usage on schema campaigns to {name}_owner");
        await bank.Run($"alter table balances owner to {name}_owner");
        await bank.Run($"grant select on balances to {name}_analyst with grant option; grant select (account), update (balance) on balances to {name}_auditor");
        await bank.Run("grant select on balances to public");
        var before = await Rights();

        await Rebuild();

        (await Rights()).ShouldBe(before);
        before.ShouldHaveSingleItem().ShouldContain($"{name}_analyst=r*");
        before.ShouldHaveSingleItem().ShouldContain($"{name}_auditor=w");
    }

    [Fact]
    public async Task keys_checks_settings_and_names_of_indexes_survive()
    {
        await bank.Run("create index rich_ones on balances (balance desc) where balance > 100");
        await bank.Run("create unique index one_row_each on balances (account, tenant_id)");
        await bank.Run("alter table balances set (fillfactor = 50)");
        var before = await Shape();

        await Rebuild();

        (await Shape()).ShouldBe(before);
        before.ShouldContain(shape => shape.Contains("rich_ones", StringComparison.Ordinal));
        before.ShouldContain(shape => shape.Contains("fillfactor=50", StringComparison.Ordinal));
        before.ShouldContain(shape => shape.Contains("not_too_rich", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("create view rich as select * from balances where balance > 100", "the view rich")]
    [InlineData("create materialized view rich as select * from balances", "the view rich")]
    [InlineData("create function all_balances() returns setof balances language sql as 'select * from balances'", "the function all_balances()")]
    [InlineData(
        "create trigger seen before update on balances for each row execute function suppress_redundant_updates_trigger()", "the trigger seen on table balances")]
    public async Task what_hangs_on_the_tables_is_named_before_anything_is_done(string make, string named)
    {
        await bank.OpenAccount(1);
        await bank.Run(make);
        var seen = 0;

        var refused = await Should.ThrowAsync<RebuildRefusedException>(Rebuild(_ => seen++));

        refused.Message.ShouldContain(named);
        seen.ShouldBe(0);
        (await bank.Rows("select balance, facts from balances")).ShouldBe(["(1,2)"]);
    }

    [Fact]
    public async Task what_was_hung_on_the_tables_meanwhile_is_not_lost()
    {
        await bank.OpenAccount([.. Enumerable.Repeat(1, 3000)]); // more than the last transaction takes: there is a page before it
        var made = 0;

        await Should.ThrowAsync<RebuildRefusedException>(Rebuild(_ =>
        {
            if (Interlocked.Exchange(ref made, 1) == 0)
            {
                bank.Run("create view rich as select * from balances").GetAwaiter().GetResult();
            }
        }));

        (await bank.Number("select count(*) from rich")).ShouldBe(1);
    }

    async Task ShouldBeRight() => (await bank.Rows("select * from balances order by 1, 2")).ShouldBe(await bank.Rows("""
        select tenant_id, stream_id, sum(coalesce((data ->> 'amount')::int, 0)), count(*)
        from mt_events where type in ('account_opened', 'deposited') group by 1, 2 order by 1, 2
        """));

    Task<long> Rebuild(Action<RebuildProgress>? seen = null, CancellationToken ct = default) =>
        bank.Rebuild.Run(bank.Balances, seen is null ? null : new Watch(seen), ct);

    Task<List<string>> Rights() => bank.Rows("""
        select pg_get_userbyid(relowner), (select string_agg(right_of::text, ' ' order by right_of::text) from unnest(relacl) right_of),
               (select string_agg(attname || ' ' || attacl::text, ' ' order by attname) from pg_attribute where attrelid = c.oid)
        from pg_class c where oid = 'balances'::regclass
        """);

    async Task<List<string>> Shape() =>
    [
        .. await bank.Rows("select indexname, indexdef from pg_indexes where schemaname = 'campaigns' and tablename = 'balances' order by 1"),
        .. await bank.Rows("select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'balances'::regclass order by 1"),
        .. await bank.Rows("select reloptions from pg_class where oid = 'balances'::regclass"),
    ];

    /// <summary>Each append comes through while the rebuild waits; each moves the time on, so that it tries again.</summary>
    async Task AppendUntil(Guid account, Func<bool> done, Task rebuild)
    {
        using var impatient = new CancellationTokenSource(Bank.Patience);
        while (!done())
        {
            impatient.Token.ThrowIfCancellationRequested();
            await bank.Commit(session => session.Append<Account>(account, ExpectedVersion.Any, new Deposited(1)));
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            rebuild.IsFaulted.ShouldBeFalse(rebuild.Exception?.ToString());
        }
    }

    async Task Tick(CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    sealed class Watch(Action<RebuildProgress> seen) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => seen(value);
    }
}
