using System.Globalization;
using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Events;

/// <summary>Somebody asks to be forgotten: the words go, and everything that counts on the events goes on.</summary>
[Collection("postgres")]
public sealed class erasing_what_is_personal(PostgresFixture postgres) : IAsyncLifetime
{
    static readonly Metadata Clerk = new(UserName: "clerk");

    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task leaves_the_word_in_no_table_and_everything_else_as_it_was()
    {
        var id = await bank.Open(new Deposited(3));
        var (other, foreign) = (await bank.Open(), bank.Store.OpenSession("other"));
        foreign.Start<Account>(id, new AccountOpened("Ada"));
        await foreign.Commit(default);
        const string kept = "select seq_id, id, stream_id, version, timestamp, tenant_id, type, mt_dotnet_type, user_name, is_archived from mt_events order by seq_id";
        var before = await bank.List(kept);
        bank.Clock.Advance(TimeSpan.FromDays(1));

        (await Erase(id)).ShouldBe(1);
        (await bank.List("select data ->> 'owner' from mt_events where type = 'account_opened' order by seq_id")).ShouldBe(["erased", "Ada", "Ada"]);
        (await bank.List(kept)).ShouldBe(before);
        (await bank.Load(id)).ShouldBe(new(id, new Account("erased", 3, 2), 2));
        (await bank.Load(other)).State.Owner.ShouldBe("Ada");
        (await bank.List("select seq_id from mt_events where headers is not null")).ShouldBe(["1"]);
        (await bank.Events(id))[0].Metadata.Headers.ShouldBe(
            new Dictionary<string, string> { [EventErasure.Header] = bank.Clock.Now.ToString("O", CultureInfo.InvariantCulture) });
    }

    [Fact]
    public async Task is_on_record_with_who_when_and_why()
    {
        var (one, two, missing) = (await bank.Open(), await bank.Open(), Guid.CreateVersion7());
        await bank.Erasure.Erase(Tenant, [two, missing, one], "Asked to be forgotten", Clerk, default);

        var at = bank.Clock.Now.UtcDateTime;
        (await bank.List("select tenant_id, array_to_string(streams, ','), events, reason, by_user, at from erasures"))
            .ShouldBe([$"acme | {string.Join(',', new[] { one, two }.Order())} | 2 | Asked to be forgotten | clerk | {at.ToString(CultureInfo.InvariantCulture)}"]);
    }

    [Fact]
    public async Task a_second_time_changes_nothing_and_says_so()
    {
        var id = await bank.Open();
        var journal = await Journal("Ada called", "ordinary");
        (await Erase(id, journal)).ShouldBe(2);
        var before = await Everything();
        bank.Clock.Advance(TimeSpan.FromDays(1));

        (await Erase(id, journal)).ShouldBe(0);
        (await Everything()).ShouldBe(before);
    }

    [Fact]
    public async Task keeps_the_headers_that_were_there()
    {
        var id = Guid.CreateVersion7();
        var session = bank.Session(new Metadata(Headers: new Dictionary<string, string> { ["source"] = "import" }));
        session.Start<Account>(id, new AccountOpened("Ada"));
        await session.Commit(default);
        await Erase(id);

        (await bank.Events(id))[0].Metadata.Headers!.Keys.Order().ShouldBe([EventErasure.Header, "source"]);
    }

    [Fact]
    public async Task takes_it_out_of_snapshots_and_out_of_archived_streams_too()
    {
        var journal = await Journal("ordinary", "Ada called");
        var session = bank.Session();
        session.Archive<Journal>(journal, ExpectedVersion.MustExist);
        await session.Commit(default);
        await Erase(journal);

        (await bank.Ask("select data ->> 'notes' || ' ' || (data ->> 'last') || ' ' || mt_version from mt_doc_journal")).ShouldBe("2 erased 2");
        (await bank.Store.Load<Journal>(Tenant, journal, default)).ShouldBe(new(journal, new Journal(2, "erased"), 2));
    }

    [Fact]
    public async Task takes_it_out_of_a_snapshot_into_which_a_late_commit_has_brought_it_back()
    {
        var id = await Journal("Ada called");
        await Erase(id);
        await bank.Ask("""update mt_doc_journal set data = '{"notes": 1, "last": "Ada called"}'"""); // as a commit on the state of before would

        (await Erase(id)).ShouldBe(0);
        (await bank.Ask("select data ->> 'last' from mt_doc_journal")).ShouldBe("erased");
    }

    [Fact]
    public async Task of_old_shapes_stores_them_in_the_present_one()
    {
        var id = await bank.Open();
        await bank.Ask("""update mt_events set type = 'account_begun', data = '{"name": "Ada", "birthday": "1815-12-10"}'""");
        (await Erase(id)).ShouldBe(1);

        (await bank.Ask("select type || ' ' || data || ' ' || mt_dotnet_type from mt_events"))
            .ShouldBe("""account_opened {"owner": "erased"} Campaigns.Engine.Tests.AccountOpened, Campaigns.Engine.Tests""");
        (await Erase(id)).ShouldBe(0);
    }

    [Fact]
    public async Task drops_members_that_the_type_does_not_know()
    {
        var id = await bank.Open();
        await bank.Ask("""update mt_events set data = '{"owner": "erased", "phone": "+44 20 7946 0000"}'""");
        (await Erase(id)).ShouldBe(1);
        (await bank.Ask("select data::text from mt_events")).ShouldBe("""{"owner": "erased"}""");
    }

    [Fact]
    public async Task is_refused_where_nobody_can_say_what_is_personal()
    {
        var (known, unknown) = (await bank.Open(), await bank.Open());
        await bank.Ask("update mt_events set type = 'from_the_future' where stream_id = $1", unknown);
        var before = await Everything();

        (await Should.ThrowAsync<InvalidOperationException>(Erase(known, unknown))).Message.ShouldContain("from_the_future");
        (await Everything()).ShouldBe(before);
    }

    [Fact]
    public async Task of_many_streams_is_one_transaction()
    {
        var streams = Enumerable.Range(0, 250).Select(_ => new NewStream(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(1))).ToList();
        await bank.Store.BulkStart<Account>(Tenant, streams.ToAsyncEnumerable(), null, default);

        (await Erase([.. streams.Select(stream => stream.Id)])).ShouldBe(250);
        (await bank.Ask("select count(distinct xmin::text) || ' ' || count(*) from mt_events where data ->> 'owner' = 'erased'")).ShouldBe("1 250");
    }

    [Fact]
    public async Task takes_it_out_of_projections_when_they_are_rebuilt_and_changes_no_sum()
    {
        var id = await bank.Open(new Deposited(3));
        var balances = await bank.List("select account, balance, facts from balances");
        await Erase(id);
        await bank.Rebuild.Run(bank.Rebuild.Projections.ShouldHaveSingleItem(), null, default);
        (await bank.List("select account, balance, facts from balances")).ShouldBe(balances);
    }

    [Fact]
    public async Task waits_for_an_append_under_way_and_erases_what_it_brought()
    {
        var id = await bank.Open();
        await using var connection = await bank.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand("lock table messages in share mode", connection))
        {
            await held.ExecuteNonQueryAsync();
        }

        var session = bank.Session();
        session.Append<Account>(id, ExpectedVersion.Any, new AccountOpened("Ada again"));
        session.Send(new Pay(id, 1)); // waits for the lock, with its event written
        var append = session.Commit(default);
        await bank.UntilWaiting(1);
        var erasure = Erase(id);
        await bank.UntilWaiting(2);
        await transaction.CommitAsync();

        await append;
        (await erasure).ShouldBe(2);
    }

    [Fact]
    public void by_a_mask_of_no_event_is_refused() =>
        Should.Throw<InvalidOperationException>(() => new ServiceCollection().AddEngine("Host=nowhere", setup => setup.Mask<Noted>(fact => fact)))
            .Message.ShouldContain("Noted has a mask but no stored name");

    Task<long> Erase(params Guid[] streams) => bank.Erasure.Erase(Tenant, streams, "Asked to", Clerk, default);

    async Task<Guid> Journal(params string[] notes)
    {
        var id = Guid.CreateVersion7();
        var session = bank.Session();
        session.Start<Journal>(id, [.. notes.Select(note => new Noted(note))]);
        await session.Commit(default);
        return id;
    }

    async Task<List<string>> Everything() =>
    [
        .. await bank.List("select seq_id, data, headers from mt_events order by seq_id"),
        .. await bank.List("select id, data, mt_version from mt_doc_journal"),
        .. await bank.List("select id from erasures"),
    ];
}
