using Campaigns.Engine.Events;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Events;

[Collection("postgres")]
public sealed class archived_streams(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task take_no_more_events()
    {
        var id = await Archived();
        var before = await Everything();
        foreach (var expected in new[] { ExpectedVersion.Any, ExpectedVersion.MustExist, ExpectedVersion.Exactly(2) })
        {
            var session = bank.Session();
            session.Append<Account>(id, expected, new Deposited(1));
            await Should.ThrowAsync<StreamIsArchivedException>(session.Commit(default));
        }

        (await Everything()).ShouldBe(before);
    }

    [Fact]
    public async Task remain_readable()
    {
        var id = await Archived();
        (await bank.Load(id)).ShouldBe(new(id, new Account("Ada", 3, 2), 2));
        (await bank.Events(id)).Count.ShouldBe(2);
        (await bank.Store.ReadAll().CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task still_count_when_a_projection_is_rebuilt()
    {
        await Archived();
        await bank.Open(new Deposited(4));
        var kept = await bank.List("select account, balance, facts from balances order by account");
        await bank.Rebuild.Run(bank.Rebuild.Projections.ShouldHaveSingleItem(), null, default);
        (await bank.List("select account, balance, facts from balances order by account")).ShouldBe(kept);
        kept.Count.ShouldBe(2);
    }

    [Fact]
    public async Task are_archived_with_their_events_and_with_those_of_the_same_commit_and_no_others()
    {
        var (loaded, known, bystander) = (await bank.Load(await bank.Open()), await bank.Open(), await bank.Open());
        var other = bank.Store.OpenSession("other");
        other.Start<Account>(known, new AccountOpened("Eve"));
        await other.Commit(default);

        var session = bank.Session();
        session.Archive(session.Append(loaded, new Deposited(1)));
        session.Archive<Account>(known, ExpectedVersion.MustExist);
        session.Append<Account>(bystander, ExpectedVersion.Any, new Deposited(2));
        await session.Commit(default);

        (await bank.List("select tenant_id, id from mt_streams where is_archived order by id"))
            .ShouldBe(new[] { loaded.Id, known }.Order().Select(id => $"{Tenant} | {id}"));
        (await bank.List("select stream_id, version from mt_events where is_archived order by stream_id, version"))
            .ShouldBe(new[] { $"{loaded.Id} | 1", $"{loaded.Id} | 2", $"{known} | 1" }.Order());
        (await bank.Load(loaded.Id)).State.Balance.ShouldBe(1);
    }

    [Fact]
    public async Task that_have_moved_on_since_they_were_loaded_are_not_archived()
    {
        var loaded = await bank.Load(await bank.Open());
        await Append(loaded.Id).Commit(default);
        var session = bank.Session();
        session.Archive(loaded);

        await Should.ThrowAsync<ConcurrencyException>(session.Commit(default));
        (await bank.Ask("select count(*) from mt_streams where is_archived")).ShouldBe("0");
    }

    [Fact]
    public async Task must_exist()
    {
        var session = bank.Session();
        Should.Throw<ArgumentException>(() => session.Archive(new StreamState<Account>(Guid.CreateVersion7(), Account.Initial, 0)));
        Should.Throw<ArgumentException>(() => session.Archive<Account>(Guid.CreateVersion7(), ExpectedVersion.Any));
        session.Archive<Account>(Guid.CreateVersion7(), ExpectedVersion.MustExist);
        await Should.ThrowAsync<ConcurrencyException>(session.Commit(default));
        (await bank.Count("mt_streams")).ShouldBe(0);
    }

    [Fact]
    public async Task refuse_an_append_that_waited_for_the_archiving()
    {
        var loaded = await bank.Load(await bank.Open());
        var archiving = bank.Session();
        archiving.Archive(loaded);
        var (archived, appended) = await OneAfterTheOther(archiving, Append(loaded.Id));

        await archived;
        await Should.ThrowAsync<StreamIsArchivedException>(appended);
        (await bank.Load(loaded.Id)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task are_not_archived_on_a_state_that_an_append_under_way_outdates()
    {
        var loaded = await bank.Load(await bank.Open());
        var archiving = bank.Session();
        archiving.Archive(loaded);
        var (appended, archived) = await OneAfterTheOther(Append(loaded.Id), archiving);

        await appended;
        await Should.ThrowAsync<ConcurrencyException>(archived);
        (await bank.Ask("select count(*) from mt_events where is_archived")).ShouldBe("0");
    }

    [Fact]
    public async Task take_the_event_of_an_append_under_way_with_them()
    {
        var id = await bank.Open();
        var archiving = bank.Session();
        archiving.Archive<Account>(id, ExpectedVersion.MustExist);
        var (appended, archived) = await OneAfterTheOther(Append(id), archiving);

        await Task.WhenAll(appended, archived);
        (await bank.List("select version from mt_events where is_archived order by version")).ShouldBe(["1", "2"]);
    }

    /// <summary>Holds the first commit at its last statement, the sending of a message, until the second waits for it.</summary>
    async Task<(Task First, Task Second)> OneAfterTheOther(Session first, Session second)
    {
        await using var connection = await bank.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand("lock table messages in share mode", connection))
        {
            await held.ExecuteNonQueryAsync();
        }

        first.Send(new Pay(Guid.CreateVersion7(), 1));
        var one = first.Commit(default);
        await bank.UntilWaiting(1);
        var other = second.Commit(default);
        await bank.UntilWaiting(2);
        await transaction.CommitAsync();
        await Task.WhenAny(Task.WhenAll(one, other));
        return (one, other);
    }

    Session Append(Guid id)
    {
        var session = bank.Session();
        session.Append<Account>(id, ExpectedVersion.Any, new Deposited(3));
        return session;
    }

    async Task<Guid> Archived()
    {
        var id = await bank.Open(new Deposited(3));
        var session = bank.Session();
        session.Archive(await bank.Load(id));
        await session.Commit(default);
        return id;
    }

    async Task<List<string>> Everything() =>
    [
        .. await bank.List("select id, version, timestamp from mt_streams order by id"),
        .. await bank.List("select seq_id from mt_events order by seq_id"),
        .. await bank.List("select account, balance, facts from balances order by account"),
        .. await bank.List("select last_value from mt_events_sequence"),
    ];
}
