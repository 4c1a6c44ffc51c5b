-- Limits by contact: many in one commit, and many rows for long ---------------------------------------------------------

-- Keys share 512 locks: a batch has a key for each of its contacts, and the locks of all commits stand in one table of fixed size.
create or replace function take_permits(claimed_by uuid, keys varchar[], wanted int[], most int[], periods interval[], held_for interval, at timestamptz)
    returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(7201, slot) from (select distinct hashtext(key) & 511 as slot from unnest(keys) key order by 1) locks;
    -- Not those that are about to be free: others, who begin before that, still count them.
    delete from permits where limit_key = any (keys) and frees_at <= at - interval '1 second';
    if exists (
        select from unnest(keys, wanted, most) w(key, wanted, most)
        where w.wanted + (select coalesce(sum(p.count), 0) from permits p where p.limit_key = w.key and p.frees_at > at) > w.most
    ) then
        raise exception 'Somebody else was faster with a limit' using errcode = 'CP001';
    end if;
    insert into permits (limit_key, frees_at, claim, period, count)
    select w.key, at + w.period + held_for, claimed_by, w.period, w.wanted
    from unnest(keys, wanted, periods) w(key, wanted, period);
end $$;

-- For those who forget what counts no more.
create index permits_by_time on permits (frees_at);
