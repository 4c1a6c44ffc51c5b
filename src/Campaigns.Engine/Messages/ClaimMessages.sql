-- Priority by priority, each in the order of the due times, from one range of the index each. Gathered in an array, which is made once and
-- looked up by the primary key: a join would be planned for a tenth of the table, because the limit is not known then.
update messages
set claim = $4, claimed_until = $5, attempts = attempts + 1, lost = case when claim is null then lost else lost + 1 end
where id = any (array(
    select m.id
    from unnest($6::smallint[]) p(priority)
    cross join lateral (
        select id from messages
        where queue = $1 and priority = p.priority and dead_at is null and handled_at is null
          and due <= $2 and (claimed_until is null or claimed_until <= $2) and kind = any ($7::varchar[])
        order by due
        limit $3
        for update skip locked
    ) m
    limit $3
))
returning id, kind, tenant_id, body, due, attempts, correlation_id, priority, lost
