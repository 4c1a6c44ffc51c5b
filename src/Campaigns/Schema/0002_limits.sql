-- Limits: what was used of each, shared by all nodes ----------------------------------------------------------------------

-- A permit counts against its limit from the commit of the claim until a whole period after its message was handed over, which
-- makes the windows slide and exact: no two moments a period apart lie around more messages than the limit allows. While a batch
-- is out its permits carry the claim; when it is closed they are added up to one row for each thousandth of a period.
create table permits (
    limit_key varchar     not null,
    frees_at  timestamptz not null,
    claim     uuid        not null, -- zero for those of closed batches
    period    interval    not null,
    count     int         not null,
    primary key (limit_key, frees_at, claim)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create index permits_by_claim on permits (claim) where claim <> '00000000-0000-0000-0000-000000000000';

-- Who waits for a limit, so that those who come back to it share what has become free.
create table limit_waits (
    limit_key   varchar     not null,
    campaign_id uuid        not null,
    since       timestamptz not null,
    until       timestamptz not null, -- when it comes back
    wanted      int         not null,
    weight      int         not null,
    primary key (limit_key, campaign_id)
) with (fillfactor = 50);

-- Takes permits for a claim whose first message goes out at a time, or refuses all of it when one of the limits has not as many left then. One
-- taker at a time for each limit; the lock ends with the commit.
create function take_permits(claimed_by uuid, keys varchar[], wanted int[], most int[], periods interval[], held_for interval, at timestamptz)
    returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(7201, hash) from (select distinct hashtext(key) as hash from unnest(keys) key order by 1) locks;
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

-- What a provider asked for ---------------------------------------------------------------------------------------------

-- How an account at a provider does: shared by all nodes, so that one refusal slows down all of them.
create table provider_accounts (
    tenant_id       varchar     not null,
    provider        varchar     not null,
    slow_until      timestamptz,          -- too much at once: nothing goes out before
    slowed          int         not null, -- how many times in a row
    errors_in_a_row int         not null,
    reason          varchar,
    primary key (tenant_id, provider)
);

-- Sending later ---------------------------------------------------------------------------------------------------------

alter table recipients
    add column not_before timestamptz, -- queued, but not to be taken earlier
    add column attempts   int not null default 0;

-- Queued recipients with a time of their own, in the order in which they come back. Kept by the ledger.
create table deferrals (
    tenant_id    varchar     not null,
    campaign_id  uuid        not null,
    due          timestamptz not null,
    recipient_id uuid        not null,
    reason       varchar     not null,
    limit_key    varchar,
    primary key (tenant_id, campaign_id, due, recipient_id)
);

-- The end of the line at a limit.
create index deferrals_by_limit on deferrals (limit_key, due) where limit_key is not null;

-- What waits for a person -----------------------------------------------------------------------------------------------

create table alerts (
    tenant_id   varchar     not null,
    id          uuid        not null, -- of the event that raised it
    campaign_id uuid        not null,
    reason      varchar     not null,
    raised_at   timestamptz not null,
    resolved_at timestamptz,
    primary key (tenant_id, id)
);

create index alerts_open on alerts (tenant_id, campaign_id) where resolved_at is null;
