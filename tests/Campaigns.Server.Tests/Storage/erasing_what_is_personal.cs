using System.Globalization;
using Marten;

namespace Campaigns.Server.Tests.Storage;

[Collection("postgres")]
public sealed class erasing_what_is_personal(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>All of each event but its body and its headers.</summary>
    const string Rest = "select to_jsonb(e) - 'data' - 'headers' from mt_events e order by e.seq_id";

    Bank bank = null!;

    public async Task InitializeAsync() => bank = await Bank.Open(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task leaves_events_as_their_masks_leave_them_and_everything_else_as_it_was()
    {
        var (ada, eve) = (await bank.OpenAccount(1, 2), await bank.OpenAccount(3));
        await bank.Commit(session => session.Start<Account>(ada, new AccountOpened("Theirs")), "other");
        var (streams, rest, balances) = (await bank.Rows("select * from mt_streams order by 1, 2"), await bank.Rows(Rest), await bank.Rows("select * from balances order by 1, 2"));

        await Erase(ada);

        (await bank.Rows("select tenant_id, version, coalesce(data ->> 'owner', data ->> 'amount'), headers ->> 'erased' is not null from mt_events e order by e.seq_id")).ShouldBe(
            ["(acme,1,erased,t)", "(acme,2,1,f)", "(acme,3,2,f)", "(acme,1,Ada,f)", "(acme,2,3,f)", "(other,1,Theirs,f)"],
            "of the others nothing has changed");
        (await bank.Rows("select * from mt_streams order by 1, 2")).ShouldBe(streams);
        (await bank.Rows(Rest)).ShouldBe(rest);
        (await bank.Rows("select * from balances order by 1, 2")).ShouldBe(balances);
        (await bank.Texts("select headers ->> 'erased' from mt_events where headers ? 'erased'")).ShouldBe([bank.Clock.Now.ToString("O", CultureInfo.InvariantCulture)]);
        (await bank.Store.Load<Account>(Bank.Tenant, ada, default)).ShouldBe(new(ada, new Account(ada, "erased", 3), 3));
        (await bank.Store.Load<Account>(Bank.Tenant, eve, default)).State.Owner.ShouldBe("Ada");

        // The stream goes on.
        await bank.Commit(session => session.Append<Account>(ada, ExpectedVersion.Exactly(3), new Deposited(4)));
        (await bank.Store.Load<Account>(Bank.Tenant, ada, default)).ShouldBe(new(ada, new Account(ada, "erased", 7), 4));
    }

    [Fact]
    public async Task is_on_record_once()
    {
        var (ada, eve) = (await bank.OpenAccount(1), await bank.OpenAccount());
        await Erase(ada, eve, Guid.NewGuid());
        var (events, record) = (await bank.Rows("select * from mt_events order by 1"), await bank.Rows("select * from erasures"));

        bank.Clock.Advance(TimeSpan.FromHours(1));
        await Erase(ada, eve);
        await Erase(ada);
        await Erase(Guid.NewGuid());
        await Erase();

        (await bank.Rows("select * from mt_events order by 1")).ShouldBe(events, "twice is as once");
        (await bank.Rows("select * from erasures")).ShouldBe(record);
        (await bank.Rows("select tenant_id, events, reason, by_user, at = timestamptz '2037-03-01 12:00Z', cardinality(streams) from erasures")).ShouldBe(["(acme,2,asked,test,t,2)"]);
        (await bank.Number($"select count(*) from erasures where streams @> array['{ada}', '{eve}']::uuid[]")).ShouldBe(1);
    }

    [Fact]
    public async Task takes_what_came_later_and_leaves_what_was_taken_before()
    {
        var id = await bank.OpenAccount();
        await Erase(id);
        var first = await bank.Rows("select * from mt_events order by 1");
        bank.Clock.Advance(TimeSpan.FromHours(1));
        await bank.Commit(session => session.Append<Account>(id, ExpectedVersion.Any, new AccountOpened("Ada again")));

        await Erase(id);

        (await bank.Rows("select * from mt_events where version = 1")).ShouldBe(first);
        (await bank.Texts("select data ->> 'owner' from mt_events order by seq_id")).ShouldBe(["erased", "erased"]);
        (await bank.Number("select count(distinct headers ->> 'erased') from mt_events")).ShouldBe(2);
        (await bank.Number("select count(*) from erasures")).ShouldBe(2);
    }

    [Fact]
    public async Task that_broke_off_before_its_record_is_recorded_by_the_next_try()
    {
        var id = await bank.OpenAccount();
        await Erase(id);
        await bank.Run("delete from erasures");

        await Erase(id);

        (await bank.Rows("select events, reason from erasures")).ShouldBe(["(1,asked)"]);
    }

    [Fact]
    public async Task of_events_without_a_mask_changes_and_records_nothing()
    {
        var id = Guid.CreateVersion7();
        await bank.Commit(session => session.Start<Account>(id, new Deposited(1)));
        var before = await bank.Rows("select * from mt_events");

        await Erase(id);

        (await bank.Rows("select * from mt_events")).ShouldBe(before);
        (await bank.Number("select count(*) from erasures")).ShouldBe(0);
    }

    [Fact]
    public async Task reaches_archived_streams()
    {
        var id = await bank.OpenAccount(1);
        await bank.Commit(session => session.Events.ArchiveStream(id));
        var rest = await bank.Rows(Rest);

        await Erase(id);

        (await bank.Texts("select data ->> 'owner' from mt_events where version = 1")).ShouldBe(["erased"]);
        (await bank.Rows(Rest)).ShouldBe(rest, "it is archived as before");
        (await bank.Rows("select events from erasures")).ShouldBe(["(1)"]);
    }

    /// <summary>Masking leaves them as they are.</summary>
    [Fact]
    public async Task reaches_kept_states_at_once()
    {
        var (id, other) = (await bank.Note(null, "Ada was here", "and went"), await bank.Note(null, "Eve too"));

        await Erase(id);

        (await bank.Texts("select data ->> 'text' from mt_events e order by e.seq_id")).ShouldBe(["erased", "erased", "Eve too"]);
        (await bank.Rows("select id, data ->> 'last', mt_version from mt_doc_journal order by id")).ShouldBe([$"({id},erased,2)", $"({other},\"Eve too\",1)"]);
        (await bank.Store.Load<Journal>(Bank.Tenant, id, default)).ShouldBe(new(id, new Journal(id, 2, "erased"), 2));
        (await bank.Note(id, "more")).ShouldBe(id);
    }

    [Fact]
    public async Task reaches_kept_states_that_an_attempt_before_has_left()
    {
        var id = await bank.Note(null, "Ada was here");
        await Erase(id);
        await bank.Run("update mt_doc_journal set data = jsonb_set(data, '{last}', '\"Ada was here\"')");

        await Erase(id);

        (await bank.Texts("select data ->> 'last' from mt_doc_journal")).ShouldBe(["erased"]);
        (await bank.Number("select count(*) from erasures")).ShouldBe(1);
    }

    Task Erase(params Guid[] streams) => Erasure.Erase(bank.Store, bank.Snapshots, Bank.Tenant, streams, "asked", "test", default);
}
