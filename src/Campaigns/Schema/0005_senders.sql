-- Tenancy: who sends, and with which credentials ----------------------------------------------------------------------

create table mt_doc_sender (
    tenant_id        varchar not null default '*DEFAULT*',
    id               uuid    not null,
    data             jsonb   not null,
    mt_last_modified timestamptz default transaction_timestamp(),
    mt_dotnet_type   varchar,
    mt_version       bigint  not null default 0,
    constraint pkey_mt_doc_sender_tenant_id_id primary key (tenant_id, id)
);

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
