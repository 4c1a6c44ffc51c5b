with due as (
    select id from messages
    where queue = $1 and dead_at is null and due <= $2 and (claimed_until is null or claimed_until <= $2)
    order by due
    limit $3
    for update skip locked
)
update messages m
set claim = $4, claimed_until = $5, attempts = m.attempts + 1
from due
where m.id = due.id
returning m.id, m.kind, m.tenant_id, m.body, m.due, m.attempts, m.correlation_id
