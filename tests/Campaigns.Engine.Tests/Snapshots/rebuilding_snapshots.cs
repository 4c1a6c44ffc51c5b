using Campaigns.Engine.Events;
using Campaigns.Engine.Snapshots;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Snapshots;

[Collection("postgres")]
public sealed class rebuilding_snapshots(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;

    public async Task InitializeAsync() => bank = await TestEngine.Start(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task makes_anew_what_is_wrong_stale_lost_or_without_a_stream_and_nothing_else()
    {
        var (right, wrong, stale, lost) = (await Begin("a", "b"), await Begin("a", "b"), await Begin("a", "b"), await Begin("a", "b"));
        var elsewhere = await Begin("other tenant", tenantId: "eve");
        await bank.Ask("""update mt_doc_journal set data = '{"notes": 7, "last": "lie"}' where id in ($1, $2)""", wrong, elsewhere);
        await bank.Ask("""update mt_doc_journal set data = '{"notes": 1, "last": "a"}', mt_version = 1 where id = $1""", stale);
        await bank.Ask("delete from mt_doc_journal where id = $1", lost);
        await bank.Ask("""insert into mt_doc_journal (tenant_id, id, data, mt_version) values ('acme', gen_random_uuid(), '{}', 1)""");
        var untouched = await bank.Ask("select xmin from mt_doc_journal where id = $1", right);

        (await Rebuild()).ShouldBe(5);

        (await Docs()).ShouldBe(await Replayed());
        (await bank.Count("mt_doc_journal")).ShouldBe(5);
        (await bank.Ask("select xmin from mt_doc_journal where id = $1", right)).ShouldBe(untouched);
        (await Rebuild()).ShouldBe(0);
    }

    [Fact]
    public async Task loses_no_stream_between_two_pages()
    {
        foreach (var tenantId in new[] { "acme", "eve" })
        {
            var session = bank.Store.OpenSession(tenantId);
            for (var i = 0; i < 350; i++)
            {
                session.Start<Journal>(Guid.CreateVersion7(), new Noted("one"), new Noted($"{i}"));
            }

            await session.Commit(default);
        }

        await bank.Ask("delete from mt_doc_journal");
        (await Rebuild()).ShouldBe(700);
        (await Docs()).ShouldBe(await Replayed());
    }

    [Fact]
    public async Task finds_what_an_appender_wrote_who_had_loaded_the_wrong_state_before()
    {
        var id = await Begin("a", "b");
        await bank.Ask("""update mt_doc_journal set data = '{"notes": 7, "last": "lie"}'""");
        var loaded = await bank.Store.Load<Journal>(Tenant, id, default);
        var passes = 0;

        // After the first pass, before the second: the append that follows from what was loaded.
        await Rebuild(() => passes++ == 0 ? Append(loaded, "c") : Task.CompletedTask);

        passes.ShouldBe(3);
        (await Docs()).ShouldBe(await Replayed());
    }

    [Fact]
    public async Task while_others_append_leaves_states_that_equal_a_replay()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Begin("a")));
        await bank.Ask("""update mt_doc_journal set data = '{"notes": 7, "last": "lie"}'""");
        using var rebuilt = new CancellationTokenSource();
        var writers = ids.Chunk(2).Select(own => Task.Run(async () =>
        {
            for (var i = 0; !rebuilt.IsCancellationRequested; i++)
            {
                await bank.Store.Decide<Journal>(() => bank.Session(), own[i % 2], (_, _) => Outcome.Record(new Noted("x")), default);
            }
        })).ToList();

        await Rebuild();
        await rebuilt.CancelAsync();
        await Task.WhenAll(writers);

        // None was overwritten by an older state; and a state that followed from a wrong one, loaded before, is put right by the next one.
        (await bank.Count("mt_streams s join mt_doc_journal d using (tenant_id, id) where d.mt_version <> s.version")).ShouldBe(0);
        await Rebuild();
        (await Docs()).ShouldBe(await Replayed());
    }

    async Task<Guid> Begin(string note, string? another = null, string tenantId = Tenant)
    {
        var id = Guid.CreateVersion7();
        var session = bank.Store.OpenSession(tenantId);
        session.Start<Journal>(id, another is null ? [new Noted(note)] : [new Noted(note), new Noted(another)]);
        await session.Commit(default);
        return id;
    }

    async Task Append(StreamState<Journal> loaded, string note)
    {
        var session = bank.Session();
        session.Append(loaded, new Noted(note));
        await session.Commit(default);
    }

    Task<long> Rebuild(Func<Task>? afterPage = null) =>
        bank.Snapshots.Run(bank.Snapshots.Types.ShouldHaveSingleItem(), afterPage is null ? null : new AfterPage(afterPage), default);

    Task<List<string>> Docs() => bank.List("select tenant_id, id, mt_version, data ->> 'notes', data ->> 'last' from mt_doc_journal order by tenant_id, id");

    Task<List<string>> Replayed() => bank.List("""
        select tenant_id, stream_id, max(version), count(*)::text, (array_agg(data ->> 'text' order by version desc))[1]
        from mt_events where type = 'noted' group by tenant_id, stream_id order by tenant_id, stream_id
        """);

    /// <summary>The rebuild goes on when what happens in between has happened.</summary>
    sealed class AfterPage(Func<Task> happens) : IProgress<long>
    {
        public void Report(long value) => happens().GetAwaiter().GetResult();
    }
}
