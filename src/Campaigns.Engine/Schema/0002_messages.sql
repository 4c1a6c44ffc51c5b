-- Durable messages: outbox, schedule, retries and dead letters in one table. "Now" is due now, a retry is a later
-- due time, dead is a time of death with a reason. A handled message is deleted in the commit of its effects.
create table messages (
    id             uuid        not null primary key,
    queue          varchar     not null,
    kind           varchar     not null,
    tenant_id      varchar     not null,
    body           jsonb       not null,
    due            timestamptz not null,
    sent_at        timestamptz not null,
    attempts       int         not null default 0,
    claimed_until  timestamptz,
    claim          uuid,
    last_error     varchar,
    dead_at        timestamptz,
    correlation_id varchar,
    causation_id   varchar,
    constraint a_claim_has_an_end check ((claim is null) = (claimed_until is null))
) with (
    fillfactor = 70, -- claims then update the row beside itself and touch no index
    -- A queue is a small table with many dead rows: vacuum by count rather than by share, and without pauses.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
);

create index messages_due on messages (queue, due) where dead_at is null;
create index messages_dead on messages (dead_at) where dead_at is not null;

-- Removes handled messages, or fails when the claim on one of them was lost: then another worker owns its effects.
create function complete_messages(ids uuid[], claimed uuid) returns void language plpgsql as $$
declare
    removed bigint;
begin
    if cardinality(ids) = 1 then
        -- The usual case, apart because a plan for arrays of any length looks too dear to be kept: it would be made anew each time.
        delete from messages where id = ids[1] and claim = claimed;
    else
        delete from messages where id = any (ids) and claim = claimed;
    end if;
    get diagnostics removed = row_count;
    if removed <> cardinality(ids) then
        raise exception 'The claim on % of % messages was lost', cardinality(ids) - removed, cardinality(ids)
            using errcode = 'CE001';
    end if;
end
$$;
