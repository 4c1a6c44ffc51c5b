using System.Runtime.CompilerServices;
using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Events;

[Collection("postgres")]
public sealed class bulk_starts(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>More than two pages.</summary>
    const int Many = 9000;

    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres, later: AsyncOptions.Default);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task leave_the_rows_that_a_commit_would_have_left()
    {
        var metadata = new Metadata("request-1", "message-2", "ada@example.com", new Dictionary<string, string> { ["source"] = "file" });
        var (copied, committed) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        object[] facts = [new AccountOpened("Ada \u00fc\u0001"), new Deposited(3)];
        await Start([new NewStream(copied, facts)], metadata);
        var session = bank.Session(metadata);
        session.Start<Account>(committed, facts);
        await session.Commit(default);

        (await Rows(copied)).ShouldBe(await Rows(committed));
        (await bank.Events(copied)).Select(fact => fact.Sequence).ShouldBe([1, 2]);
        (await bank.Load(copied)).ShouldBe(new(copied, new Account("Ada \u00fc\u0001", 3, 2), 2));
    }

    [Fact]
    public async Task of_many_pages_lose_nothing_and_keep_the_order()
    {
        var streams = Accounts(Many);
        (await Start(streams)).ShouldBe(Many);

        var facts = await bank.Store.ReadAll().ToListAsync();
        facts.Select(fact => fact.StreamId).ShouldBe(streams.SelectMany(stream => new[] { stream.Id, stream.Id }));
        facts.Select(fact => fact.Version).ShouldBe(streams.SelectMany(_ => new[] { 1L, 2L }));
        (await bank.Count("mt_streams")).ShouldBe(Many);
        (await bank.Ask("select count(*) || ' ' || sum(balance) from balances")).ShouldBe($"{Many} {Enumerable.Range(0, Many).Sum()}");
        (await bank.Count("(select distinct xmin from mt_events) t")).ShouldBe(1);
    }

    [Fact]
    public async Task can_be_appended_to_like_any_stream()
    {
        var id = Guid.CreateVersion7();
        await Start([new NewStream(id, new AccountOpened("Ada"))]);
        var session = bank.Session();
        session.Append(await bank.Load(id), new Deposited(4));
        await session.Commit(default);

        (await bank.Load(id)).ShouldBe(new(id, new Account("Ada", 4, 2), 2));
    }

    [Fact]
    public async Task keep_snapshots_that_equal_a_replay()
    {
        var id = Guid.CreateVersion7();
        await bank.Store.BulkStart<Journal>(Tenant, new[] { new NewStream(id, new Noted("one"), new Noted("two")) }.ToAsyncEnumerable(), null, default);

        (await bank.Ask("select data ->> 'notes' || ' ' || (data ->> 'last') || ' ' || mt_version from mt_doc_journal")).ShouldBe("2 two 2");
        (await bank.Store.Load<Journal>(Tenant, id, default)).ShouldBe(await bank.Store.LoadAt<Journal>(Tenant, id, long.MaxValue, default));
    }

    public static TheoryData<string> Faults => ["exists", "given twice", "without a fact", "too rich", "its source fails"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task of_which_one_is_refused_leave_nothing(string fault)
    {
        var old = await bank.Open();
        var streams = Accounts(Many);
        streams[^1] = fault switch
        {
            "exists" => new NewStream(old, new AccountOpened("Again")),
            "given twice" => streams[0],
            "without a fact" => new NewStream(Guid.CreateVersion7()),
            "too rich" => new NewStream(Guid.CreateVersion7(), new Deposited(1_000_000)),
            _ => null!,
        };

        var start = () => Start(streams);
        await (fault switch
        {
            "exists" or "given twice" => Should.ThrowAsync<ConcurrencyException>(start),
            "without a fact" => Should.ThrowAsync<ArgumentException>(start),
            "too rich" => Should.ThrowAsync<PostgresException>(start),
            _ => (Task)Should.ThrowAsync<NullReferenceException>(start),
        });
        (await bank.Count("mt_streams")).ShouldBe(1);
        (await bank.Count("mt_events")).ShouldBe(1);
        (await bank.Count("balances")).ShouldBe(1);
    }

    [Fact]
    public async Task under_way_are_waited_for_by_readers_of_all_events()
    {
        var (copied, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var starting = bank.Store.BulkStart<Account>(Tenant, Held(), null, default);
        await copied.Task.WaitAsync(Patience);
        await bank.Open();
        var mark = new HighWater(bank.Database);
        await mark.Advance(default);
        await mark.Advance(default);
        (mark.Position, mark.IsHeld).ShouldBe((0, true));

        go.SetResult();
        await starting;
        await mark.Advance(default);
        mark.Position.ShouldBe(2 * 4001 + 1);

        async IAsyncEnumerable<NewStream> Held([EnumeratorCancellation] CancellationToken ct = default)
        {
            foreach (var stream in Accounts(4000)) // a page: asking for the next one, the bulk start has copied it
            {
                yield return stream;
            }

            copied.SetResult();
            await go.Task.WaitAsync(Patience, ct);
            yield return Accounts(1)[0];
        }
    }

    [Fact]
    public async Task tell_what_has_changed_after_the_commit()
    {
        var seen = new List<Task<long>>();
        using var rows = bank.Notifications.Subscribe("balances", () => seen.Add(bank.Count("balances")));
        using var events = bank.Notifications.Subscribe(ProjectionDaemon.Topic, () => seen.Add(bank.Count("mt_events")));
        await Start(Accounts(10));

        (await Task.WhenAll(seen)).ShouldBe([10, 20], ignoreOrder: true);
    }

    [Fact]
    public async Task of_nothing_are_nothing()
    {
        (await Start([])).ShouldBe(0);
        (await bank.Count("mt_streams")).ShouldBe(0);
    }

    Task<long> Start(IReadOnlyList<NewStream> streams, Metadata? metadata = null) =>
        bank.Store.BulkStart<Account>(Tenant, streams.ToAsyncEnumerable(), metadata, default);

    static List<NewStream> Accounts(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new NewStream(Guid.CreateVersion7(), new AccountOpened("Ada"), new Deposited(i)))];

    async Task<List<string>> Rows(Guid id) =>
    [
        .. await bank.List($"select to_jsonb(s) - 'id' from mt_streams s where id = '{id}'"),
        .. await bank.List($"select to_jsonb(e) - 'id' - 'seq_id' - 'stream_id' from mt_events e where stream_id = '{id}' order by version"),
        .. await bank.List($"select to_jsonb(b) - 'account' from balances b where account = '{id}'"),
    ];
}
