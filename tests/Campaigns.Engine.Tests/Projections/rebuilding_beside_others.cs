using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Projections;

/// <summary>Whoever reads the old rows, has rights on them or built something on them must not suffer from a rebuild, nor make appends suffer.</summary>
[Collection("postgres")]
public sealed class rebuilding_beside_others(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task a_long_reader_of_the_old_rows_holds_up_the_rebuild_but_no_append_and_no_event_is_lost_or_counted_twice()
    {
        var account = await bank.Open(new Deposited(1));
        await using var reader = await bank.Database.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await Read(reader);
        var gaveWay = 0;
        var rebuild = Rebuild(new Watch(progress => gaveWay = progress.GaveWay));

        await AppendUntil(account, () => gaveWay >= 3, rebuild);
        rebuild.IsCompleted.ShouldBeFalse();

        await reading.CommitAsync();
        await AppendUntil(account, () => rebuild.IsCompleted, rebuild);
        await rebuild;
        (await bank.Ask("select sum(facts) from balances")).ShouldBe($"{await bank.Count("mt_events")}");
        (await bank.Ask("select sum(balance) from balances")).ShouldBe(await bank.Ask("select sum((data ->> 'amount')::int) from mt_events"));
    }

    [Fact]
    public async Task one_that_waits_for_a_reader_can_be_cancelled_and_leaves_the_old_rows()
    {
        await bank.Open(new Deposited(1));
        await bank.Ask("update balances set balance = 7");
        await using var reader = await bank.Database.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await Read(reader);
        using var cancelled = new CancellationTokenSource();

        var rebuild = bank.Rebuild.Run(Balances, new Watch(progress =>
        {
            if (progress.GaveWay > 0)
            {
                cancelled.Cancel();
            }
        }), cancelled.Token);

        await Should.ThrowAsync<OperationCanceledException>(rebuild.WaitAsync(Patience));
        (await bank.Ask("select balance from balances")).ShouldBe("7");
        (await bank.Count("pg_namespace where nspname = current_schema() || '_rebuild_balances'")).ShouldBe(0);
        await bank.Open();
    }

    [Fact]
    public async Task rights_and_owner_of_the_tables_survive()
    {
        var schema = await bank.Ask("select current_schema()");
        var (analyst, auditor, owner) = ($"{schema}_analyst", $"{schema}_auditor", $"{schema}_owner");
        await bank.Ask($"create role {analyst}; create role {auditor}; create role {owner}; grant create, usage on schema {schema} to {owner}");
        await bank.Ask($"alter table balances owner to {owner}");
        await bank.Ask($"grant select on balances to {analyst} with grant option; grant select (account), update (balance) on balances to {auditor}");
        await bank.Ask("grant select on balances to public");
        var before = await Rights();

        await Rebuild();

        (await Rights()).ShouldBe(before);
        before.ShouldContain(right => right.Contains($"{analyst}=r*", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("create view {0}_rich as select * from {0}.balances where balance > 100", "the view {0}_rich")]
    [InlineData("create materialized view {0}_rich as select * from {0}.balances", "the view {0}_rich")]
    [InlineData("create function {0}_all() returns setof {0}.balances language sql as 'select * from {0}.balances'", "the function {0}_all()")]
    [InlineData(
        "create trigger {0}_seen before update on {0}.balances for each row execute function suppress_redundant_updates_trigger()",
        "the trigger {0}_seen on table balances")]
    public async Task what_hangs_on_the_tables_is_named_before_anything_is_done(string make, string named)
    {
        await bank.Open(new Deposited(1));
        var schema = (await bank.Ask("select current_schema()"))!;
        await bank.Ask(make.Replace("{0}", schema, StringComparison.Ordinal));
        var seen = 0;

        var refused = await Should.ThrowAsync<RebuildRefusedException>(Rebuild(new Watch(_ => seen++)));

        refused.Message.ShouldContain(named.Replace("{0}", schema, StringComparison.Ordinal));
        seen.ShouldBe(0);
        (await bank.Count("balances")).ShouldBe(1);
    }

    [Fact]
    public async Task indexes_keep_their_names()
    {
        await bank.Ask("create index rich_ones on balances (balance desc) where balance > 100");
        await bank.Ask("create unique index one_row_each on balances (account, tenant_id)");
        var before = await Indexes();

        await Rebuild();

        (await Indexes()).ShouldBe(before);
    }

    [Fact]
    public async Task a_second_one_of_the_same_projection_is_refused()
    {
        await bank.Open();
        await using var reader = await bank.Database.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await Read(reader);
        var begun = new TaskCompletionSource();
        var first = Rebuild(new Watch(_ => begun.TrySetResult())); // does not end while somebody reads the old rows
        await begun.Task.WaitAsync(Patience);

        (await Should.ThrowAsync<RebuildRefusedException>(Rebuild())).Message.ShouldContain("already");

        await reading.CommitAsync();
        await AppendUntil(await bank.Open(), () => first.IsCompleted, first);
        await first;
    }

    [Fact]
    public async Task in_a_schema_whose_name_leaves_no_room_for_another_beside_is_refused_and_drops_nothing()
    {
        var longest = new string('a', 63);
        var connection = new NpgsqlConnectionStringBuilder(await postgres.NewDatabase()) { SearchPath = longest };
        await using var crowded = await TestEngine.Start(connection.ConnectionString);
        await crowded.Open(new Deposited(1));

        await Should.ThrowAsync<RebuildRefusedException>(crowded.Rebuild.Run(crowded.Rebuild.Projections[0], null, default));

        (await crowded.Count("mt_events")).ShouldBe(2);
    }

    Projection Balances => bank.Rebuild.Projections.ShouldHaveSingleItem();

    Task<long> Rebuild(Watch? watch = null) => bank.Rebuild.Run(Balances, watch, default);

    Task<List<string>> Rights() => bank.List("""
        select pg_get_userbyid(relowner), array_to_string(relacl, ' '), (select string_agg(attname || ' ' || attacl::text, ' ' order by attname) from pg_attribute where attrelid = c.oid)
        from pg_class c where oid = 'balances'::regclass
        """);

    Task<List<string>> Indexes() => bank.List("select indexname, indexdef from pg_indexes where schemaname = current_schema() and tablename = 'balances' order by 1");

    static async Task Read(NpgsqlConnection reader)
    {
        await using var command = new NpgsqlCommand("select count(*) from balances", reader);
        await command.ExecuteScalarAsync();
    }

    /// <summary>Each append comes through while the rebuild waits; each moves the time on, so that it tries again.</summary>
    async Task AppendUntil(Guid account, Func<bool> done, Task rebuild)
    {
        using var impatient = new CancellationTokenSource(Patience);
        while (!done())
        {
            var session = bank.Session();
            session.Append<Account>(account, ExpectedVersion.Any, new Deposited(1));
            await session.Commit(impatient.Token);
            bank.Clock.Advance(TimeSpan.FromSeconds(1));
            rebuild.IsFaulted.ShouldBeFalse(rebuild.Exception?.ToString());
        }
    }

    sealed class Watch(Action<RebuildProgress> seen) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) => seen(value);
    }
}
