-- Tenancy ------------------------------------------------------------------------------------------------------------

-- Keys are kept as hashes only: who reads this table cannot call the API.
create table api_keys (
    id         uuid        primary key,
    tenant_id  varchar     not null,
    name       varchar     not null,
    hash       bytea       not null unique,
    created_at timestamptz not null,
    scope      varchar     not null,
    expires_at timestamptz,
    last_used_at timestamptz,             -- to a minute
    revoked_at timestamptz
);

create index api_keys_by_organisation on api_keys (tenant_id, id);

-- The keys behind the dashboard's cookies and forms, shared by all nodes.
create table data_protection_keys (
    name       varchar     primary key,
    xml        text        not null,
    created_at timestamptz not null
);

-- The first commit of a request inserts its key; the answer is added when it is known.
create table idempotency_keys (
    tenant_id    varchar     not null,
    key          varchar     not null,
    fingerprint  bytea       not null,
    created_at   timestamptz not null,
    status       int,
    content_type varchar,
    location     varchar,
    body         bytea,
    primary key (tenant_id, key)
);

-- Audience: bulk data, not decisions, hence plain tables ----------------------------------------------------------------

create table contacts (
    tenant_id   varchar     not null,
    id          uuid        not null,
    email       varchar,              -- lower case, the domain as its A-label
    first_name  varchar,
    last_name   varchar,
    time_zone   varchar,              -- IANA name
    phone       varchar,              -- E.164
    attributes  jsonb       not null default '{}',
    import_id   uuid,                 -- the last import that named this contact, and the line on which it did:
    import_line bigint,               -- how an import knows a duplicate without remembering the file
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, id),
    constraint can_be_written_to check (email is not null or phone is not null)
);

create unique index contacts_by_email on contacts (tenant_id, email);

-- Not unique: a household shares a telephone.
create index contacts_by_phone on contacts (tenant_id, phone) where phone is not null;

-- Who has no address is known by the number.
create unique index contacts_by_phone_alone on contacts (tenant_id, phone) where email is null;

create table lists (
    tenant_id  varchar     not null,
    id         uuid        not null,
    name       varchar     not null,
    created_at timestamptz not null,
    primary key (tenant_id, id)
);

-- A list can be asked for by its name.
create unique index lists_by_name on lists (tenant_id, lower(name));

create table list_members (
    tenant_id  varchar not null,
    list_id    uuid    not null,
    contact_id uuid    not null,
    primary key (tenant_id, list_id, contact_id)
);

-- Rows that became no contacts, and values that were left out of others: of one row there may be several.
create table import_rejections (
    tenant_id    varchar not null,
    import_id    uuid    not null,
    line         bigint  not null,
    reason       varchar not null,
    value        varchar,
    duplicate_of bigint, -- the line that named the same address before
    primary key (tenant_id, import_id, line, reason)
);

-- Sending: the ledger, an inline projection ----------------------------------------------------------------------------

-- One row per message to one person: the work queue, and who got what. The id begins with the time bits of the campaign's id, so the
-- rows of a campaign are a range of the primary key. An update touches no index.
create table recipients (
    tenant_id       varchar     not null,
    id              uuid        not null,
    campaign_id     uuid        not null,
    step            int         not null, -- of the campaign; 1 where it has no plan
    contact_id      uuid        not null,
    channel         varchar     not null,
    status          varchar     not null,
    category        varchar,              -- of the failure that the reason is about
    reason          varchar,
    batch           int,
    sender_id       uuid,                 -- who writes: the sender of the batch that took the message, until it is sent
    not_before      timestamptz,          -- queued, but not to be taken earlier
    attempts        int         not null,
    provider_message_id varchar,          -- what the provider calls the message
    queued_at       timestamptz not null,
    sent_at         timestamptz,
    delivered_at    timestamptz,
    opened_at       timestamptz,
    clicked_at      timestamptz,
    bounced_at      timestamptz,
    complained_at   timestamptz,
    unsubscribed_at timestamptz,
    timed_out_at    timestamptz,
    primary key (tenant_id, id),
    constraint known_status check (status in ('queued', 'skipped', 'sending', 'sent', 'failed', 'inDoubt'))
) with (
    fillfactor = 60, -- three updates on the way of most recipients: room for the next version beside the row
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0
);

-- Who answers by text message is known by the number only. Nothing in this index ever changes, so no update touches it.
create index recipients_by_contact on recipients (tenant_id, contact_id) where channel = 'sms';

create table campaign_progress (
    tenant_id     varchar not null,
    campaign_id   uuid    not null,
    recipients    bigint  not null default 0, -- everybody but the skipped
    skipped       bigint  not null default 0,
    queued        bigint  not null default 0,
    sending       bigint  not null default 0,
    sent          bigint  not null default 0,
    failed        bigint  not null default 0,
    in_doubt      bigint  not null default 0,
    delivered     bigint  not null default 0,
    opened        bigint  not null default 0,
    clicked       bigint  not null default 0,
    bounced       bigint  not null default 0,
    complained    bigint  not null default 0,
    unsubscribed  bigint  not null default 0,
    timed_out     bigint  not null default 0,
    primary key (tenant_id, campaign_id)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create table batches (
    tenant_id    varchar     not null,
    campaign_id  uuid        not null,
    number       int         not null,
    size         int         not null,
    started_at   timestamptz not null,
    completed_at timestamptz,
    sent         int,
    failed       int,
    in_doubt     int,
    returned     int,
    deferred     int, -- their attempt failed for a reason that passes: queued again, to be tried at a time of their own
    remaining    bigint,
    primary key (tenant_id, campaign_id, number)
);

-- Consent --------------------------------------------------------------------------------------------------------------

create table suppressions (
    tenant_id varchar     not null,
    address   varchar     not null,
    reason    varchar     not null,
    source    varchar     not null,
    since     timestamptz not null,
    primary key (tenant_id, address)
);

-- Tracking -------------------------------------------------------------------------------------------------------------

-- What providers posted, as it came: committed before it is answered, worked on afterwards, kept to be replayed.
create table webhook_bodies (
    id           uuid        primary key,
    tenant_id    varchar     not null,
    provider     varchar     not null,
    target       varchar,    -- to which of the provider's addresses it was posted, with the query: there Twilio repeats our id
    received_at  timestamptz not null,
    body         bytea       not null,
    processed_at timestamptz,
    recorded     int,
    duplicates   int,
    unmatched    int,
    malformed    int
);

-- The latest of one organisation, to look at and to read again.
create index webhook_bodies_by_tenant on webhook_bodies (tenant_id, id);

-- What was recorded before, by hashes of the provider's own event id and of what the event says: webhooks repeat
-- themselves, and not always under the same id.
create table provider_facts (
    tenant_id varchar not null,
    key       uuid    not null,
    primary key (tenant_id, key)
);

-- Kept by the ledger. By campaign too, so that campaigns that share a sender wait for each other at no row: whoever changes one
-- of these holds the campaign's row of progress.
create table sender_health (
    tenant_id   varchar     not null,
    sender_id   uuid        not null,
    hour        timestamptz not null, -- in which it was sent, whenever it bounced or was complained about
    campaign_id uuid        not null,
    sent        int         not null,
    bounced     int         not null,
    complained  int         not null,
    primary key (tenant_id, sender_id, hour, campaign_id)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

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

-- For those who forget what counts no more.
create index permits_by_time on permits (frees_at);

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
-- taker at a time for each limit; the lock ends with the commit. Keys share 512 locks: a batch has a key for each of its contacts, and the locks of all commits stand in one table of fixed size.
create function take_permits(claimed_by uuid, keys varchar[], wanted int[], most int[], periods interval[], held_for interval, at timestamptz)
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
    campaign_id uuid,
    sender_id   uuid,
    reason      varchar     not null,
    raised_at   timestamptz not null,
    resolved_at timestamptz,
    primary key (tenant_id, id)
);

create index alerts_open on alerts (tenant_id, campaign_id) where resolved_at is null;

create index alerts_open_of_senders on alerts (tenant_id, sender_id) where resolved_at is null;

-- Senders, and what they send with -----------------------------------------------------------------------------------

-- An address means one sender. Those who retired may have had it too.
create unique index mt_doc_sender_by_email on mt_doc_sender (tenant_id, (data #>> '{settings,email}')) where data ->> 'retired' = 'false';

-- A confirmation link names nobody: it is found by its hash.
create unique index mt_doc_sender_by_confirmation on mt_doc_sender ((data #>> '{confirmation,hash}')) where data #>> '{confirmation,hash}' is not null;

-- What opens an organisation's accounts at its providers, encrypted. The key is none of the database's: who reads this
-- table cannot send.
create table provider_credentials (
    tenant_id     varchar not null,
    provider      varchar not null,
    id            uuid    not null,
    key_id        varchar not null, -- of the key that they are encrypted with
    sealed        bytea   not null, -- nonce, tag, ciphertext: AES-256-GCM
    superseded_at timestamptz,      -- by newer ones, beside which they are still accepted for a while
    primary key (tenant_id, provider, id)
);

-- Consent: messages that did not get to their address since the last one that did ---------------------------------------

create table unreachable (
    tenant_id    varchar     not null,
    id           uuid        not null, -- of the address's stream
    recipient_id uuid        not null,
    at           timestamptz not null,
    primary key (tenant_id, id, recipient_id)
);

-- Marten's tables, as we use them ------------------------------------------------------------------------------------------

alter table mt_doc_campaign set (fillfactor = 50); -- one row per campaign, rewritten by each batch
alter table mt_streams set (fillfactor = 80); -- each append writes a new version of the stream's row: beside the old one it touches no index

-- That something personal was taken out of stored events: from which streams, why, and who asked for it. What it was stands nowhere.
create table erasures (
    id        uuid        primary key,
    tenant_id varchar     not null,
    streams   uuid[]      not null,
    events    bigint      not null, -- how many were changed
    reason    varchar     not null,
    by_user   varchar,
    at        timestamptz not null
);

-- Messages -------------------------------------------------------------------------------------------------------------------

-- The first thing in the commit of a handler: whether its message is still the node's. A message that is handled by a pass has no owner.
create function hold_message(message uuid, node int) returns void language plpgsql as $$
begin
    perform 1 from wolverine_incoming_envelopes
    where id = message and status <> 'Handled' and (node is null or (owner_id = node and status = 'Incoming'))
    for update;
    if not found then
        raise exception 'The message % is in other hands', message using errcode = 'CE001';
    end if;
end $$;

-- Nobody is left behind but by a node that ended: the next attempt is the second at least, and its start is counted.
create function count_abandoned() returns trigger language plpgsql as $$
begin
    new.attempts := greatest(old.attempts, 1); -- and no more: these are no failures, and its patience with those is as long as before
    return new;
end $$;

create trigger count_abandoned before update of owner_id on wolverine_incoming_envelopes for each row
when (old.owner_id <> 0 and new.owner_id = 0 and old.status = 'Incoming' and new.status = 'Incoming')
execute function count_abandoned();

-- How often the handler of a message was begun without an end: a message that kills its process is dead after some.
create table crash_suspects (
    message_id uuid primary key,
    starts     int  not null
);

-- What failed in every attempt and without which a campaign does not go on: resuming the campaign brings it back.
create table stranded_messages (
    tenant_id   varchar not null,
    campaign_id uuid    not null,
    message_id  uuid    not null,
    primary key (tenant_id, campaign_id, message_id)
);
