select min(m.due)
from unnest($2::smallint[]) p(priority)
cross join lateral (
    select due from messages
    where queue = $1 and priority = p.priority and dead_at is null and handled_at is null and claim is null and kind = any ($3::varchar[])
    order by due
    limit 1
) m
