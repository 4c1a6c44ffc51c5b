using Campaigns.Storage.Rebuild;
using Marten;

namespace Campaigns.Server.Tests.Storage;

[Collection("postgres")]
public sealed class rebuilding_snapshots(PostgresFixture postgres) : IAsyncLifetime
{
    Bank bank = null!;

    public async Task InitializeAsync() => bank = await Bank.Open(postgres);

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task finds_nothing_to_change_in_what_marten_kept()
    {
        var id = await bank.Note(null, "\u00fc \"\\ \u0001", "two");
        await bank.Note(id, "three");
        var kept = await bank.Rows("select d.*, xmin from mt_doc_journal d");

        (await Rebuild()).ShouldBe(0);

        (await bank.Rows("select d.*, xmin from mt_doc_journal d")).ShouldBe(kept);
    }

    [Fact]
    public async Task makes_of_nothing_the_documents_that_marten_kept()
    {
        var ids = new[] { await bank.Note(null, "one"), await bank.Note(null, "one", "two"), await bank.Note(null, "\u00fc \"\\ \u0001") };
        await bank.Commit(session => session.Events.ArchiveStream(ids[2]));
        const string kept = "select to_jsonb(d) - 'mt_last_modified' from mt_doc_journal d order by tenant_id, id";
        var before = await bank.Rows(kept);
        await bank.Run("delete from mt_doc_journal");

        (await Rebuild()).ShouldBe(3);

        (await bank.Rows(kept)).ShouldBe(before);
        await bank.Note(ids[1], "three");
        (await bank.Store.Load<Journal>(Bank.Tenant, ids[1], default)).ShouldBe(new(ids[1], new Journal(ids[1], 3, "three"), 3), "Marten goes on with them");
    }

    [Fact]
    public async Task makes_anew_what_is_wrong_stale_lost_or_without_a_stream_and_nothing_else()
    {
        var (right, wrong, stale, lost) = (await bank.Note(null, "a", "b"), await bank.Note(null, "a", "b"), await bank.Note(null, "a", "b"), await bank.Note(null, "a", "b"));
        var elsewhere = Guid.CreateVersion7();
        await bank.Commit(session => session.Events.StartStream<Journal>(elsewhere, new Noted("theirs")), "other");
        await bank.Run("""update mt_doc_journal set data = data || '{"notes": 7, "last": "lie"}' where id in ($1, $2)""", wrong, elsewhere);
        await bank.Run("""update mt_doc_journal set data = data || '{"notes": 1, "last": "a"}', mt_version = 1 where id = $1""", stale);
        await bank.Run("delete from mt_doc_journal where id = $1", lost);
        await bank.Run("""insert into mt_doc_journal (tenant_id, id, data, mt_version) values ('acme', gen_random_uuid(), '{}', 1), ('other', $1, '{}', 1)""", right);
        await bank.Run("insert into mt_doc_journal (tenant_id, id, data, mt_version) values ('acme', $1, '{}', 1)", await bank.OpenAccount());
        var untouched = await bank.Rows($"select d.*, xmin from mt_doc_journal d where id = '{right}' and tenant_id = 'acme'");

        (await Rebuild()).ShouldBe(7, "four states, and three without a stream of the kind");

        (await Kept()).ShouldBe(await Replayed());
        (await bank.Rows($"select d.*, xmin from mt_doc_journal d where id = '{right}'")).ShouldBe(untouched);
        (await Rebuild()).ShouldBe(0);
    }

    [Fact]
    public async Task loses_no_stream_between_two_pages()
    {
        foreach (var tenantId in new[] { "acme", "other" })
        {
            await bank.Commit(
                session =>
                {
                    for (var i = 0; i < 350; i++)
                    {
                        session.Start<Journal>(Guid.CreateVersion7(), new Noted("one"), new Noted($"{i}"));
                    }
                },
                tenantId);
        }

        (await Rebuild()).ShouldBe(700);
        (await Kept()).ShouldBe(await Replayed());
    }

    [Fact]
    public async Task finds_what_was_appended_to_a_wrong_state_that_had_been_loaded_before()
    {
        var id = await bank.Note(null, "a", "b");
        await bank.Run("""update mt_doc_journal set data = data || '{"notes": 7, "last": "lie"}'""");
        await using var session = bank.Session();
        var stream = await session.Events.FetchForWriting<Journal>(id);
        stream.Aggregate.ShouldNotBeNull().Notes.ShouldBe(7);
        stream.AppendOne(new Noted("c"));
        var pages = 0;

        // After the first pass, before the second: the append that follows from what was loaded.
        await Rebuild(() =>
        {
            if (pages++ == 0)
            {
                session.SaveChangesAsync().GetAwaiter().GetResult();
            }
        });

        (await Kept()).ShouldBe(await Replayed());
        (await Kept()).ShouldHaveSingleItem().ShouldContain(",3,3,c)");
    }

    [Fact]
    public async Task while_others_append_leaves_states_that_equal_a_replay()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add(await bank.Note(null, "a"));
        }

        await bank.Run("""update mt_doc_journal set data = data || '{"notes": 7, "last": "lie"}'""");
        using var rebuilt = new CancellationTokenSource();
        var writers = ids.Chunk(2).Select(own => Task.Run(async () =>
        {
            for (var i = 0; !rebuilt.IsCancellationRequested; i++)
            {
                await bank.Note(own[i % 2], "x");
            }
        })).ToList();

        await Rebuild();
        await rebuilt.CancelAsync();
        await Task.WhenAll(writers);

        // None was overwritten by an older state; and a state that followed from a wrong one, loaded before, is put right by the next one.
        (await bank.Number("select count(*) from mt_streams s join mt_doc_journal d using (tenant_id, id) where d.mt_version <> s.version")).ShouldBe(0);
        await Rebuild();
        (await Kept()).ShouldBe(await Replayed());
    }

    [Fact]
    public async Task is_refused_while_the_same_are_being_rebuilt()
    {
        await bank.Note(null, "a");
        Exception? refused = null;

        await Rebuild(() => refused ??= Record.ExceptionAsync(() => Rebuild()).GetAwaiter().GetResult());

        refused.ShouldBeOfType<RebuildRefusedException>().Message.ShouldBe("The snapshots of journal streams are being rebuilt already.");
        (await Rebuild()).ShouldBe(0, "the next one may begin");
    }

    Task<long> Rebuild(Action? afterPage = null) =>
        bank.Snapshots.Run(bank.Snapshots.Kinds.Single(kind => kind.Alias == "journal"), afterPage is null ? null : new AfterPage(afterPage), default);

    Task<List<string>> Kept() => bank.Rows("select tenant_id, id, mt_version, data ->> 'notes', data ->> 'last' from mt_doc_journal order by tenant_id, id");

    Task<List<string>> Replayed() => bank.Rows("""
        select tenant_id, stream_id, max(version), count(*), (array_agg(data ->> 'text' order by version desc))[1]
        from mt_events where type = 'noted' group by tenant_id, stream_id order by tenant_id, stream_id
        """);

    /// <summary>The rebuild goes on when what happens in between has happened.</summary>
    sealed class AfterPage(Action happens) : IProgress<long>
    {
        public void Report(long value) => happens();
    }
}
