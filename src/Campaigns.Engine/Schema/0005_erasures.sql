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
