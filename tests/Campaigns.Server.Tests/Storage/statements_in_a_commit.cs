using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Server.Tests.Storage;

[Collection("postgres")]
public sealed class statements_in_a_commit(PostgresFixture postgres) : IAsyncLifetime
{
    Bank bank = null!;

    public async Task InitializeAsync()
    {
        bank = await Bank.Open(postgres);
        await bank.Run("create table seen (what varchar, events bigint, at timestamptz)");
    }

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task alone_are_a_commit()
    {
        await bank.Commit(session => session.Sql("insert into seen (what) values ($1)", "alone"));
        (await bank.Texts("select what from seen")).ShouldBe(["alone"]);
    }

    [Fact]
    public async Task run_before_the_events_of_the_commit_in_the_order_in_which_they_were_added()
    {
        const string look = "insert into seen select $1 || (select count(*) from seen), count(*) from mt_events";
        await bank.Commit(session =>
        {
            session.Events.StartStream<Account>(Guid.CreateVersion7(), new AccountOpened("Ada"));
            session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Eve"));
            session.Sql(look, "a");
            session.Events.StartStream<Journal>(Guid.CreateVersion7(), new Noted("one"));
            session.Sql(look, "b");
        });

        (await bank.Rows("select what, events from seen order by what")).ShouldBe(["(a0,0)", "(b1,0)"]);
        (await bank.Number("select count(*) from mt_events")).ShouldBe(3);
        (await bank.Number("select count(distinct x) from (select xmin::text as x from seen union all select xmin::text from mt_events) t")).ShouldBe(1);
    }

    [Fact]
    public async Task are_undone_with_the_commit_and_undo_it()
    {
        var id = await bank.OpenAccount();
        await Should.ThrowAsync<Exception>(() => bank.Commit(session =>
        {
            session.Sql("insert into seen (what) values ('never')");
            session.Append<Account>(id, ExpectedVersion.Exactly(7), new Deposited(1));
        }));
        (await bank.Number("select count(*) from seen")).ShouldBe(0);

        // A query counts by what it raises; what it returns is not read.
        await Should.ThrowAsync<Exception>(() => bank.Commit(session =>
        {
            session.Append<Account>(id, ExpectedVersion.Exactly(1), new Deposited(1));
            session.Sql("-- why\n select 1 / $1::int", 0);
        }));
        (await bank.Number("select count(*) from mt_events")).ShouldBe(1);
        await bank.Commit(session =>
        {
            session.Sql("-- why\n select 1 / $1::int from generate_series(1, 3)", 1);
            session.Append<Account>(id, ExpectedVersion.Exactly(1), new Deposited(1));
            session.Sql("select 'ok'");
        });
        (await bank.Number("select count(*) from mt_events")).ShouldBe(2);
    }

    [Fact]
    public async Task take_a_parameter_in_any_place_and_more_than_once()
    {
        var time = bank.Clock.Now;
        await bank.Commit(session =>
        {
            session.Sql("insert into seen values ($3 || $3, $1, $2)", 7L, time, "x");
            session.Sql("insert into seen values ($1, $2, $3)", "null", null, new NpgsqlParameter { Value = null, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            session.Sql("insert into seen select unnest($1), $12, $11", new[] { "many", "more" }, 2, 3, 4, 5, 6, 7, 8, 9, 10, time, 12L);
        });

        (await bank.Rows("select what, events, at = timestamptz '2037-03-01 12:00Z' from seen order by what")).ShouldBe(["(many,12,t)", "(more,12,t)", "(null,,)", "(xx,7,t)"]);
    }
}
