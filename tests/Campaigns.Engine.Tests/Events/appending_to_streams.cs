using Campaigns.Engine.Events;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Events;

[Collection("postgres")]
public sealed class appending_to_streams(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task many_streams_are_one_commit()
    {
        var accounts = Enumerable.Range(0, 1000).Select(_ => Guid.CreateVersion7()).ToList();
        var session = bank.Session();
        accounts.ForEach(id => session.Start<Account>(id, new AccountOpened("Ada"), new Deposited(5)));
        await session.Commit(default);

        (await bank.Count("mt_streams")).ShouldBe(1000);
        (await bank.Count("mt_events")).ShouldBe(2000);
        (await bank.Count("(select distinct xmin from mt_events) t")).ShouldBe(1);
        (await bank.Events(accounts[500])).Select(fact => fact.Version).ShouldBe([1, 2]);
        (await bank.Load(accounts[999])).ShouldBe(new(accounts[999], new Account("Ada", 5, 2), 2));
    }

    [Fact]
    public async Task old_and_new_streams_with_every_expectation_are_one_commit()
    {
        var (exactly, mustExist, anyOld) = (await bank.Open(), await bank.Open(), await bank.Open());
        var (started, anyNew) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var session = bank.Session();
        session.Append<Account>(exactly, ExpectedVersion.Exactly(1), new Deposited(1), new Deposited(10));
        session.Start<Account>(started, new AccountOpened("Eve"));
        session.Append<Account>(mustExist, ExpectedVersion.MustExist, new Deposited(2));
        session.Append<Account>(anyNew, ExpectedVersion.Any, new Deposited(3));
        session.Append<Account>(anyOld, ExpectedVersion.Any, new Deposited(4));
        session.Append<Account>(started, ExpectedVersion.MustExist, new Deposited(5));
        await session.Commit(default);

        (await bank.Load(exactly)).ShouldBe(new(exactly, new Account("Ada", 11, 3), 3));
        (await bank.Load(mustExist)).ShouldBe(new(mustExist, new Account("Ada", 2, 2), 2));
        (await bank.Load(anyNew)).ShouldBe(new(anyNew, new Account("", 3, 1), 1));
        (await bank.Load(anyOld)).ShouldBe(new(anyOld, new Account("Ada", 4, 2), 2));
        (await bank.Load(started)).ShouldBe(new(started, new Account("Eve", 5, 2), 2));
        (await bank.List("select s.version - count(*) from mt_streams s join mt_events e on e.stream_id = s.id group by s.id, s.version"))
            .ShouldAllBe(difference => difference == "0");
    }

    [Fact]
    public async Task a_commit_that_hangs_on_a_stream_is_refused_when_that_has_moved_on()
    {
        var id = await bank.Open();
        var loaded = await bank.Load(id);
        var still = bank.Session();
        still.Expect(loaded);
        still.Send(new Pay(id, 1));
        await still.Commit(default);
        (await bank.Load(id)).Version.ShouldBe(1);

        var moved = bank.Session();
        moved.Append(loaded, new Deposited(1));
        await moved.Commit(default);
        var late = bank.Session();
        late.Expect(loaded);
        late.Send(new Pay(id, 1));
        await Should.ThrowAsync<ConcurrencyException>(late.Commit(default));
        (await bank.Count("messages")).ShouldBe(1);
    }

    [Fact]
    public async Task positions_follow_the_order_of_the_appends()
    {
        var (first, second) = (await bank.Open(), Guid.CreateVersion7());
        var session = bank.Session();
        session.Append<Account>(first, ExpectedVersion.Any, new Deposited(1));
        session.Start<Account>(second, new AccountOpened("Eve"));
        session.Append<Account>(first, ExpectedVersion.Any, new Deposited(2));
        await session.Commit(default);

        var facts = await bank.Store.ReadAll(afterPosition: 1).ToListAsync();
        facts.Select(fact => fact.Data).ShouldBe([new Deposited(1), new AccountOpened("Eve"), new Deposited(2)]);
        facts.Select(fact => fact.Version).ShouldBe([2, 1, 3]);
    }

    public static TheoryData<string> Refusals => ["exactly", "too far", "missing", "must not exist", "must exist", "started twice"];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task an_unexpected_version_writes_nothing_and_draws_no_position(string refusal)
    {
        var old = await bank.Open(new Deposited(1));
        var missing = Guid.CreateVersion7();
        var bystander = await bank.Open();
        var before = await Everything();

        var session = bank.Session();
        session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("Bystander"));
        session.Append<Account>(bystander, ExpectedVersion.Any, new Deposited(7));
        session.Send(new Pay(bystander, 7));
        switch (refusal)
        {
            case "exactly": session.Append<Account>(old, ExpectedVersion.Exactly(1), new Deposited(2)); break;
            case "too far": session.Append<Account>(old, ExpectedVersion.Exactly(3), new Deposited(2)); break;
            case "missing": session.Append<Account>(missing, ExpectedVersion.Exactly(3), new Deposited(2)); break;
            case "must not exist": session.Append<Account>(old, ExpectedVersion.MustNotExist, new Deposited(2)); break;
            case "must exist": session.Append<Account>(missing, ExpectedVersion.MustExist, new Deposited(2)); break;
            default: session.Start<Account>(old, new AccountOpened("Again")); break;
        }

        await Should.ThrowAsync<ConcurrencyException>(session.Commit(default));
        (await Everything()).ShouldBe(before);
    }

    [Fact]
    public async Task starting_only_streams_of_which_one_exists_writes_nothing()
    {
        var old = await bank.Open();
        var before = await Everything();
        var session = bank.Session();
        session.Start<Account>(Guid.CreateVersion7(), new AccountOpened("New"));
        session.Start<Account>(old, new AccountOpened("Again"));

        await Should.ThrowAsync<ConcurrencyException>(session.Commit(default));
        (await Everything()).ShouldBe(before);
    }

    [Fact]
    public async Task the_same_id_is_another_stream_for_another_tenant()
    {
        var id = await bank.Open();
        var other = bank.Store.OpenSession("other");
        other.Start<Account>(id, new AccountOpened("Eve"));
        await other.Commit(default);

        (await bank.Load(id)).State.Owner.ShouldBe("Ada");
        (await bank.Store.Load<Account>("other", id, default)).State.Owner.ShouldBe("Eve");
    }

    [Fact]
    public async Task who_and_what_caused_an_event_is_stored_with_it()
    {
        var id = Guid.CreateVersion7();
        var session = bank.Session(new Metadata("request-1", "message-2", "ada@example.com"));
        session.Start<Account>(id, new AccountOpened("Ada"));
        await session.Commit(default);

        var opened = (await bank.Events(id)).ShouldHaveSingleItem();
        opened.Metadata.ShouldBe(new Metadata("request-1", "message-2", "ada@example.com"));
        opened.Timestamp.ShouldBe(bank.Clock.Now);
        opened.TenantId.ShouldBe(Tenant);
        opened.TypeName.ShouldBe("account_opened");
        (await bank.Ask("select mt_dotnet_type from mt_events")).ShouldBe("Campaigns.Engine.Tests.AccountOpened, Campaigns.Engine.Tests");
        (await bank.Ask("select type from mt_streams")).ShouldBe("account");
    }

    [Fact]
    public async Task headers_are_stored_with_every_event_of_the_commit_and_nothing_is_where_there_are_none()
    {
        var (id, plain) = (Guid.CreateVersion7(), await bank.Open());
        var session = bank.Session(new Metadata(Headers: new Dictionary<string, string> { ["source"] = "import", ["row"] = "7" }));
        session.Start<Account>(id, new AccountOpened("Ada"), new Deposited(1));
        await session.Commit(default);

        foreach (var fact in await bank.Events(id))
        {
            fact.Metadata.Headers.ShouldBe(new Dictionary<string, string> { ["row"] = "7", ["source"] = "import" }, ignoreOrder: true);
        }

        (await bank.Events(plain)).ShouldHaveSingleItem().Metadata.ShouldBe(Metadata.None);
        (await bank.List("select version from mt_events where headers is null")).ShouldBe(["1"]);
        var exported = await bank.Store.ReadStored(1, null).ToListAsync();
        exported.Select(stored => stored.Headers!["row"]).ShouldBe(["7", "7"]);
    }

    [Fact]
    public async Task headers_of_another_program_are_read_whatever_they_hold()
    {
        var id = await bank.Open();
        await bank.Ask("""update mt_events set headers = '{"attempt": 2, "from": {"name": "Ada"}, "text": "plain"}'""");

        (await bank.Events(id))[0].Metadata.Headers.ShouldBe(
            new Dictionary<string, string> { ["attempt"] = "2", ["from"] = """{"name": "Ada"}""", ["text"] = "plain" }, ignoreOrder: true);
    }

    [Fact]
    public async Task a_commit_without_anything_in_it_is_no_commit() => await bank.Session().Commit(default);

    [Fact]
    public async Task appending_nothing_begins_no_stream()
    {
        var session = bank.Session();
        session.Append<Account>(Guid.CreateVersion7(), ExpectedVersion.Any);
        session.Append<Account>(await bank.Open(), ExpectedVersion.Any, new Deposited(1));
        await session.Commit(default);

        (await bank.Count("mt_streams")).ShouldBe(1);
        Should.Throw<ArgumentException>(() => bank.Session().Start<Account>(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task two_decisions_on_the_same_version_in_one_commit_are_refused_at_once()
    {
        var loaded = await bank.Load(await bank.Open());
        var session = bank.Session();
        var after = session.Append(loaded, new Deposited(1));

        Should.Throw<InvalidOperationException>(() => session.Append(loaded, new Deposited(2)));
        session.Append(after, new Deposited(3));
        await session.Commit(default);
        (await bank.Load(loaded.Id)).State.Balance.ShouldBe(4);
    }

    async Task<List<string>> Everything() =>
    [
        .. await bank.List("select id, version, timestamp from mt_streams order by id"),
        .. await bank.List("select seq_id from mt_events order by seq_id"),
        .. await bank.List("select account, balance, facts from balances order by account"),
        .. await bank.List("select id from messages"),
        .. await bank.List("select last_value from mt_events_sequence"),
    ];
}
