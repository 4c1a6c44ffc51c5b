using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>What webhooks write, in plain SQL: a commit for the body, then one for its events, two keys of each, and the rows of the recipients.</summary>
sealed class RawWebhooks(NpgsqlDataSource database)
{
    public static async Task<RawWebhooks> Start(Bench bench, IReadOnlyList<Guid> recipients)
    {
        var database = await bench.NewPlainDatabase("""
            create table bare_bodies (id uuid primary key, body bytea, processed_at timestamptz);
            create table bare_keys (key uuid primary key);
            create table bare_events (seq_id bigserial primary key, stream_id uuid, version bigint, type varchar, data jsonb, timestamp timestamptz default now());
            create table bare_recipients (id uuid primary key, opened_at timestamptz) with (fillfactor = 60)
            """);
        await Bench.Execute(database, "insert into bare_recipients (id) select id from unnest($1) id", recipients.ToArray());
        return new RawWebhooks(database);
    }

    /// <returns>How long the commits of the bodies took.</returns>
    public async Task<IEnumerable<TimeSpan>> Take(IReadOnlyList<WebhookPost> posts)
    {
        var times = new ConcurrentBag<TimeSpan>();
        await Parallel.ForEachAsync(posts, new ParallelOptions { MaxDegreeOfParallelism = WebhookPoster.AtOnce }, async (post, _) =>
        {
            var id = Guid.CreateVersion7();
            var started = Stopwatch.GetTimestamp();
            await Bench.Execute(database, "insert into bare_bodies (id, body) values ($1, $2)", id, Encoding.UTF8.GetBytes(post.Body));
            times.Add(Stopwatch.GetElapsedTime(started));
            await Bench.Execute(database, """
                with keys as (
                    insert into bare_keys select gen_random_uuid() from unnest($2) id, generate_series(1, 2)
                ),
                events as (
                    insert into bare_events (stream_id, version, type, data) select id, 3, 'opened', jsonb_build_object('at', now()) from unnest($2) id
                ),
                recipients as (
                    update bare_recipients set opened_at = now() where id = any ($2)
                )
                update bare_bodies set processed_at = now() where id = $1
                """, id, post.Recipients);
        });
        return times;
    }
}
