-- Whom a campaign goes to, each once, in the order of their ids, and who of them is excepted: the first so many behind an id, or, where that is null,
-- all of them. Of each list no more is read than is asked for. Whoever is excepted is found in the whole of those lists where all are asked for, and
-- looked up one by one (which "offset 0" makes PostgreSQL do) for a chunk, else each chunk would read the whole of them.
create function audience(
    tenant varchar, lists uuid[], picked uuid[], everybody bool, except_lists uuid[], except_contacts uuid[], except_domains varchar[],
    after uuid, most bigint
) returns table (contact_id uuid, excepted bool)
language sql stable parallel safe as $$
    select m.id,
           m.id = any (except_contacts)
           or case when most is null
                then exists (select from list_members x where x.tenant_id = tenant and x.list_id = any (except_lists) and x.contact_id = m.id)
                else exists (select from list_members x where x.tenant_id = tenant and x.list_id = any (except_lists) and x.contact_id = m.id offset 0)
              end
           or cardinality(except_domains) > 0 and case when most is null
                then exists (select from contacts c where c.tenant_id = tenant and split_part(c.email, '@', 2) = any (except_domains) and c.id = m.id)
                else exists (select from contacts c where c.tenant_id = tenant and split_part(c.email, '@', 2) = any (except_domains) and c.id = m.id offset 0)
              end
    from (
        select found.id
        from (
            select member.id
            from unnest(lists) list(id)
            cross join lateral (
                select l.contact_id as id from list_members l
                where l.tenant_id = tenant and l.list_id = list.id and l.contact_id > after
                order by l.contact_id
                limit most
            ) member
            union
            (
                select c.id from contacts c
                where everybody and c.tenant_id = tenant and c.id > after
                order by c.id
                limit most
            )
            union
            select one.id from unnest(picked) one(id) where one.id > after
        ) found
        order by found.id
        limit most
    ) m
    offset 0 -- else PostgreSQL works out who is excepted anew wherever a query asks for it
$$;
