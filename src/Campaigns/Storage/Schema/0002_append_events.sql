-- Appends any number of events to any number of streams at once, over Marten's own tables (conjoined tenancy, metadata columns on).
-- Streams come as parallel arrays, without repeats; events too, each with its stream and its place (1, 2, 3 ...) among those added to it.
-- expected: n = exactly version n; 0 = must not exist; -1 = any, begun where it is missing; -2 = must exist. A stream to which nothing is added is
-- checked, and held until the commit ends.
-- Rows of streams are written or locked, in the order of their ids, before a position is drawn: a refused append leaves no hole in the
-- positions, and no two appends wait for each other.
create function append_events(
    tenant varchar, recorded_at timestamptz,
    stream_ids uuid[], stream_types varchar[], expected bigint[], added bigint[],
    event_ids uuid[], event_streams uuid[], event_places bigint[],
    event_types varchar[], event_clr_types varchar[], event_bodies jsonb[],
    correlation varchar, causation varchar, by_user varchar
) returns void language plpgsql
-- Plans are made once. PostgreSQL would plan each call anew, because arrays of any length look too dear: four times the work for an
-- append of one event, and no gain for one of thousands. Nor may a plan made while the tables are small read them whole for ever.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
    begun    bigint;
    to_begin bigint;
    fresh    bool;
    refused  text;
begin
    select count(*) filter (where e = 0), bool_and(e = 0) into to_begin, fresh from unnest(expected) e;

    if fresh then
        begin
            insert into mt_streams (tenant_id, id, type, version, timestamp, created)
            select tenant, s.id, s.type, s.added, recorded_at, recorded_at
            from unnest(stream_ids, stream_types, added) s(id, type, added)
            order by s.id;
        exception when unique_violation then
            raise exception 'A stream to be started exists already' using errcode = 'MT003';
        end;

        insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type,
                               correlation_id, causation_id, user_name, is_archived)
        select nextval('mt_events_sequence'), e.id, e.stream, e.place, e.body, e.type, recorded_at, tenant, e.clr_type,
               correlation, causation, by_user, false
        from unnest(event_ids, event_streams, event_places, event_types, event_clr_types, event_bodies)
             e(id, stream, place, type, clr_type, body);
        return;
    end if;

    -- Those that may be begun together with those that must: in two steps, two commits could wait for each other.
    if to_begin > 0 or -1 = any (expected) then
        with written as (
            insert into mt_streams (tenant_id, id, type, version, timestamp, created)
            select tenant, s.id, s.type, case s.expected when 0 then s.added else 0 end, recorded_at, recorded_at
            from unnest(stream_ids, stream_types, expected, added) s(id, type, expected, added)
            where s.expected in (0, -1)
            order by s.id
            on conflict do nothing
            returning version
        )
        select count(*) filter (where version > 0) into begun from written;
        if begun <> to_begin then
            raise exception 'A stream to be started exists already' using errcode = 'MT003';
        end if;
    end if;

    perform 1 from mt_streams s
    where s.tenant_id = tenant and s.id = any (stream_ids)
    order by s.id
    for update;

    select format('Stream %s is archived', s.id) into refused
    from mt_streams s where s.tenant_id = tenant and s.id = any (stream_ids) and s.is_archived limit 1;
    if refused is not null then
        raise exception '%', refused using errcode = 'MT001';
    end if;

    select format('Stream %s is at version %s, expected %s', w.id, coalesce(s.version, 0),
                  case w.expected when -2 then 'it to exist' else w.expected::text end) into refused
    from unnest(stream_ids, expected) w(id, expected)
    left join mt_streams s on s.tenant_id = tenant and s.id = w.id
    where w.expected <> 0 and (s.id is null or (w.expected > 0 and s.version <> w.expected))
    limit 1;
    if refused is not null then
        raise exception '%', refused using errcode = 'MT003';
    end if;

    with moved as (
        update mt_streams s set version = s.version + w.added, timestamp = recorded_at
        from unnest(stream_ids, expected, added) w(id, expected, added)
        where s.tenant_id = tenant and s.id = w.id and w.expected <> 0
        returning s.id, s.version - w.added as before
    )
    insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type,
                           correlation_id, causation_id, user_name, is_archived)
    select nextval('mt_events_sequence'), e.id, e.stream, e.version, e.body, e.type, recorded_at, tenant, e.clr_type,
           correlation, causation, by_user, false
    from (
        select e.id, e.stream, coalesce(moved.before, 0) + e.place as version, e.body, e.type, e.clr_type
        from unnest(event_ids, event_streams, event_places, event_types, event_clr_types, event_bodies)
             with ordinality e(id, stream, place, type, clr_type, body, ordinal)
        left join moved on moved.id = e.stream
        order by e.ordinal
    ) e;
end
$$;
