using Campaigns.Storage.Rebuild;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Support;

/// <summary>Whether what the tables say adds up.</summary>
static class Books
{
    const string LastEvent = "select coalesce(max(seq_id), 0) from mt_events";

    /// <summary>The counters of progress and of senders are what a count over the recipients comes to, and nobody was recorded as sent twice.</summary>
    public static async Task ShouldAddUp(this IDocumentStore store) => (await store.Violations(Invariants.Always)).ShouldBeEmpty();

    /// <summary>Rebuilt from the events, every row is what it was. Events that come meanwhile, as from a look-up, change rows: then once more.</summary>
    public static async Task ShouldSurviveARebuild(this IServiceProvider services)
    {
        var store = services.GetRequiredService<IDocumentStore>();
        var rebuild = services.GetRequiredService<ProjectionRebuild>();
        foreach (var projection in rebuild.Projections)
        {
            List<string> before, after;
            long lastEvent;
            do
            {
                lastEvent = await store.Number(LastEvent);
                before = await Rows(store, projection);
                await rebuild.Run(projection, null, CancellationToken.None);
                after = await Rows(store, projection);
            }
            while (await store.Number(LastEvent) != lastEvent);

            after.Except(before).Take(5).ShouldBeEmpty();
            after.Count.ShouldBe(before.Count);
        }
    }

    public static async Task<long> Number(this IDocumentStore store, string query) => long.Parse((await store.Texts($"select ({query})::text")).Single(), null);

    /// <summary>How many messages wait in a queue, due or not.</summary>
    public static async Task<int> Waiting(this IServiceProvider services, string queue)
    {
        var names = Workers.Queues(services)[queue].ToHashSet();
        var waiting = await services.GetRequiredService<IDocumentStore>().Texts("select message_type from wolverine_incoming_envelopes where status <> 'Handled'");
        return waiting.Count(names.Contains);
    }

    /// <summary>Gives a recipient another id, as if it had been queued under it.</summary>
    public static Task RenameRecipient(this IDocumentStore store, Guid id, Guid other) => store.Texts($"""
        insert into mt_streams select (jsonb_populate_record(s, jsonb_build_object('id', '{other}'))).* from mt_streams s where id = '{id}';
        update mt_events set stream_id = '{other}' where stream_id = '{id}';
        delete from mt_streams where id = '{id}';
        update recipients set id = '{other}' where id = '{id}' returning id::text;
        """);

    public static async Task<List<string>> Texts(this IDocumentStore store, string query)
    {
        await using var command = store.Database.CreateCommand(query);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    static async Task<List<string>> Rows(IDocumentStore store, InlineProjection projection)
    {
        var rows = new List<string>();
        foreach (var table in projection.Tables)
        {
            rows.AddRange(await store.Texts($"select '{table} ' || t::text from {table} t"));
        }

        return rows;
    }
}
