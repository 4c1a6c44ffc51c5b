-- No keys where one would hide what the checker looks for: an effect that happened twice stands here twice.

create table balances (account uuid primary key, balance bigint not null, facts bigint not null);

-- Of the async projection.
create table audit (
    position   bigint      not null,
    account    uuid        not null,
    type       varchar     not null,
    audited_at timestamptz not null default clock_timestamp()
);

-- What was sent, written in the commit that sends it.
create table sent (message uuid primary key, kind varchar not null, due timestamptz not null);

-- What handlers did, written in the commit that ends the message.
create table effects (
    message uuid        not null,
    kind    varchar     not null,
    node    varchar     not null,
    attempt int, -- null for messages that are handled together
    at      timestamptz not null default clock_timestamp()
);

-- Of which dead messages somebody was told.
create table told (message uuid not null, reason varchar not null);

-- Written at the end of a run: what a client was told is true, and what was killed when.
create table acknowledged (id uuid primary key, what varchar not null);
create table strikes (
    at   timestamptz not null,
    kind varchar     not null,
    node varchar     not null,
    took int         not null -- milliseconds until PostgreSQL answered and what was struck was started again
);
