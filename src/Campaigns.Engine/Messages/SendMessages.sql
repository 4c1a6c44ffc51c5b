-- In the order of the ids, so that two commits that send the same messages wait for each other in one direction only.
insert into messages (id, queue, kind, tenant_id, body, due, sent_at, correlation_id, causation_id, priority, once)
select m.id, m.queue, m.kind, m.tenant_id, m.body, m.due, $1, $2, $3, m.priority, m.once
from unnest($4, $5, $6, $7, $8, $9, $10, $11) m(id, queue, kind, tenant_id, body, due, priority, once)
order by m.id
on conflict (id) do nothing
