-- Files of contacts that were sent to be taken in without anyone waiting: in UTF-8, in parts of one size but for the last. Gone when they are in.
create table import_parts (
    tenant_id varchar     not null,
    import_id uuid        not null,
    part      int         not null, -- from 0
    content   bytea       not null,
    kept_at   timestamptz not null,
    primary key (tenant_id, import_id, part)
);

alter table import_parts alter column content set storage external; -- so that some bytes are read without the rest

-- Whom a dry run has seen: it makes no contacts that would remember it. A hash of the address or number, and gone with the end of the run.
create table import_keys (
    tenant_id varchar not null,
    import_id uuid    not null,
    key       uuid    not null,
    line      bigint  not null,
    primary key (tenant_id, import_id, key)
);

-- What somebody last said the columns of a file are: for the next one with the very same columns.
create table import_layouts (
    tenant_id varchar     not null,
    layout    uuid        not null, -- of the names of the columns, in their order
    map       jsonb       not null,
    kept_at   timestamptz not null,
    primary key (tenant_id, layout)
);
