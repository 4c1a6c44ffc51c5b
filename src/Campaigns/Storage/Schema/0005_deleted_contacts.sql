-- Where the messages went of contacts that were deleted: their links to unsubscribe, and what providers tell, go on to concern these addresses.
-- Who is erased goes from here too.
create table deleted_contacts (
    tenant_id  varchar     not null,
    id         uuid        not null,
    email      varchar,
    phone      varchar,
    deleted_at timestamptz not null,
    primary key (tenant_id, id)
);
