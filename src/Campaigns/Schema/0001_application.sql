-- Tenancy ------------------------------------------------------------------------------------------------------------

create table mt_doc_organisation (
    tenant_id        varchar not null default '*DEFAULT*',
    id               uuid    not null,
    data             jsonb   not null,
    mt_last_modified timestamptz default transaction_timestamp(),
    mt_dotnet_type   varchar,
    mt_version       bigint  not null default 0,
    constraint pkey_mt_doc_organisation_tenant_id_id primary key (tenant_id, id)
);

-- Keys are kept as hashes only: who reads this table cannot call the API.
create table api_keys (
    id         uuid        primary key,
    tenant_id  varchar     not null,
    name       varchar     not null,
    hash       bytea       not null unique,
    created_at timestamptz not null,
    revoked_at timestamptz
);

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
    email       varchar     not null, -- trimmed, lower case
    first_name  varchar,
    last_name   varchar,
    time_zone   varchar,              -- IANA name
    attributes  jsonb       not null default '{}',
    import_id   uuid,                 -- the last import that named this contact, and the line on which it did:
    import_line bigint,               -- how an import knows a duplicate without remembering the file
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (tenant_id, id)
);

create unique index contacts_by_email on contacts (tenant_id, email);

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

create table mt_doc_import (
    tenant_id        varchar not null default '*DEFAULT*',
    id               uuid    not null,
    data             jsonb   not null,
    mt_last_modified timestamptz default transaction_timestamp(),
    mt_dotnet_type   varchar,
    mt_version       bigint  not null default 0,
    constraint pkey_mt_doc_import_tenant_id_id primary key (tenant_id, id)
);

create table import_rejections (
    tenant_id    varchar not null,
    import_id    uuid    not null,
    line         bigint  not null,
    reason       varchar not null,
    value        varchar,
    duplicate_of bigint, -- the line that named the same address before
    primary key (tenant_id, import_id, line)
);

-- Authoring and planning: the state of each stream as Marten's snapshot document -----------------------------------------

create table mt_doc_template (
    tenant_id        varchar not null default '*DEFAULT*',
    id               uuid    not null,
    data             jsonb   not null,
    mt_last_modified timestamptz default transaction_timestamp(),
    mt_dotnet_type   varchar,
    mt_version       bigint  not null default 0,
    constraint pkey_mt_doc_template_tenant_id_id primary key (tenant_id, id)
);

create table mt_doc_campaign (
    tenant_id        varchar not null default '*DEFAULT*',
    id               uuid    not null,
    data             jsonb   not null,
    mt_last_modified timestamptz default transaction_timestamp(),
    mt_dotnet_type   varchar,
    mt_version       bigint  not null default 0,
    constraint pkey_mt_doc_campaign_tenant_id_id primary key (tenant_id, id)
) with (fillfactor = 50); -- one row per campaign, rewritten by each batch

-- Sending: the ledger, an inline projection ----------------------------------------------------------------------------

-- One row per campaign and contact: the work queue, and who got what. The id begins with the time bits of the campaign's
-- id, so the rows of a campaign are a range of the primary key. No other index: an update never touches one.
create table recipients (
    tenant_id       varchar     not null,
    id              uuid        not null,
    campaign_id     uuid        not null,
    contact_id      uuid        not null,
    status          varchar     not null,
    reason          varchar,
    batch           int,
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
    received_at  timestamptz not null,
    body         bytea       not null,
    processed_at timestamptz,
    recorded     int,
    duplicates   int,
    unmatched    int,
    malformed    int
);

-- What was recorded before, by hashes of the provider's own event id and of what the event says: webhooks repeat
-- themselves, and not always under the same id.
create table provider_facts (
    tenant_id varchar not null,
    key       uuid    not null,
    primary key (tenant_id, key)
);
