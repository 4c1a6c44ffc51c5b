using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>What hydrating and sending write, in plain SQL: an event and a row for each recipient, then two updates and a second event.</summary>
sealed class RawLedger(NpgsqlDataSource database)
{
    const int Chunk = 1000;

    public static async Task<RawLedger> Start(Bench bench)
    {
        var database = await bench.NewPlainDatabase("""
            create table bare_events (seq_id bigserial primary key, stream_id uuid, version bigint, type varchar, data jsonb, timestamp timestamptz default now());
            create table bare_recipients (id uuid primary key, status varchar, sent_at timestamptz) with (fillfactor = 60);
            create table bare_timers (id uuid primary key default gen_random_uuid(), due timestamptz, body jsonb)
            """);
        return new RawLedger(database);
    }

    public async Task<Guid[]> Hydrate(int recipients)
    {
        var ids = Enumerable.Range(0, recipients).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var chunk in ids.Chunk(Chunk))
        {
            await Run(chunk, """
                with events as (
                    insert into bare_events (stream_id, version, type, data)
                    select id, 1, 'queued', jsonb_build_object('campaignId', id, 'contactId', id) from unnest($1) id
                )
                insert into bare_recipients (id, status) select id, 'queued' from unnest($1) id
                """);
        }

        return ids;
    }

    public async Task Send(Guid[] ids)
    {
        foreach (var chunk in ids.Chunk(Chunk))
        {
            await Run(chunk, "update bare_recipients set status = 'sending' where id = any ($1)");
            await Run(chunk, """
                with events as (
                    insert into bare_events (stream_id, version, type, data)
                    select id, 2, 'sent', jsonb_build_object('batch', 1) from unnest($1) id
                ),
                timers as (
                    insert into bare_timers (due, body) select now() + interval '3 days', jsonb_build_object('recipientId', id) from unnest($1) id
                )
                update bare_recipients set status = 'sent', sent_at = now() where id = any ($1)
                """);
        }
    }

    async Task Run(Guid[] chunk, string statement)
    {
        await using var command = database.CreateCommand(statement);
        command.Parameters.Add(new() { Value = chunk });
        await command.ExecuteNonQueryAsync();
    }
}
