create table balances (
    tenant_id varchar not null,
    account   uuid    not null,
    balance   bigint  not null check (balance < 1000000),
    facts     bigint  not null,
    primary key (tenant_id, account)
);

create table later_balances (like balances including all);

create table mt_doc_journal (
    tenant_id        varchar     not null default '*DEFAULT*',
    id               uuid        not null,
    data             jsonb       not null,
    mt_last_modified timestamptz default transaction_timestamp(),
    mt_dotnet_type   varchar,
    mt_version       bigint      not null default 0,
    constraint pkey_mt_doc_journal_tenant_id_id primary key (tenant_id, id)
);
