-- Which addresses a contact had until it was changed or deleted: messages went there, so their links to unsubscribe, and what providers tell of
-- them, concern these addresses. Who is erased goes from here too.
create table former_addresses (
    tenant_id  varchar     not null,
    contact_id uuid        not null,
    until      timestamptz not null,
    email      varchar,
    phone      varchar,
    primary key (tenant_id, contact_id, until)
);

-- Who answers by text message is known by the number only.
create index former_addresses_by_phone on former_addresses (tenant_id, phone) where phone is not null;

insert into former_addresses (tenant_id, contact_id, until, email, phone)
select tenant_id, id, deleted_at, email, phone from deleted_contacts;

drop table deleted_contacts;

-- The addresses that a contact had at a time, hence where a batch that began then wrote to; the present ones where no time is given. No view over the
-- ledger: a rebuild puts another table in its place.
create function addresses_at(tenant varchar, contact uuid, at timestamptz) returns table (email varchar, phone varchar)
language sql stable parallel safe as $$
    select case when f.contact_id is null then c.email else f.email end,
           case when f.contact_id is null then c.phone else f.phone end
    from (select contact) asked(id)
    left join contacts c on c.tenant_id = tenant and c.id = asked.id
    left join lateral (
        select former.contact_id, former.email, former.phone
        from former_addresses former
        where former.tenant_id = tenant and former.contact_id = asked.id and former.until >= at
        order by former.until
        limit 1
    ) f on true
$$;
